"""Stops, take-profits and trailing ones: when they go to work, and with what."""

from __future__ import annotations

import pytest

from btbot.exchange.refused import Refused
from btbot.exchange.units import units


def stop(desk, side, kind, stop_price, **figures):
    return desk.place("alice", side, kind, quantity="1", stop_price=stop_price, **figures).orders[0]


@pytest.mark.parametrize(
    ("side", "kind", "stop_price", "quiet", "met"),
    [
        ("BUY", "STOP_LOSS", "110", "109.99", "110"),
        ("SELL", "STOP_LOSS", "90", "90.01", "90"),
        ("BUY", "TAKE_PROFIT", "90", "90.01", "89"),
        ("SELL", "TAKE_PROFIT", "110", "109.99", "111"),
    ],
)
def test_stop_waits_for_its_price(desk, told, side, kind, stop_price, quiet, met):
    desk.supply("BUY", "80", "5")
    desk.supply("SELL", "120", "5")
    desk.prints("100")
    order = stop(desk, side, kind, stop_price)
    assert (order.status, order.working, order.working_ms) == ("NEW", False, -1)
    assert told(desk.prints(quiet)) == [f"trade 1@{quiet}"]
    price = "120" if side == "BUY" else "80"
    assert told(desk.prints(met)) == [
        f"trade 1@{met}",
        "TRIGGERED 1 NEW",
        f"TRADE 1 FILLED 1@{price}",
        f"trade 1@{price}",
    ]
    assert (order.working, order.working_ms) == (True, desk.now)
    desk.check()


def test_stop_limit_rests_at_its_price_once_triggered(desk, told):
    desk.prints("100")
    order = stop(desk, "BUY", "STOP_LOSS_LIMIT", "110", price="111")
    assert desk.money("alice")["USDT"] == ("9889", "111")
    assert desk.book("BUY") == []
    assert told(desk.prints("115")) == ["trade 1@115", "TRIGGERED 1 NEW"]
    assert desk.book("BUY") == [("111", "1")]
    assert order.working
    desk.sweep("SELL", "111", "1")
    assert desk.money("alice") == {"BTC": ("10.999", "0"), "USDT": ("9889", "0")}
    desk.check()


def test_market_stop_locks_what_its_stop_price_costs_and_pays_what_it_must(desk):
    desk.supply("SELL", "120", "5")
    desk.prints("100")
    stop(desk, "BUY", "STOP_LOSS", "110")
    assert desk.money("alice")["USDT"] == ("9890", "110")
    desk.prints("110")
    assert desk.money("alice")["USDT"] == ("9880", "0")
    desk.check()


def test_market_stop_that_cannot_be_paid_any_more_expires(desk, told):
    desk.supply("SELL", "120", "100")
    desk.prints("100")
    desk.place("alice", "BUY", "STOP_LOSS", quantity="90", stop_price="110")
    assert told(desk.prints("110")) == ["trade 1@110", "TRIGGERED 1 NEW", "EXPIRED 1 EXPIRED INSUFFICIENT_BALANCE"]
    assert desk.money("alice")["USDT"] == ("10000", "0")
    desk.check()


@pytest.mark.parametrize(
    ("side", "kind", "stop_price"),
    [
        ("BUY", "STOP_LOSS", "100"),
        ("SELL", "STOP_LOSS", "101"),
        ("BUY", "TAKE_PROFIT", "100"),
        ("SELL", "TAKE_PROFIT", "99"),
    ],
)
def test_stop_that_is_met_already_is_refused(desk, side, kind, stop_price):
    desk.prints("100")
    with pytest.raises(Refused) as caught:
        stop(desk, side, kind, stop_price)
    assert (caught.value.code, caught.value.message) == (-2010, "Order would trigger immediately.")


