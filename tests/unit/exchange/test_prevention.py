"""The scenarios A to G of Binance's page on self-trade prevention, with its numbers."""

from __future__ import annotations

import pytest

from btbot.exchange.refused import Refused
from btbot.exchange.units import units


def ladder(desk):
    return [
        desk.limit("alice", "BUY", quantity, price)
        for quantity, price in (("1.2", "1.2"), ("1.3", "1.1"), ("8.1", "1"))
    ]


def taker(desk, mode, quantity="3", price="1", kind="LIMIT"):
    figures = {"price": price} if kind == "LIMIT" else {}
    return desk.place("alice", "SELL", kind, quantity=quantity, prevention=mode, **figures)


def left(orders):
    return [(order.status, order.prevented) for order in orders]


def test_a_none_trades(desk, told):
    desk.limit("alice", "BUY", "1", "1")
    outcome = taker(desk, "NONE", "1")
    assert told(outcome.events)[1:] == ["TRADE 2 FILLED 1@1", "TRADE 1 FILLED 1@1", "trade 1@1"]
    desk.check()


def test_b_expire_maker(desk, told):
    makers = ladder(desk)
    outcome = taker(desk, "EXPIRE_MAKER")
    assert told(outcome.events) == [
        "NEW 4 NEW",
        "TRADE_PREVENTION 1 EXPIRED_IN_MATCH 1.2@1.2 STP",
        "TRADE_PREVENTION 2 EXPIRED_IN_MATCH 1.3@1.1 STP",
        "TRADE_PREVENTION 3 EXPIRED_IN_MATCH 8.1@1 STP",
    ]
    assert [event.trade_id for event in outcome.events[1:]] == [0, 1, 2]
    assert left(makers) == [("EXPIRED_IN_MATCH", units(one)) for one in ("1.2", "1.3", "8.1")]
    assert left(outcome.orders) == [("NEW", 0)]
    assert desk.book("SELL") == [("1", "3")]
    assert desk.book("BUY") == []
    assert desk.money("alice") == {"BTC": ("7", "3"), "USDT": ("10000", "0")}
    desk.check()


def test_c_expire_taker(desk):
    makers = ladder(desk)
    outcome = taker(desk, "EXPIRE_TAKER")
    assert left(outcome.orders) == [("EXPIRED_IN_MATCH", units("3"))]
    assert left(makers) == [("NEW", 0)] * 3
    assert desk.money("alice")["BTC"] == ("10", "0")
    desk.check()


def test_d_expire_both(desk):
    maker = desk.limit("alice", "BUY", "1", "1")
    outcome = taker(desk, "EXPIRE_BOTH")
    assert left([maker, *outcome.orders]) == [("EXPIRED_IN_MATCH", units("1")), ("EXPIRED_IN_MATCH", units("3"))]
    desk.check()


def test_e_the_mode_of_the_taker_counts(desk):
    maker = desk.limit("alice", "BUY", "1", "1", prevention="EXPIRE_MAKER")
    outcome = taker(desk, "EXPIRE_TAKER", "1")
    assert left([maker, *outcome.orders]) == [("NEW", 0), ("EXPIRED_IN_MATCH", units("1"))]
    desk.check()


def test_f_market_order_finds_nothing_left(desk, told):
    maker = desk.limit("alice", "BUY", "1", "1")
    outcome = taker(desk, "EXPIRE_MAKER", "1", kind="MARKET")
    assert left([maker, *outcome.orders]) == [("EXPIRED_IN_MATCH", units("1")), ("EXPIRED", 0)]
    desk.check()


@pytest.mark.parametrize(
    ("maker_quantity", "taker_quantity", "expected"),
    [
        ("6", "2", [("NEW", "2"), ("EXPIRED_IN_MATCH", "2")]),
        ("2", "6", [("EXPIRED_IN_MATCH", "2"), ("NEW", "2")]),
        ("2", "2", [("EXPIRED_IN_MATCH", "2"), ("EXPIRED_IN_MATCH", "2")]),
    ],
)
def test_g_decrement(desk, maker_quantity, taker_quantity, expected):
    maker = desk.limit("alice", "BUY", maker_quantity, "2")
    outcome = taker(desk, "DECREMENT", taker_quantity, "2")
    assert left([maker, *outcome.orders]) == [(status, units(lost)) for status, lost in expected]
    rests = units(maker_quantity) - units("2"), units(taker_quantity) - units("2")
    assert [sum(units(row[1]) for row in desk.book(side)) for side in ("BUY", "SELL")] == list(rests)
    desk.check()


def test_only_orders_of_the_same_account_are_prevented(desk, told):
    desk.limit("bob", "BUY", "1", "3")
    desk.limit("alice", "BUY", "1", "2")
    outcome = taker(desk, "EXPIRE_TAKER", "3")
    assert told(outcome.events)[1:] == [
        "TRADE 3 PARTIALLY_FILLED 1@3", "TRADE 1 FILLED 1@3", "trade 1@3", "TRADE_PREVENTION 3 EXPIRED_IN_MATCH 2@2 STP",
    ]  # fmt: skip
    desk.check()


def test_cost_of_a_market_order_counts_what_it_will_pay(desk):
    """The order goes on behind the account's own one, to dearer sellers that it cannot pay."""
    desk.fund("carol", BTC="5", USDT="100")
    desk.limit("carol", "SELL", "1", "90")
    desk.supply("SELL", "100.01", "5")
    for mode, quantity in (("EXPIRE_MAKER", "1"), ("DECREMENT", "2")):
        with pytest.raises(Refused, match="insufficient balance"):
            desk.place("carol", "BUY", "MARKET", quantity=quantity, prevention=mode)
    desk.place("carol", "BUY", "MARKET", quantity="2", prevention="EXPIRE_TAKER")
    desk.check()


def test_pair_ends_when_a_leg_is_prevented(desk, told):
    desk.prints("100")
    desk.group(
        "alice", "OCO",
        desk.make("alice", "SELL", "LIMIT_MAKER", quantity="1", price="110"),
        desk.make("alice", "SELL", "STOP_LOSS", quantity="1", stop_price="90"),
    )  # fmt: skip
    outcome = desk.place("alice", "BUY", "LIMIT", quantity="1", price="110", prevention="EXPIRE_MAKER")
    assert told(outcome.events) == [
        "NEW 3 NEW", "EXPIRED 1 EXPIRED OCO", "TRADE_PREVENTION 2 EXPIRED_IN_MATCH 1@110 STP", "list 0 ALL_DONE",
    ]  # fmt: skip
    desk.check()


def test_modes_that_the_symbol_does_not_allow_are_refused(new_desk):
    desk = new_desk(preventions=("EXPIRE_MAKER",), default_prevention="EXPIRE_MAKER")
    desk.fund("alice", BTC="1")
    with pytest.raises(Refused) as caught:
        desk.limit("alice", "SELL", "1", "100", prevention="NONE")
    assert caught.value.code == -1013
    assert caught.value.message == "This symbol does not allow the specified self-trade prevention mode."
    assert desk.limit("alice", "SELL", "1", "100").prevention == "EXPIRE_MAKER"


def test_prevented_matches_are_kept(desk):
    ladder(desk)
    taker(desk, "EXPIRE_MAKER", "3", "1.1")
    assert [(event.order.id, event.trade_id) for event in desk.exchange.prevented("alice", "BTCUSDT")] == [
        (1, 0),
        (2, 1),
    ]
