"""Each filter at its border, with the texts of Binance's filters.md and errors.md."""

from __future__ import annotations

from dataclasses import replace

import pytest

from btbot.exchange.commands import Place, PlaceList
from btbot.exchange.filters import Reference, check_amend, check_list, check_place
from btbot.exchange.order import Order
from btbot.exchange.refused import Refused
from btbot.exchange.symbols import ORDER_TYPES, Symbol
from btbot.exchange.units import units

SYMBOL = Symbol(
    "BTCUSDT",
    "BTC",
    "USDT",
    min_price=units("0.10"),
    max_price=units(1_000_000),
    tick=units("0.01"),
    min_quantity=units("0.001"),
    max_quantity=units(9000),
    step=units("0.001"),
    market_min_quantity=units("0.002"),
    market_max_quantity=units(100),
    market_step=units("0.002"),
    min_notional=units(5),
    max_notional=units(9_000_000),
    iceberg_parts=10,
)
MARKET = Reference(last=units(100), average=units(100), bid=units("99.99"), ask=units("100.01"))
ORDER = Place("alice", "BTCUSDT", "BUY", "LIMIT", quantity=units(1), price=units(100), time_in_force="GTC")


def of(kind="LIMIT", side="BUY", **numbers):
    """Return an order with numbers given as decimal text, and only those."""
    plain = {name: value if name == "trailing_delta" else units(value) for name, value in numbers.items()}
    return Place("alice", "BTCUSDT", side, kind, **plain)


def failure(place, symbol=SYMBOL, market=MARKET):
    try:
        check_place(symbol, place, market)
    except Refused as refused:
        return (refused.code, refused.message.removeprefix("Filter failure: "))
    return None


@pytest.mark.parametrize(
    ("place", "filter_name"),
    [
        (of(price="100", quantity="1"), None),
        # PRICE_FILTER: price and stop price, minimum, maximum, tick
        (of(price="100.001", quantity="1"), "PRICE_FILTER"),
        (of(price="0.09", quantity="100"), "PRICE_FILTER"),
        (of(price="1000000.01", quantity="1"), "PRICE_FILTER"),
        (of("STOP_LOSS_LIMIT", price="100", stop_price="101.005", quantity="1"), "PRICE_FILTER"),
        (of("STOP_LOSS", stop_price="0.09", quantity="1"), "PRICE_FILTER"),
        # LOT_SIZE: of every kind of order
        (of(price="100", quantity="0.05"), None),
        (of(price="100", quantity="0.0505"), "LOT_SIZE"),
        (of(price="100", quantity="0.0009"), "LOT_SIZE"),
        (of(price="100", quantity="0"), "LOT_SIZE"),
        (of(price="100", quantity="9000"), None),
        (of(price="100", quantity="9000.001"), "LOT_SIZE"),
        (of("MARKET", quantity="9001"), "LOT_SIZE"),
        # MARKET_LOT_SIZE: of market orders only
        (of("MARKET", quantity="0.1"), None),
        (of("MARKET", quantity="0.101"), "MARKET_LOT_SIZE"),
        (of("MARKET", quantity="0.001"), "MARKET_LOT_SIZE"),
        (of("MARKET", quantity="100"), None),
        (of("MARKET", quantity="100.002"), "MARKET_LOT_SIZE"),
        (of(price="100", quantity="0.101"), None),
        # ICEBERG_PARTS: at most ten, rounded up
        (of(price="100", quantity="1", iceberg_quantity="0.1"), None),
        (of(price="100", quantity="1", iceberg_quantity="0.099"), "ICEBERG_PARTS"),
        (of(price="100", quantity="1", iceberg_quantity="0.0005"), "LOT_SIZE"),
        # PERCENT_PRICE_BY_SIDE: 0.2 to 5 times the average of 100
        (of(price="500", quantity="1"), None),
        (of(price="500.01", quantity="1"), "PERCENT_PRICE_BY_SIDE"),
        (of(price="20", quantity="1"), None),
        (of(price="19.99", quantity="1"), "PERCENT_PRICE_BY_SIDE"),
        (of(side="SELL", price="19.99", quantity="1"), "PERCENT_PRICE_BY_SIDE"),
        # NOTIONAL: 5 to 9,000,000 of quote; the maximum not for market orders
        (of(price="50", quantity="0.1"), None),
        (of(price="49.99", quantity="0.1"), "NOTIONAL"),
        (of(price="500", quantity="9000"), None),
        (of("MARKET", quantity="0.05"), None),
        (of("MARKET", quantity="0.048"), "NOTIONAL"),
        (of("MARKET", quote_quantity="5"), None),
        (of("MARKET", quote_quantity="4.99999999"), "NOTIONAL"),
        (of("MARKET", quote_quantity="10000000"), None),
        (of("STOP_LOSS", side="SELL", stop_price="50", quantity="0.099"), "NOTIONAL"),
    ],
)
def test_border_of_a_filter(place, filter_name):
    assert failure(place) == ((-1013, filter_name) if filter_name else None)


