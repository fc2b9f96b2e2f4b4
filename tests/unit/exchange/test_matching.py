"""LIMIT, MARKET, LIMIT_MAKER, IOC and FOK by price and time, with money and fees. Fees are 0.1 % of what is received."""

from __future__ import annotations

import pytest

from btbot.exchange.commands import Place
from btbot.exchange.refused import Refused
from btbot.exchange.units import units


def refusal(desk, *given, **figures):
    before = desk.exchange.state()
    with pytest.raises(Refused) as caught:
        desk.place(*given, **figures)
    assert desk.exchange.state() == before
    return caught.value.code, caught.value.message


def test_limit_order_rests_and_locks_its_price(desk, told):
    outcome = desk.place("alice", "BUY", "LIMIT", quantity="2", price="99.5")
    assert told(outcome.events) == ["NEW 1 NEW"]
    assert desk.book("BUY") == [("99.5", "2")]
    assert desk.money("alice") == {"BTC": ("10", "0"), "USDT": ("9801", "199")}
    order = outcome.orders[0]
    assert (order.status, order.working, order.working_ms) == ("NEW", True, desk.now)


def test_order_is_filled_at_the_maker_s_price(desk, told):
    desk.limit("alice", "SELL", "1", "100")
    outcome = desk.place("bob", "BUY", "LIMIT", quantity="1", price="105")
    assert told(outcome.events) == ["NEW 2 NEW", "TRADE 2 FILLED 1@100", "TRADE 1 FILLED 1@100", "trade 1@100"]
    assert desk.money("bob") == {"BTC": ("10.999", "0"), "USDT": ("9900", "0")}
    assert desk.money("alice") == {"BTC": ("9", "0"), "USDT": ("10099.9", "0")}
    trade = outcome.events[-1]
    assert (trade.buy_order_id, trade.sell_order_id, trade.buyer_is_maker, trade.id) == (2, 1, False, 0)
    desk.check()


def test_both_sides_of_a_trade_are_reported_with_their_fee(desk):
    desk.limit("alice", "BUY", "1", "100")
    events = desk.place("bob", "SELL", "MARKET", quantity="0.5").events
    taker, maker = events[1], events[2]
    assert (taker.commission, taker.commission_asset, taker.is_maker) == (units("0.05"), "USDT", False)
    assert (maker.commission, maker.commission_asset, maker.is_maker) == (units("0.0005"), "BTC", True)
    assert (taker.counter_account, taker.counter_order_id) == ("alice", 1)
    assert (maker.counter_account, maker.counter_order_id) == ("bob", 2)
    assert (maker.executed, maker.spent, maker.status) == (units("0.5"), units("50"), "PARTIALLY_FILLED")
    assert events[3].buyer_is_maker


def test_better_prices_trade_first_and_equal_ones_in_their_order(desk, told):
    desk.limit("alice", "SELL", "1", "101")
    desk.limit("alice", "SELL", "1", "100")
    desk.supply("SELL", "100", "1")
    desk.limit("alice", "SELL", "1", "100")
    outcome = desk.place("bob", "BUY", "LIMIT", quantity="3.5", price="101")
    assert told(outcome.events) == [
        "NEW 4 NEW",
        "TRADE 4 PARTIALLY_FILLED 1@100", "TRADE 2 FILLED 1@100", "trade 1@100",
        "TRADE 4 PARTIALLY_FILLED 1@100", "trade 1@100",
        "TRADE 4 PARTIALLY_FILLED 1@100", "TRADE 3 FILLED 1@100", "trade 1@100",
        "TRADE 4 FILLED 0.5@101", "TRADE 1 PARTIALLY_FILLED 0.5@101", "trade 0.5@101",
    ]  # fmt: skip
    assert desk.money("bob")["USDT"] == ("9649.5", "0")  # 300 and 50.5
    desk.check()


def test_what_is_left_of_a_limit_order_rests(desk):
    desk.supply("SELL", "100", "1")
    order = desk.limit("alice", "BUY", "3", "100.5")
    assert (order.status, order.executed) == ("PARTIALLY_FILLED", units("1"))
    assert desk.book("BUY") == [("100.5", "2")]
    assert desk.book("SELL") == []
    assert desk.money("alice") == {"BTC": ("10.999", "0"), "USDT": ("9699", "201")}
    desk.check()


