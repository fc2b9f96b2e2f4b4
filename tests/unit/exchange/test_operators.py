"""Symbols that come, halt and go; fees; deposits; counters; what is read and what is forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from btbot.exchange.averages import Average
from btbot.exchange.commands import Adjust
from btbot.exchange.events import SymbolEvent, TradeEvent
from btbot.exchange.matching import Exchange
from btbot.exchange.refused import Refused
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE, units


def code(call, *given, **more):
    with pytest.raises(Refused) as caught:
        call(*given, **more)
    return caught.value.code


def test_deposit_and_withdrawal(desk):
    outcome = desk.do(Adjust("alice", "ETH", units("3")))
    event = outcome.events[0]
    assert (event.account, event.asset, event.amount) == ("alice", "ETH", units("3"))
    desk.limit("alice", "BUY", "50", "100")
    desk.do(Adjust("alice", "USDT", -units("5000")))
    assert desk.money("alice") == {"BTC": ("10", "0"), "ETH": ("3", "0"), "USDT": ("0", "5000")}
    assert code(desk.do, Adjust("alice", "USDT", -1)) == -2010
    assert desk.exchange.ledger.totals() == {"BTC": 0, "USDT": 0, "ETH": 0}
    desk.check()


def test_halted_symbol_keeps_what_rests_and_lets_it_be_cancelled(desk):
    order = desk.limit("alice", "BUY", "1", "100")
    stop = desk.place("alice", "SELL", "STOP_LOSS", quantity="1", stop_price="90").orders[0]
    desk.events += desk.exchange.set_symbol(replace(desk.symbol, status="HALT"), desk.now)
    assert code(desk.limit, "alice", "BUY", "1", "100") == -1013
    assert desk.sweep("SELL", "100", "1") == []
    assert desk.prints("80") == []
    assert desk.book("BUY") == [("100", "1")]
    desk.cancel(stop)
    desk.events += desk.exchange.set_symbol(desk.symbol, desk.now)
    desk.sweep("SELL", "100", "1")
    assert order.status == "FILLED"
    desk.check()


def test_delisting_cancels_all(desk, told):
    desk.limit("alice", "BUY", "1", "100")
    desk.place("bob", "SELL", "STOP_LOSS", quantity="1", stop_price="90")
    events = desk.exchange.remove_symbol("BTCUSDT", desk.now)
    desk.events += events
    assert told(events) == ["CANCELED 1 CANCELED DELISTED", "CANCELED 2 CANCELED DELISTED", "SymbolEvent"]
    assert desk.money("bob")["BTC"] == ("10", "0")
    assert code(desk.limit, "alice", "BUY", "1", "100") == -1121
    assert desk.exchange.order("alice", "BTCUSDT", order_id=1).status == "CANCELED"
    assert desk.exchange.remove_symbol("BTCUSDT", desk.now) == []
    assert desk.sweep("SELL", "100", "1") == desk.prints("100") == []
    desk.supply("SELL", "100", "1")
    desk.exchange.clear("BTCUSDT")
    assert desk.exchange.withdraw("BTCUSDT", "SELL", units("100"), units("1"), desk.now) == 0
    desk.check()


def test_new_symbol_is_an_event(desk):
    events = desk.exchange.set_symbol(Symbol("ETHBTC", "ETH", "BTC"), 5)
    assert isinstance(events[0], SymbolEvent)
    assert desk.exchange.books["ETHBTC"].best("BUY") == 0
    desk.events += events
    desk.check()


def test_rates_by_account_and_symbol(desk):
    desk.exchange.set_fees("alice", 20_000, 40_000)
    desk.exchange.set_fees("alice", 0, 10_000, symbol="BTCUSDT")
    desk.exchange.set_symbol(Symbol("ETHBTC", "ETH", "BTC"), 5)
    rates = [desk.exchange.fee_rates(*one) for one in (("alice", "BTCUSDT"), ("alice", "ETHBTC"), ("bob", "ETHBTC"))]
    assert [(one.maker, one.taker) for one in rates] == [(0, 10_000), (20_000, 40_000), (100_000, 100_000)]
    assert code(desk.exchange.fee_rates, "alice", "XRPUSDT") == -1121
    desk.supply("SELL", "100", "1")
    desk.limit("alice", "BUY", "1", "100")
    assert desk.money("alice")["BTC"] == ("10.9999", "0")


def test_fee_in_the_discount_asset(desk):
    desk.exchange.set_symbol(Symbol("BNBUSDT", "BNB", "USDT"), 5)
    desk.exchange.print_trade("BNBUSDT", units("250"), SCALE, False, 5)
    desk.exchange.set_fees("alice", 100_000, 100_000, 75_000_000)
    desk.fund("alice", BNB="0.00045")
    desk.supply("BUY", "100", "9")
    first = desk.place("alice", "SELL", "MARKET", quantity="1").events[1]
    # 100 USDT at 0.1 % are 0.1, three quarters of it 0.075 USDT or 0.0003 BNB.
    assert (first.commission, first.commission_asset) == (units("0.0003"), "BNB")
    second = desk.place("alice", "SELL", "MARKET", quantity="1").events[1]
    assert (second.commission, second.commission_asset) == (units("0.1"), "USDT")
    assert desk.money("alice") == {"BNB": ("0.00015", "0"), "BTC": ("8", "0"), "USDT": ("10199.9", "0")}
    assert set(desk.exchange.ledger.totals().values()) == {0}


def test_fee_is_not_paid_with_what_is_being_sold(new_desk):
    desk = new_desk(base="BNB", name="BTCUSDT")
    desk.exchange.set_fees("alice", 100_000, 100_000, 75_000_000)
    desk.fund("alice", BNB="1")
    desk.supply("BUY", "100", "9")
    event = desk.place("alice", "SELL", "MARKET", quantity="1").events[1]
    assert event.commission_asset == "USDT"
    desk.check()


def test_orders_are_found_by_either_id(desk):
    order = desk.limit("alice", "BUY", "1", "100", client_id="mine")
    find = desk.exchange.order
    assert find("alice", "BTCUSDT", order_id=1) is find("alice", "BTCUSDT", client_id="mine") is order
    assert code(find, "alice", "BTCUSDT", order_id=2) == -2013
    assert code(find, "alice", "BTCUSDT", client_id="other") == -2013
    assert code(find, "bob", "BTCUSDT", order_id=1) == -2013
    assert code(find, "zoe", "BTCUSDT", order_id=1) == -2013
    assert code(find, "alice", "XRPUSDT", order_id=1) == -1121
    assert code(find, "alice", "BTCUSDT", order_id=1, client_id="other") == -2039


def test_orders_by_id_time_and_limit(desk):
    for number in range(6):
        desk.now = 2_000 + number * 10
        desk.limit("alice", "BUY", "1", "100")
    desk.cancel(desk.exchange.order("alice", "BTCUSDT", order_id=2))
    ids = lambda **given: [order.id for order in desk.exchange.orders("alice", "BTCUSDT", **given)]  # noqa: E731
    assert ids() == [1, 2, 3, 4, 5, 6]
    assert ids(limit=2) == [5, 6]
    assert ids(from_id=3, limit=2) == [3, 4]
    assert ids(start_ms=2_011, end_ms=2_031) == [2, 3, 4]
    assert ids(start_ms=2_011, limit=1) == [2]
    assert [order.id for order in desk.exchange.open_orders("alice", "BTCUSDT")] == [1, 3, 4, 5, 6]
    assert [order.id for order in desk.exchange.open_orders("alice")] == [1, 3, 4, 5, 6]
    assert desk.exchange.open_orders("zoe") == []
    assert desk.exchange.orders("zoe", "BTCUSDT") == []


def test_fills_by_trade_id_order_and_time(desk):
    for number in range(5):
        desk.now = 2_000 + number * 10
        desk.supply("SELL", "100", "1")
        desk.limit("alice", "BUY", "1", "100")
    ids = lambda **given: [event.trade_id for event in desk.exchange.fills("alice", "BTCUSDT", **given)]  # noqa: E731
    assert ids() == [0, 1, 2, 3, 4]
    assert ids(limit=2) == [3, 4]
    assert ids(from_id=1, limit=2) == [1, 2]
    assert ids(order_id=3) == [2]
    assert ids(start_ms=2_011, end_ms=2_021) == [1, 2]
    assert desk.exchange.fills("bob", "BTCUSDT") == []


def test_old_orders_and_fills_are_forgotten(new_desk):
    desk = new_desk(keep_done=3)
    desk.fund("alice", USDT="10000", BTC="100")
    resting = desk.limit("alice", "BUY", "1", "50")
    for _ in range(9):
        desk.supply("SELL", "100", "1")
        desk.limit("alice", "BUY", "1", "100", client_id="again")
    assert [order.id for order in desk.exchange.orders("alice", "BTCUSDT")] == [1, 8, 9, 10]
    assert desk.exchange.order("alice", "BTCUSDT", client_id="again").id == 10
    assert code(desk.exchange.order, "alice", "BTCUSDT", order_id=7) == -2013
    assert 3 <= len(desk.exchange.fills("alice", "BTCUSDT")) <= 6
    for _ in range(9):
        desk.cancel(desk.group(
            "alice", "OTO",
            desk.make("alice", "BUY", "LIMIT", quantity="1", price="40"),
            desk.make("alice", "SELL", "LIMIT", quantity="1", price="140"),
        ).orders[0])  # fmt: skip
    assert [one.id for one in desk.exchange.order_lists("alice")] == [6, 7, 8]
    assert resting.status == "NEW"


def test_lists_by_id_and_time(desk):
    for number in range(4):
        desk.now = 2_000 + number * 10
        desk.group(
            "alice", "OTO",
            desk.make("alice", "BUY", "LIMIT", quantity="1", price="40"),
            desk.make("alice", "SELL", "LIMIT", quantity="1", price="140"),
        )  # fmt: skip
    ids = lambda **given: [one.id for one in desk.exchange.order_lists("alice", **given)]  # noqa: E731
    assert ids() == [0, 1, 2, 3]
    assert ids(from_id=1, limit=2) == [1, 2]
    assert ids(start_ms=2_011, end_ms=2_021) == [1, 2]
    assert ids(limit=1) == [3]
    assert [one.id for one in desk.exchange.open_lists("alice")] == [0, 1, 2, 3]


def test_counters_only_rise(desk):
    desk.limit("alice", "BUY", "1", "100")
    desk.sweep("SELL", "100", "0.5")
    assert desk.exchange.counters() == {"order": 1, "list": -1, "trade:BTCUSDT": 0}
    desk.exchange.raise_counters({"order": 41, "list": 6, "trade:BTCUSDT": 99, "trade:ETHBTC": 3})
    desk.exchange.raise_counters({"order": 1})
    assert desk.limit("alice", "BUY", "1", "100").id == 42
    event = desk.sweep("SELL", "100", "0.1")[-1]
    assert isinstance(event, TradeEvent)
    assert event.id == 100


def test_what_a_replay_needs(desk):
    plain = desk.prints("100")[0]
    own = desk.limit("alice", "BUY", "1", "100")
    user = desk.sweep("SELL", "100", "0.5")[-1]
    assert [desk.exchange.matters(event) for event in (plain, user)] == [False, True]
    desk.place("alice", "SELL", "STOP_LOSS", quantity="1", trailing_delta=100)
    assert desk.exchange.matters(plain)
    assert own.status == "PARTIALLY_FILLED"


def test_average_price_weighs_by_quantity(desk):
    desk.exchange.print_trade("BTCUSDT", units("100"), units("1"), False, 1_000)
    desk.exchange.print_trade("BTCUSDT", units("110"), units("3"), False, 200_000)
    assert desk.exchange.average_price("BTCUSDT", 200_000) == units("107.5")
    assert desk.exchange.average_price("BTCUSDT", 302_000) == units("110")
    assert desk.exchange.average_price("BTCUSDT", 900_000) == units("110")


def test_account_without_money():
    exchange = Exchange()
    exchange.open_account("alice")
    assert exchange.balances("alice") == {}
    assert exchange.balances("nobody") == {}


def test_average_over_no_minutes_is_the_last_price(new_desk):
    desk = new_desk(price_minutes=0)
    desk.prints("100", "130")
    assert desk.exchange.average_price("BTCUSDT", desk.now) == units("130")


def test_average_forgets_what_is_too_old():
    average = Average(1)
    for second in range(1_000):
        average.add(second * 1_000, units("1"), units("100"))
    assert len(average._seconds) == 60
    assert average.price(1_000_000) == units("100")
    assert average.price(1_060_000) == 0