def test_text_of_a_failure():
    with pytest.raises(Refused, match=r"^\(-1013, 'Filter failure: LOT_SIZE'\)$"):
        check_place(SYMBOL, replace(ORDER, quantity=1), MARKET)


def test_highest_value_of_an_order():
    rich = replace(SYMBOL, max_notional=units(100))
    assert failure(of(price="100", quantity="1"), rich) is None
    assert failure(of(price="100.01", quantity="1"), rich) == (-1013, "NOTIONAL")
    assert failure(of("MARKET", quantity="1.002"), rich) is None
    assert failure(of("MARKET", quantity="1.002"), replace(rich, max_notional_for_market=True)) == (-1013, "NOTIONAL")


def test_old_name_of_the_smallest_value():
    old = replace(SYMBOL, notional_filter="MIN_NOTIONAL", min_notional_for_market=False)
    assert failure(of(price="49.99", quantity="0.1"), old) == (-1013, "MIN_NOTIONAL")
    assert failure(of("MARKET", quantity="0.048"), old) is None


def test_notional_is_exact_where_money_is_rounded():
    """0.33333333 * 3.00000003 is 0.99999999999999... which is below 1 although it rounds to it."""
    fine = replace(SYMBOL, tick=0, step=0, min_price=0, min_quantity=0, min_notional=units(1))
    place = of(price="0.33333333", quantity="3.00000003")
    assert failure(place, fine, Reference()) == (-1013, "NOTIONAL")


def test_sides_have_their_own_bands():
    symbol = replace(
        SYMBOL,
        bid_multiplier_up=units("1.2"),
        bid_multiplier_down=units("0.2"),
        ask_multiplier_up=units(5),
        ask_multiplier_down=units("0.8"),
    )
    found = [
        failure(of(side=side, price=price, quantity="1"), symbol)
        for side, price in (("BUY", "120.01"), ("SELL", "120.01"), ("BUY", "79.99"), ("SELL", "79.99"))
    ]
    assert found == [(-1013, "PERCENT_PRICE_BY_SIDE"), None, None, (-1013, "PERCENT_PRICE_BY_SIDE")]


def test_band_is_around_the_average_else_the_last_price_else_absent():
    place = of(price="500", quantity="1")
    assert failure(place, market=Reference(last=units(100), average=units(99))) == (-1013, "PERCENT_PRICE_BY_SIDE")
    assert failure(place, market=Reference(last=units(99))) == (-1013, "PERCENT_PRICE_BY_SIDE")
    assert failure(place, market=Reference()) is None


def test_market_order_without_any_price_has_no_value_to_check():
    assert failure(of("MARKET", quantity="0.002"), market=Reference()) is None


@pytest.mark.parametrize(
    ("side", "kind", "above"),
    [
        ("BUY", "STOP_LOSS", True),
        ("BUY", "STOP_LOSS_LIMIT", True),
        ("SELL", "TAKE_PROFIT", True),
        ("SELL", "TAKE_PROFIT_LIMIT", True),
        ("SELL", "STOP_LOSS", False),
        ("SELL", "STOP_LOSS_LIMIT", False),
        ("BUY", "TAKE_PROFIT", False),
        ("BUY", "TAKE_PROFIT_LIMIT", False),
    ],
)
def test_trailing_delta_by_direction(side, kind, above):
    symbol = replace(
        SYMBOL, trailing_above_min=10, trailing_above_max=20, trailing_below_min=100, trailing_below_max=200
    )
    lowest, highest = (10, 20) if above else (100, 200)
    found = {
        delta: failure(of(kind, side, quantity="1", price="100", trailing_delta=delta), symbol)
        for delta in (lowest - 1, lowest, highest, highest + 1)
    }
    refused = (-1013, "TRAILING_DELTA")
    assert list(found.values()) == [refused, None, None, refused]