def test_the_market_takes_resting_orders(desk, told):
    order = desk.limit("alice", "BUY", "1", "100")
    desk.supply("BUY", "100", "1")
    assert told(desk.sweep("SELL", "100", "0.4")) == ["TRADE 1 PARTIALLY_FILLED 0.4@100", "trade 0.4@100"]
    assert told(desk.sweep("SELL", "99", "2")) == ["TRADE 1 FILLED 0.6@100", "trade 0.6@100", "trade 1@100"]
    assert order.status == "FILLED"
    assert desk.book("BUY") == []
    desk.check()


def test_sweep_stops_at_its_price(desk, told):
    desk.supply("SELL", "100", "1")
    desk.supply("SELL", "101", "1")
    assert told(desk.sweep("BUY", "100", "5")) == ["trade 1@100"]
    assert desk.book("SELL") == [("101", "1")]
    assert told(desk.sweep("BUY", "0", "0.5")) == ["trade 0.5@101"]


def test_users_wait_behind_the_market_s_quantity(desk, told):
    desk.supply("BUY", "100", "2")
    desk.limit("alice", "BUY", "1", "100")
    desk.supply("BUY", "100", "5")
    assert told(desk.sweep("SELL", "100", "2.5")) == [
        "trade 2@100",
        "TRADE 1 PARTIALLY_FILLED 0.5@100",
        "trade 0.5@100",
    ]
    assert desk.exchange.withdraw("BTCUSDT", "BUY", units("100"), units("9"), desk.now) == units("5")
    assert desk.book("BUY") == [("100", "0.5")]


def test_market_order_takes_what_there_is_and_expires(desk, told):
    desk.supply("SELL", "100", "1")
    desk.supply("SELL", "101", "1")
    outcome = desk.place("alice", "BUY", "MARKET", quantity="5")
    assert told(outcome.events) == [
        "NEW 1 NEW", "TRADE 1 PARTIALLY_FILLED 1@100", "trade 1@100", "TRADE 1 PARTIALLY_FILLED 1@101", "trade 1@101",
        "EXPIRED 1 EXPIRED INSUFFICIENT_LIQUIDITY",
    ]  # fmt: skip
    assert desk.money("alice") == {"BTC": ("11.998", "0"), "USDT": ("9799", "0")}
    desk.check()


def test_market_order_on_an_empty_book_expires(desk, told):
    outcome = desk.place("alice", "SELL", "MARKET", quantity="1")
    assert told(outcome.events) == ["NEW 1 NEW", "EXPIRED 1 EXPIRED INSUFFICIENT_LIQUIDITY"]
    assert desk.money("alice") == {"BTC": ("10", "0"), "USDT": ("10000", "0")}


def test_market_order_by_quote_amount_is_rounded_down_to_the_step(desk):
    desk.supply("SELL", "100", "1")
    desk.supply("SELL", "103", "9")
    order = desk.place("alice", "BUY", "MARKET", quote_quantity="250").orders[0]
    # 100 buys 1, the other 150 buy 1.456310...: 2.456 is bought for 100 + 1.456 * 103.
    assert (order.quantity, order.executed, order.status) == (units("2.456"), units("2.456"), "FILLED")
    assert order.spent == units("249.968")
    assert desk.money("alice") == {"BTC": ("12.453544", "0"), "USDT": ("9750.032", "0")}
    desk.check()


def test_market_sale_by_quote_amount_sells_what_brings_it(desk):
    desk.supply("BUY", "100", "1")
    desk.supply("BUY", "90", "9")
    order = desk.place("alice", "SELL", "MARKET", quote_quantity="145").orders[0]
    assert (order.quantity, order.spent) == (units("1.5"), units("145"))
    assert desk.money("alice") == {"BTC": ("8.5", "0"), "USDT": ("10144.855", "0")}


def test_quote_amount_that_the_book_cannot_take_expires(desk, told):
    desk.supply("SELL", "100", "1")
    outcome = desk.place("alice", "BUY", "MARKET", quote_quantity="250")
    assert told(outcome.events) == [
        "NEW 1 NEW", "TRADE 1 PARTIALLY_FILLED 1@100", "trade 1@100", "EXPIRED 1 EXPIRED INSUFFICIENT_LIQUIDITY",
    ]  # fmt: skip
    assert outcome.orders[0].quantity == units("2.5")
    desk.check()


