"""OCO, OTO and OTOCO: what one order does to the others, and to the money set aside."""

from __future__ import annotations

import pytest

from btbot.exchange.commands import CancelAll, CancelList
from btbot.exchange.events import ListEvent
from btbot.exchange.refused import Refused
from btbot.exchange.units import units


def sale(desk, quantity="1"):
    """Place take-profit 110 above and stop 90 (limit 89) below, the last price being 100."""
    desk.prints("100")
    return desk.group(
        "alice", "OCO",
        desk.make("alice", "SELL", "LIMIT_MAKER", quantity=quantity, price="110"),
        desk.make("alice", "SELL", "STOP_LOSS_LIMIT", quantity=quantity, price="89", stop_price="90"),
    )  # fmt: skip


def purchase(desk):
    desk.prints("100")
    return desk.group(
        "alice", "OCO",
        desk.make("alice", "BUY", "STOP_LOSS_LIMIT", quantity="1", price="112", stop_price="110"),
        desk.make("alice", "BUY", "LIMIT_MAKER", quantity="1", price="90"),
    )  # fmt: skip


def test_oco_locks_once(desk, told):
    outcome = sale(desk)
    assert told(outcome.events) == ["list 0 EXEC_STARTED", "NEW 1 NEW", "NEW 2 NEW"]
    assert [order.kind for order in outcome.orders] == ["STOP_LOSS_LIMIT", "LIMIT_MAKER"]
    assert (outcome.list.contingency, outcome.list.order_ids, outcome.list.pending_ids) == ("OCO", [1, 2], [])
    assert desk.money("alice")["BTC"] == ("9", "1")
    purchase(desk)
    assert desk.money("alice")["USDT"] == ("9888", "112")
    desk.check()


def test_first_fill_of_the_limit_leg_ends_the_stop(desk, told):
    outcome = sale(desk)
    assert told(desk.sweep("BUY", "110", "0.4")) == [
        "EXPIRED 1 EXPIRED OCO", "TRADE 2 PARTIALLY_FILLED 0.4@110", "trade 0.4@110",
    ]  # fmt: skip
    assert outcome.list.order_status == "EXECUTING"
    assert told(desk.sweep("BUY", "110", "0.6")) == ["TRADE 2 FILLED 0.6@110", "trade 0.6@110", "list 0 ALL_DONE"]
    assert (outcome.list.status, outcome.list.order_status) == ("ALL_DONE", "ALL_DONE")
    assert desk.money("alice") == {"BTC": ("9", "0"), "USDT": ("10109.89", "0")}
    desk.check()


def test_triggered_stop_ends_the_limit_leg(desk, told):
    sale(desk)
    desk.supply("BUY", "89.5", "9")
    assert told(desk.prints("90")) == [
        "trade 1@90", "EXPIRED 2 EXPIRED OCO", "TRIGGERED 1 NEW", "TRADE 1 FILLED 1@89.5", "trade 1@89.5",
        "list 0 ALL_DONE",
    ]  # fmt: skip
    assert desk.book("SELL") == []
    assert desk.money("alice")["BTC"] == ("9", "0")
    desk.check()


def test_the_dearer_leg_of_a_purchase_keeps_its_money_when_the_other_ends(desk, told):
    purchase(desk)
    desk.prints("110")
    assert desk.money("alice")["USDT"] == ("9888", "112")
    assert desk.book("BUY") == [("112", "1")]
    desk.check()


def test_the_cheaper_leg_of_a_purchase_frees_the_rest(desk):
    purchase(desk)
    desk.sweep("SELL", "90", "0.5")
    assert desk.money("alice") == {"BTC": ("10.4995", "0"), "USDT": ("9910", "45")}
    desk.check()


def test_cancel_of_a_leg_cancels_the_list(desk, told):
    outcome = sale(desk)
    cancelled = desk.cancel(outcome.orders[1], new_client_id="out")
    assert told(cancelled.events) == ["CANCELED 1 CANCELED", "CANCELED 2 CANCELED", "list 0 ALL_DONE"]
    assert {event.client_id for event in cancelled.events[:2]} == {"out"}
    assert (cancelled.list.id, [order.id for order in cancelled.orders]) == (0, [1, 2])
    assert desk.money("alice")["BTC"] == ("10", "0")
    desk.check()


def test_cancel_of_the_list_by_either_id(desk):
    sale(desk)
    outcome = purchase(desk)
    done = desk.do(CancelList("alice", "BTCUSDT", list_id=0))
    assert [order.status for order in done.orders] == ["CANCELED", "CANCELED"]
    desk.do(CancelList("alice", "BTCUSDT", client_id=outcome.list.client_id))
    assert desk.exchange.open_lists("alice") == []
    with pytest.raises(Refused) as caught:
        desk.do(CancelList("alice", "BTCUSDT", list_id=0))
    assert caught.value.code == -2011
    desk.check()