def test_counts_of_open_orders():
    def counted(place, **counts):
        return failure(place, market=replace(MARKET, **counts))

    stop = of("STOP_LOSS", "SELL", stop_price="90", quantity="1")
    iceberg = of(price="100", quantity="1", iceberg_quantity="0.5")
    assert counted(ORDER, open_orders=199) is None
    assert counted(ORDER, open_orders=200) == (-1013, "MAX_NUM_ORDERS")
    assert counted(stop, open_algo_orders=4) is None
    assert counted(stop, open_algo_orders=5) == (-1013, "MAX_NUM_ALGO_ORDERS")
    assert counted(ORDER, open_algo_orders=5) is None
    assert counted(iceberg, open_iceberg_orders=10) == (-1013, "MAX_NUM_ICEBERG_ORDERS")


def test_zero_switches_a_rule_off():
    off = Symbol(
        "BTCUSDT", "BTC", "USDT", min_price=0, max_price=0, tick=0, min_quantity=0, max_quantity=0, step=0,
        bid_multiplier_up=0, bid_multiplier_down=0, max_orders=0, max_algo_orders=0,
    )  # fmt: skip
    many = replace(MARKET, open_orders=10**6, open_algo_orders=10**6)
    assert failure(of(price="12345678.00000001", quantity="123456789.00000001"), off, many) is None
    assert failure(of("STOP_LOSS", stop_price="0.00000001", quantity="0.00000001"), off, many) is None


@pytest.mark.parametrize("kind", ORDER_TYPES)
def test_types_that_the_symbol_does_not_offer(kind):
    symbol = replace(SYMBOL, order_types=tuple(other for other in ORDER_TYPES if other != kind))
    assert failure(of(kind, price="100", quantity="1"), symbol) is not None
    assert failure(of(kind, price="100", quantity="1")) is None


def test_icebergs_and_trailing_stops_that_the_symbol_does_not_offer():
    symbol = replace(SYMBOL, iceberg_parts=0, trailing_above_max=0, trailing_below_max=0)
    iceberg = of(price="100", quantity="1", iceberg_quantity="0.5")
    trailing = of("STOP_LOSS", "SELL", quantity="1", trailing_delta=100)
    assert failure(iceberg, symbol) == (-1013, "Iceberg orders are not supported for this symbol.")
    assert failure(trailing, symbol) == (-1013, "Trailing stop orders are not supported for this symbol.")
    larger = of(price="100", quantity="1", iceberg_quantity="1.001")
    assert failure(larger) == (-1013, "IcebergQty exceeds QTY.")


# lists


def listed(form, *orders):
    return PlaceList("alice", "BTCUSDT", form, orders)


def refusal_of_list(command, symbol=SYMBOL, market=MARKET):
    try:
        check_list(symbol, command, market)
    except Refused as refused:
        return refused.code, refused.message
    return None


PROFIT = of("LIMIT_MAKER", "SELL", price="110", quantity="1")
STOP = of("STOP_LOSS_LIMIT", "SELL", stop_price="90", price="89", quantity="1")
BUY_STOP = of("STOP_LOSS", "BUY", stop_price="110", quantity="1")
BUY_LOW = of("LIMIT_MAKER", "BUY", price="90", quantity="1")
NOT_THE_RELATION = (-2010, "The relationship of the prices for the orders is not correct.")