def test_ioc_order_never_rests(desk, told):
    desk.supply("SELL", "100", "1")
    outcome = desk.place("alice", "BUY", "LIMIT", quantity="3", price="100", time_in_force="IOC")
    assert told(outcome.events) == [
        "NEW 1 NEW", "TRADE 1 PARTIALLY_FILLED 1@100", "trade 1@100", "EXPIRED 1 EXPIRED",
    ]  # fmt: skip
    assert desk.book("BUY") == []
    assert desk.money("alice")["USDT"] == ("9900", "0")
    outcome = desk.place("alice", "BUY", "LIMIT", quantity="1", price="99", time_in_force="IOC")
    assert told(outcome.events) == ["NEW 2 NEW", "EXPIRED 2 EXPIRED"]
    desk.check()


@pytest.mark.parametrize(("quantity", "expected"), [("2", "FILLED"), ("2.001", "EXPIRED")])
def test_fok_order_is_filled_or_not_at_all(desk, quantity, expected):
    desk.supply("SELL", "100", "1")
    desk.limit("bob", "SELL", "1", "101")
    desk.supply("SELL", "102", "1")
    order = desk.limit("alice", "BUY", quantity, "101", time_in_force="FOK")
    assert order.status == expected
    assert order.executed == (units("2") if expected == "FILLED" else 0)
    desk.check()


def test_limit_maker_never_takes(desk):
    desk.supply("SELL", "100", "1")
    assert refusal(desk, "alice", "BUY", "LIMIT_MAKER", quantity="1", price="100") == (
        -2010, "Order would immediately match and take.",
    )  # fmt: skip
    order = desk.place("alice", "BUY", "LIMIT_MAKER", quantity="1", price="99.99").orders[0]
    assert (order.status, order.working) == ("NEW", True)


def test_what_the_balance_does_not_cover_is_refused(desk):
    text = (-2010, "Account has insufficient balance for requested action.")
    desk.limit("alice", "BUY", "50", "100")
    assert refusal(desk, "alice", "BUY", "LIMIT", quantity="50.001", price="100") == text
    assert refusal(desk, "alice", "SELL", "LIMIT", quantity="10.001", price="100") == text
    desk.supply("SELL", "101", "100")
    assert refusal(desk, "alice", "BUY", "MARKET", quantity="50") == text
    assert refusal(desk, "alice", "BUY", "MARKET", quote_quantity="5000.01") == text
    assert refusal(desk, "carol", "BUY", "LIMIT", quantity="1", price="100") == text
    desk.limit("alice", "BUY", "50", "100")
    desk.check()


def test_client_ids_are_free_again_once_the_order_is_done(desk):
    order = desk.limit("alice", "BUY", "1", "100", client_id="mine")
    assert refusal(desk, "alice", "BUY", "LIMIT", quantity="1", price="99", client_id="mine") == (
        -2010, "Duplicate order sent.",
    )  # fmt: skip
    desk.limit("bob", "BUY", "1", "99", client_id="mine")
    desk.cancel(order)
    again = desk.limit("alice", "BUY", "1", "99", client_id="mine")
    assert desk.exchange.order("alice", "BTCUSDT", client_id="mine") is again


def test_made_client_ids_differ_and_are_the_same_in_another_run(desk, new_desk):
    ids = [desk.limit("alice", "BUY", "1", "100").client_id for _ in range(3)]
    assert len(set(ids)) == 3
    assert {len(one) for one in ids} == {22}
    other = new_desk()
    other.fund("zoe", USDT="1000")
    assert other.limit("zoe", "BUY", "1", "100").client_id == ids[0]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"kind": "LIMIT", "quantity": "0", "price": "100"}, (-1013, "Invalid quantity.")),
        ({"kind": "LIMIT", "quantity": "1", "price": "0"}, (-1013, "Invalid price.")),
        ({"kind": "STOP_LOSS", "quantity": "1"}, (-1013, "Invalid price.")),
        ({"kind": "MARKET"}, (-1013, "Invalid quantity.")),
        ({"kind": "LIMIT", "quantity": "1.0001", "price": "100"}, (-1013, "Filter failure: LOT_SIZE")),
        ({"kind": "LIMIT", "quantity": "1", "price": "100.001"}, (-1013, "Filter failure: PRICE_FILTER")),
        (
            {"kind": "MARKET", "quote_quantity": "100"},
            (-2010, "Order book liquidity is less than symbol minimum quantity."),
        ),
    ],
)
def test_bad_figures_are_refused(desk, figures, expected):
    kind = figures.pop("kind")
    assert refusal(desk, "alice", "BUY", kind, **figures) == expected