def test_all_open_orders_end_lists_too(desk):
    sale(desk)
    desk.limit("alice", "BUY", "1", "50")
    outcome = desk.do(CancelAll("alice", "BTCUSDT"))
    assert [order.id for order in outcome.orders] == [1, 2, 3]
    assert sum(isinstance(event, ListEvent) for event in outcome.events) == 1
    assert desk.money("alice") == {"BTC": ("10", "0"), "USDT": ("10000", "0")}
    desk.check()


@pytest.mark.parametrize(
    ("quantity", "expected"), [("10", None), ("10.001", "insufficient balance")]
)  # fmt: skip
def test_oco_needs_the_balance_of_one_leg(desk, quantity, expected):
    if expected is None:
        sale(desk, quantity)
    else:
        with pytest.raises(Refused, match=expected):
            sale(desk, quantity)
        assert desk.exchange.open_orders("alice") == []


def test_legs_on_the_wrong_side_of_the_price_are_refused(desk):
    desk.prints("100")
    above = desk.make("alice", "SELL", "LIMIT_MAKER", quantity="1", price="99")
    below = desk.make("alice", "SELL", "STOP_LOSS", quantity="1", stop_price="90")
    with pytest.raises(Refused) as caught:
        desk.group("alice", "OCO", above, below)
    assert caught.value.message == "The relationship of the prices for the orders is not correct."


def test_legs_of_two_quantities_are_refused(desk):
    desk.prints("100")
    above = desk.make("alice", "SELL", "LIMIT_MAKER", quantity="1", price="110")
    below = desk.make("alice", "SELL", "STOP_LOSS", quantity="2", stop_price="90")
    with pytest.raises(Refused, match="Unsupported order combination"):
        desk.group("alice", "OCO", above, below)


def entry(desk, pending, price="100"):
    working = desk.make("alice", "BUY", "LIMIT", quantity="1", price=price)
    return desk.group("alice", "OTO" if len(pending) == 1 else "OTOCO", working, *pending)


def test_pending_order_waits_until_the_working_one_is_filled(desk, told):
    outcome = entry(desk, [desk.make("alice", "SELL", "LIMIT", quantity="1", price="120")])
    assert told(outcome.events) == ["list 0 EXEC_STARTED", "NEW 1 NEW", "NEW 2 PENDING_NEW"]
    assert (outcome.list.contingency, outcome.list.pending_ids) == ("OTO", [2])
    assert desk.money("alice") == {"BTC": ("9", "1"), "USDT": ("9900", "100")}
    assert desk.book("SELL") == []
    assert told(desk.sweep("SELL", "100", "0.5")) == ["TRADE 1 PARTIALLY_FILLED 0.5@100", "trade 0.5@100"]
    assert told(desk.sweep("SELL", "100", "0.5")) == ["TRADE 1 FILLED 0.5@100", "trade 0.5@100", "NEW 2 NEW"]
    assert desk.book("SELL") == [("120", "1")]
    assert told(desk.sweep("BUY", "120", "1")) == ["TRADE 2 FILLED 1@120", "trade 1@120", "list 0 ALL_DONE"]
    assert desk.money("alice") == {"BTC": ("9.999", "0"), "USDT": ("10019.88", "0")}
    desk.check()


def test_working_order_that_fills_at_once_starts_the_pending_one(desk, told):
    desk.supply("SELL", "100", "1")
    outcome = entry(desk, [desk.make("alice", "SELL", "MARKET", quantity="1")])
    assert told(outcome.events) == [
        "list 0 EXEC_STARTED", "NEW 1 NEW", "NEW 2 PENDING_NEW", "TRADE 1 FILLED 1@100", "trade 1@100",
        "NEW 2 NEW", "EXPIRED 2 EXPIRED INSUFFICIENT_LIQUIDITY", "list 0 ALL_DONE",
    ]  # fmt: skip
    desk.check()


def test_end_of_the_working_order_ends_the_pending_ones(desk, told):
    outcome = entry(desk, [desk.make("alice", "SELL", "LIMIT", quantity="1", price="120")])
    events = desk.cancel(outcome.orders[0]).events
    assert told(events) == ["CANCELED 1 CANCELED", "CANCELED 2 CANCELED", "list 0 ALL_DONE"]
    working = desk.make("alice", "BUY", "LIMIT", quantity="1", price="100", time_in_force="IOC")
    outcome = desk.group("alice", "OTO", working, desk.make("alice", "SELL", "LIMIT", quantity="1", price="120"))
    assert told(outcome.events)[3:] == ["EXPIRED 3 EXPIRED", "EXPIRED 4 EXPIRED LIST", "list 1 ALL_DONE"]
    assert desk.money("alice") == {"BTC": ("10", "0"), "USDT": ("10000", "0")}
    desk.check()


def bracket(desk):
    desk.prints("105")
    pending = [
        desk.make("alice", "SELL", "LIMIT_MAKER", quantity="1", price="120"),
        desk.make("alice", "SELL", "STOP_LOSS", quantity="1", stop_price="90"),
    ]
    return entry(desk, pending)