@pytest.mark.parametrize(
    ("above", "below", "refused"),
    [
        (PROFIT, STOP, None),
        (BUY_STOP, BUY_LOW, None),
        (of("TAKE_PROFIT", "SELL", stop_price="110", quantity="1"), STOP, None),
        (PROFIT, of("STOP_LOSS", "SELL", trailing_delta=100, quantity="1"), None),
        (of("LIMIT", "SELL", price="110", quantity="1"), STOP, (-1158, "Order type not supported in OCO.")),
        (PROFIT, of("LIMIT_MAKER", "SELL", price="90", quantity="1"), (-1168, "At least one OCO order must be contingent.")),
        (of("LIMIT_MAKER", "BUY", price="110", quantity="1"), of("TAKE_PROFIT", "BUY", stop_price="90", quantity="1"), (-1165, "A limit order in a buy OCO must be below.")),
        (of("STOP_LOSS", "SELL", stop_price="110", quantity="1"), of("LIMIT_MAKER", "SELL", price="90", quantity="1"), (-1166, "A limit order in a sell OCO must be above.")),
        (BUY_STOP, of("STOP_LOSS", "BUY", stop_price="90", quantity="1"), (-1196, "A stop loss order in a buy OCO must be above.")),
        (of("STOP_LOSS", "SELL", stop_price="110", quantity="1"), STOP, (-1197, "A stop loss order in a sell OCO must be below.")),
        (of("TAKE_PROFIT", "BUY", stop_price="110", quantity="1"), BUY_LOW, (-1198, "A take profit order in a buy OCO must be below.")),
        (PROFIT, of("TAKE_PROFIT", "SELL", stop_price="90", quantity="1"), (-1199, "A take profit order in a sell OCO must be above.")),
        (of("LIMIT_MAKER", "SELL", price="100", quantity="1"), STOP, NOT_THE_RELATION),
        (PROFIT, of("STOP_LOSS", "SELL", stop_price="100", quantity="1"), NOT_THE_RELATION),
        (PROFIT, of("STOP_LOSS", "SELL", stop_price="110", quantity="1"), NOT_THE_RELATION),
    ],
)  # fmt: skip
def test_legs_of_an_oco(above, below, refused):
    assert refusal_of_list(listed("OCO", above, below)) == refused


def test_pending_pair_is_not_compared_with_the_last_price():
    working = of(price="50", quantity="1")
    profit = of("LIMIT_MAKER", "SELL", price="60", quantity="1")
    stop = of("STOP_LOSS", "SELL", stop_price="40", quantity="1")
    assert refusal_of_list(listed("OTOCO", working, profit, stop)) is None
    crossed = of("STOP_LOSS", "SELL", stop_price="60", quantity="1")
    assert refusal_of_list(listed("OTOCO", working, profit, crossed)) == NOT_THE_RELATION


def test_every_order_of_a_list_is_filtered():
    short = replace(PROFIT, quantity=1)
    for orders in ((of(price="50", quantity="1"), short), (short, of(price="50", quantity="1"))):
        assert refusal_of_list(listed("OTO", *orders)) == (-1013, "Filter failure: LOT_SIZE")


def test_counts_of_a_list():
    oco, oto = listed("OCO", PROFIT, STOP), listed("OTO", of(price="50", quantity="1"), PROFIT)

    def counted(command, **counts):
        found = refusal_of_list(command, market=replace(MARKET, **counts))
        return found and found[1].removeprefix("Filter failure: ")

    assert counted(oco, open_orders=198) is None
    assert counted(oco, open_orders=199) == "MAX_NUM_ORDERS"
    assert counted(oco, open_algo_orders=4) is None
    assert counted(oco, open_algo_orders=5) == "MAX_NUM_ALGO_ORDERS"
    assert counted(oto, open_algo_orders=5) is None
    assert counted(oco, open_lists=19) is None
    assert counted(oco, open_lists=20) == "MAX_NUM_ORDER_LISTS"


# amendments


@pytest.mark.parametrize(
    ("quantity", "amends", "refused"),
    [
        ("0.9", 0, None),
        ("0.9", 9, None),
        ("1.001", 0, (-2038, "Order amend (quantity increase) is not supported.")),
        ("1", 0, (-2038, "The requested action would change no state; rejecting.")),
        ("0.3", 0, (-2038, "The requested action would change no state; rejecting.")),
        ("0.301", 0, None),
        ("0.9", 10, (-2038, "Filter failure: MAX_NUM_ORDER_AMENDS")),
        ("0.9005", 0, (-1013, "Filter failure: LOT_SIZE")),
    ],
)
def test_amendment(quantity, amends, refused):
    order = Order(1, "alice", "BTCUSDT", "c", "BUY", "LIMIT", "GTC", units(1), price=units(100), executed=units("0.3"))
    if refused is None:
        check_amend(SYMBOL, order, units(quantity), amends=amends)
        return
    with pytest.raises(Refused) as raised:
        check_amend(SYMBOL, order, units(quantity), amends=amends)
    assert (raised.value.code, raised.value.message) == refused


def test_amendment_below_the_smallest_value():
    order = Order(1, "alice", "BTCUSDT", "c", "BUY", "LIMIT", "GTC", units(1), price=units(100))
    with pytest.raises(Refused, match="Filter failure: NOTIONAL"):
        check_amend(SYMBOL, order, units("0.049"))