def test_stops_go_to_work_after_the_taker_is_done_nearest_first(desk, told):
    desk.prints("100")
    desk.fund("alice", BTC="10")
    stop(desk, "SELL", "STOP_LOSS", "95")
    stop(desk, "SELL", "STOP_LOSS", "97")
    desk.supply("BUY", "97", "1")
    desk.supply("BUY", "94", "1")
    desk.supply("BUY", "93", "1")
    desk.supply("BUY", "92", "1")
    assert told(desk.place("bob", "SELL", "MARKET", quantity="2").events) == [
        "NEW 3 NEW", "TRADE 3 PARTIALLY_FILLED 1@97", "trade 1@97", "TRADE 3 FILLED 1@94", "trade 1@94",
        "TRIGGERED 2 NEW", "TRADE 2 FILLED 1@93", "trade 1@93",
        "TRIGGERED 1 NEW", "TRADE 1 FILLED 1@92", "trade 1@92",
    ]  # fmt: skip
    desk.check()


def test_a_stop_may_set_off_the_next_one(desk, told):
    desk.prints("100")
    stop(desk, "SELL", "STOP_LOSS", "95")
    stop(desk, "SELL", "STOP_LOSS", "90")
    desk.supply("BUY", "90", "1")
    desk.supply("BUY", "85", "1")
    assert told(desk.prints("95")) == [
        "trade 1@95", "TRIGGERED 1 NEW", "TRADE 1 FILLED 1@90", "trade 1@90",
        "TRIGGERED 2 NEW", "TRADE 2 FILLED 1@85", "trade 1@85",
    ]  # fmt: skip
    desk.check()


def test_cancelled_stop_frees_its_money_and_stays_quiet(desk, told):
    desk.prints("100")
    order = stop(desk, "SELL", "STOP_LOSS", "95")
    assert desk.money("alice")["BTC"] == ("9", "1")
    desk.cancel(order)
    assert desk.money("alice")["BTC"] == ("10", "0")
    assert told(desk.prints("90")) == ["trade 1@90"]
    desk.check()


def trailing(desk, side, kind, delta, price, stop_price=None):
    figures = {} if stop_price is None else {"stop_price": stop_price}
    return desk.place(
        "alice", side, kind, quantity="0.1", price=price, trailing_delta=delta, **figures
    ).orders[0]  # fmt: skip


@pytest.mark.parametrize(
    ("side", "kind", "stop_price", "delta", "price", "quiet", "met"),
    [  # scenarios A to E of Binance's page on trailing stops
        ("BUY", "STOP_LOSS_LIMIT", "44000", 500, "45000", "37000 44000 45000 46000 42000 44099.99", "44100"),
        ("SELL", "STOP_LOSS_LIMIT", "39000", 1000, "38000", "41500 39000 37000 41000 36900.01", "36900"),
        ("BUY", "TAKE_PROFIT_LIMIT", "38000", 850, "38500", "42000 38000 37000 39000 38000 40144.99", "40145"),
        ("SELL", "TAKE_PROFIT_LIMIT", "42000", 750, "41000", "41500 39000 42000 45000 44000 46500 43012.51", "43012.5"),
        ("SELL", "STOP_LOSS_LIMIT", None, 700, "39000", "42000 39500 45500 42315.01", "42315"),
    ],
)
def test_trailing_order_follows_the_price(desk, told, side, kind, stop_price, delta, price, quiet, met):
    desk.prints("40000")
    order = trailing(desk, side, kind, delta, price, stop_price)
    for one in quiet.split():
        assert told(desk.prints(one)) == [f"trade 1@{one}"], one
    assert told(desk.prints(met)) == [f"trade 1@{met}", "TRIGGERED 1 NEW"]
    assert order.working
    assert desk.book(side) == [(price, "0.1")]
    desk.check()


def test_trailing_order_without_stop_price_starts_from_the_last_price(desk, told):
    desk.prints("40000")
    order = trailing(desk, "SELL", "STOP_LOSS_LIMIT", 700, "37000")
    assert order.peak == units("40000")
    assert told(desk.prints("37200")) == ["trade 1@37200", "TRIGGERED 1 NEW"]


def test_trailing_market_order_locks_by_the_last_price(desk):
    desk.prints("100")
    desk.place("alice", "BUY", "STOP_LOSS", quantity="2", trailing_delta=100)
    assert desk.money("alice")["USDT"] == ("9800", "200")
    desk.supply("SELL", "102", "5")
    desk.prints("101")
    assert desk.money("alice") == {"BTC": ("11.998", "0"), "USDT": ("9796", "0")}
    desk.check()