def test_bracket_opens_a_pair(desk, told):
    outcome = bracket(desk)
    assert (outcome.list.order_ids, outcome.list.pending_ids) == ([1, 2, 3], [2, 3])
    assert desk.money("alice") == {"BTC": ("9", "1"), "USDT": ("9900", "100")}
    assert told(desk.sweep("SELL", "100", "1"))[2:] == ["NEW 2 NEW", "NEW 3 NEW"]
    assert desk.money("alice")["BTC"] == ("9.999", "1")
    desk.supply("BUY", "85", "3")
    assert told(desk.prints("90")) == [
        "trade 1@90", "EXPIRED 3 EXPIRED OCO", "TRIGGERED 2 NEW", "TRADE 2 FILLED 1@85", "trade 1@85", "list 0 ALL_DONE",
    ]  # fmt: skip
    desk.check()


def test_pending_stop_that_is_met_when_its_turn_comes_expires_with_its_pair(desk, told):
    pending = [
        desk.make("alice", "SELL", "LIMIT_MAKER", quantity="1", price="120"),
        desk.make("alice", "SELL", "STOP_LOSS", quantity="1", stop_price="101"),
    ]
    entry(desk, pending)
    assert told(desk.sweep("SELL", "100", "1")) == [
        "TRADE 1 FILLED 1@100", "trade 1@100", "EXPIRED 2 EXPIRED WOULD_TRIGGER", "EXPIRED 3 EXPIRED OCO",
        "list 0 ALL_DONE",
    ]  # fmt: skip
    assert desk.money("alice")["BTC"] == ("10.999", "0")
    desk.check()


def test_pending_maker_that_would_take_expires_with_its_pair(desk, told):
    pending = [
        desk.make("alice", "SELL", "LIMIT_MAKER", quantity="1", price="98"),
        desk.make("alice", "SELL", "STOP_LOSS", quantity="1", stop_price="90"),
    ]
    entry(desk, pending)
    desk.supply("BUY", "99", "5")
    assert told(desk.sweep("SELL", "100", "1")) == [
        "TRADE 1 FILLED 1@100", "trade 1@100", "NEW 2 NEW", "EXPIRED 3 EXPIRED WOULD_MATCH", "EXPIRED 2 EXPIRED OCO",
        "list 0 ALL_DONE",
    ]  # fmt: skip
    assert desk.money("alice")["BTC"] == ("10.999", "0")
    desk.check()


def test_list_ids_of_the_client_are_unique_among_open_lists(desk):
    orders = [
        desk.make("alice", "BUY", "LIMIT", quantity="1", price="50"),
        desk.make("alice", "SELL", "LIMIT", quantity="1", price="120"),
    ]
    desk.group("alice", "OTO", *orders, client_id="one")
    with pytest.raises(Refused, match="Duplicate order sent"):
        desk.group("alice", "OTO", *orders, client_id="one")
    assert desk.exchange.order_list("alice", client_id="one").id == 0
    assert desk.exchange.order_list("alice", list_id=0).client_id == "one"
    with pytest.raises(Refused) as caught:
        desk.exchange.order_list("alice", list_id=7)
    assert caught.value.code == -2018


def test_what_makes_no_list_is_refused(desk):
    limit = desk.make("alice", "BUY", "LIMIT", quantity="1", price="50")
    stop = desk.make("alice", "SELL", "STOP_LOSS", quantity="1", stop_price="90")
    spend = desk.make("alice", "BUY", "MARKET", quote_quantity="100")
    for form, orders in (("OTO", (limit,)), ("OTO", (stop, limit)), ("OTO", (limit, spend)), ("OTOCO", (limit, stop))):
        with pytest.raises(Refused) as caught:
            desk.group("alice", form, *orders)
        assert caught.value.code == -1014
    assert desk.exchange.order_lists("alice") == []


def test_prevention_of_a_working_order_ends_those_that_wait_for_it(desk, told):
    entry(desk, [desk.make("alice", "SELL", "LIMIT", quantity="1", price="120")])
    outcome = desk.place("alice", "SELL", "MARKET", quantity="1", prevention="EXPIRE_MAKER")
    assert told(outcome.events) == [
        "NEW 3 NEW", "TRADE_PREVENTION 1 EXPIRED_IN_MATCH 1@100 STP", "EXPIRED 2 EXPIRED LIST", "list 0 ALL_DONE",
        "EXPIRED 3 EXPIRED INSUFFICIENT_LIQUIDITY",
    ]  # fmt: skip
    desk.check()


def test_pending_trailing_purchase_keeps_to_the_money_set_aside_for_it(desk):
    desk.prints("100")
    working = desk.make("alice", "SELL", "LIMIT", quantity="1", price="200")
    desk.group("alice", "OTO", working, desk.make("alice", "BUY", "STOP_LOSS", quantity="99", trailing_delta=100))
    assert desk.money("alice")["USDT"] == ("100", "9900")
    desk.sweep("BUY", "200", "1")
    assert desk.money("alice")["USDT"] == ("299.8", "9900")
    assert desk.exchange.order("alice", "BTCUSDT", order_id=2).peak == units("200")
    desk.check()