def test_unknown_and_closed_symbols_are_refused(desk, new_desk):
    with pytest.raises(Refused, match="Invalid symbol"):
        desk.do(Place("alice", "XRPUSDT", "BUY", "LIMIT", units("1"), price=units("1")))
    halted = new_desk(status="HALT")
    halted.fund("alice", USDT="100")
    assert refusal(halted, "alice", "BUY", "LIMIT", quantity="1", price="1") == (-1013, "Market is closed.")


def test_a_test_order_is_checked_and_leaves_nothing(desk):
    desk.exchange.set_fees("alice", 20_000, 40_000)
    before = desk.exchange.state()
    rates = desk.exchange.test(desk.make("alice", "BUY", "LIMIT", quantity="1", price="100"), desk.now)
    assert (rates.maker, rates.taker) == (20_000, 40_000)
    with pytest.raises(Refused, match="insufficient balance"):
        desk.exchange.test(desk.make("alice", "BUY", "LIMIT", quantity="101", price="100"), desk.now)
    assert desk.exchange.state() == before


def test_iceberg_shows_a_part_and_queues_again_with_the_next(desk, told):
    desk.limit("alice", "SELL", "3", "100", iceberg_quantity="1")
    desk.limit("bob", "SELL", "1", "100")
    assert desk.book("SELL") == [("100", "2")]
    assert told(desk.sweep("BUY", "100", "3.5")) == [
        "TRADE 1 PARTIALLY_FILLED 1@100", "trade 1@100", "TRADE 2 FILLED 1@100", "trade 1@100",
        "TRADE 1 PARTIALLY_FILLED 1@100", "trade 1@100", "TRADE 1 PARTIALLY_FILLED 0.5@100", "trade 0.5@100",
    ]  # fmt: skip
    assert desk.book("SELL") == [("100", "0.5")]
    desk.check()


def test_a_taking_iceberg_rests_with_a_part(desk):
    desk.supply("BUY", "100", "1.5")
    desk.limit("alice", "SELL", "4", "100", iceberg_quantity="1")
    assert desk.book("SELL") == [("100", "1")]
    desk.sweep("BUY", "100", "0.25")
    desk.limit("bob", "SELL", "1", "100")
    desk.sweep("BUY", "100", "0.25")
    assert desk.book("SELL") == [("100", "1.5")]
    desk.check()


def test_icebergs_rest_or_are_refused(desk):
    for kind, figures in (("MARKET", {}), ("LIMIT", {"price": "100", "time_in_force": "IOC"})):
        found = refusal(desk, "alice", "BUY", kind, quantity="2", iceberg_quantity="1", **figures)
        assert found == (-1014, "Unsupported order combination.")


def test_values_below_a_unit_are_refused(new_desk):
    desk = new_desk(tick=1, step=1, min_quantity=1)
    desk.fund("alice", USDT="1")
    assert refusal(desk, "alice", "BUY", "LIMIT", quantity="0.00000001", price="0.5") == (
        -1013, "Price * QTY is zero or less.",
    )  # fmt: skip


def test_quote_amounts_below_the_smallest_quantity_are_refused(new_desk):
    for changes, name in (
        ({"min_quantity": units("0.5")}, "LOT_SIZE"),
        ({"market_min_quantity": units("0.5")}, "MARKET_LOT_SIZE"),
    ):
        desk = new_desk(**changes)
        desk.fund("alice", USDT="1000")
        desk.supply("SELL", "100", "9")
        assert refusal(desk, "alice", "BUY", "MARKET", quote_quantity="49") == (
            -2010, f"Order book liquidity is less than {name} filter minimum quantity.",
        )  # fmt: skip
