"""Cancel, cancel all, amend, cancel-replace."""

from __future__ import annotations

import dataclasses

import pytest

from btbot.exchange.commands import Amend, Cancel, CancelAll, Replace
from btbot.exchange.refused import Refused
from btbot.exchange.units import units


def refusal(call, *given, **more):
    with pytest.raises(Refused) as caught:
        call(*given, **more)
    return caught.value.code, caught.value.message


def test_cancel_frees_what_is_left(desk, told):
    order = desk.limit("alice", "BUY", "2", "100")
    desk.sweep("SELL", "100", "0.5")
    outcome = desk.cancel(order, new_client_id="bye")
    assert told(outcome.events) == ["CANCELED 1 CANCELED"]
    event = outcome.events[0]
    assert (event.client_id, event.executed, event.spent) == ("bye", units("0.5"), units("50"))
    assert (order.status, order.client_id) == ("CANCELED", outcome.orders[0].client_id)
    assert desk.money("alice") == {"BTC": ("10.4995", "0"), "USDT": ("9950", "0")}
    assert desk.book("BUY") == []
    desk.check()


def test_cancel_by_client_id_makes_an_id_of_its_own(desk):
    desk.limit("alice", "BUY", "1", "100", client_id="mine")
    event = desk.do(Cancel("alice", "BTCUSDT", client_id="mine")).events[0]
    assert len(event.client_id) == 22


def test_what_is_not_open_cannot_be_cancelled(desk):
    order = desk.limit("alice", "BUY", "1", "100", client_id="mine")
    unknown = (-2011, "Unknown order sent.")
    assert refusal(desk.do, Cancel("bob", "BTCUSDT", order.id)) == unknown
    assert refusal(desk.do, Cancel("alice", "BTCUSDT", 99)) == unknown
    assert refusal(desk.do, Cancel("alice", "BTCUSDT", client_id="other")) == unknown
    assert refusal(desk.do, Cancel("alice", "BTCUSDT"))[0] == -2011
    assert refusal(desk.do, Cancel("alice", "XRPUSDT", order.id)) == (-1121, "Invalid symbol.")
    assert refusal(desk.do, Cancel("alice", "BTCUSDT", order.id, "other"))[0] == -2039
    assert refusal(desk.do, CancelAll("bob", "BTCUSDT")) == unknown
    desk.cancel(order)
    assert refusal(desk.cancel, order) == unknown


def test_cancel_only_if(desk):
    text = (-2011, "Order was not canceled due to cancel restrictions.")
    order = desk.limit("alice", "BUY", "1", "100")
    assert refusal(desk.cancel, order, only_if="ONLY_PARTIALLY_FILLED") == text
    desk.sweep("SELL", "100", "0.5")
    assert refusal(desk.cancel, order, only_if="ONLY_NEW") == text
    desk.cancel(order, only_if="ONLY_PARTIALLY_FILLED")


def test_amended_order_keeps_its_place(desk, told):
    first = desk.limit("alice", "BUY", "5.5", "100", client_id="first")
    desk.limit("bob", "BUY", "4", "100")
    outcome = desk.amend(first, "5", new_client_id="second")
    event = outcome.events[0]
    assert (event.change, event.quantity, event.client_id, event.status) == ("REPLACED", units("5"), "first", "NEW")
    amended = outcome.orders[0]
    assert (amended.quantity, amended.client_id, first.quantity) == (units("5"), "second", units("5.5"))
    assert desk.book("BUY") == [("100", "9")]
    assert desk.money("alice")["USDT"] == ("9500", "500")
    assert told(desk.sweep("SELL", "100", "6"))[0] == "TRADE 1 FILLED 5@100"
    assert desk.exchange.order("alice", "BTCUSDT", client_id="second") is amended
    assert refusal(desk.exchange.order, "alice", "BTCUSDT", client_id="first")[0] == -2013
    desk.check()


def test_amend_leaves_more_than_is_filled(desk):
    order = desk.limit("alice", "SELL", "5", "100")
    desk.sweep("BUY", "100", "2")
    assert refusal(desk.amend, order, "2")[0] == -2038
    assert refusal(desk.amend, order, "6")[0] == -2038
    assert refusal(desk.amend, order, "3.0001")[0] == -1013
    amended = desk.amend(order, "2.5").orders[0]
    assert (amended.status, amended.remaining) == ("PARTIALLY_FILLED", units("0.5"))
    assert desk.money("alice")["BTC"] == ("7.5", "0.5")
    assert refusal(desk.amend, desk.limit("bob", "SELL", "1", "200"), "0.5", client_id="x")[0] == -2039
    desk.check()


def test_amend_of_what_is_not_open(desk):
    order = desk.limit("alice", "SELL", "5", "100")
    desk.limit("alice", "SELL", "1", "101", client_id="taken")
    assert refusal(desk.amend, order, "4", new_client_id="taken") == (-2010, "Duplicate order sent.")
    desk.cancel(order)
    assert refusal(desk.amend, order, "4")[0] == -2038


def test_amended_iceberg_shows_less_only_when_it_must(desk):
    order = desk.limit("alice", "SELL", "5", "100", iceberg_quantity="2")
    order = desk.amend(order, "3").orders[0]
    assert desk.book("SELL") == [("100", "2")]
    desk.amend(order, "1.5")
    assert desk.book("SELL") == [("100", "1.5")]
    desk.check()


def test_amended_stop_and_pair(desk, told):
    desk.prints("100")
    outcome = desk.group(
        "alice", "OCO",
        desk.make("alice", "BUY", "STOP_LOSS_LIMIT", quantity="2", price="112", stop_price="110"),
        desk.make("alice", "BUY", "LIMIT_MAKER", quantity="2", price="90"),
    )  # fmt: skip
    amended = desk.amend(outcome.orders[1], "1")
    assert told(amended.events) == ["REPLACED 1 NEW 1@0", "REPLACED 2 NEW 1@0", "list 0 UPDATED"]
    assert desk.money("alice")["USDT"] == ("9888", "112")
    assert told(desk.prints("110"))[1:] == ["EXPIRED 2 EXPIRED OCO", "TRIGGERED 1 NEW"]
    assert desk.book("BUY") == [("112", "1")]
    desk.check()


def replace(desk, order, mode="STOP_ON_FAILURE", **figures):
    place = desk.make("alice", figures.pop("side", "BUY"), figures.pop("kind", "LIMIT"), **figures)
    return desk.do(Replace(Cancel("alice", "BTCUSDT", order if isinstance(order, int) else order.id), place, mode))


def test_replace_pays_with_what_the_cancelled_order_frees(desk, told):
    order = desk.limit("alice", "BUY", "100", "100")
    outcome = replace(desk, order, quantity="99", price="101")
    assert told(outcome.events) == ["CANCELED 1 CANCELED", "NEW 2 NEW"]
    assert (outcome.cancelled.id, outcome.placed.id) == (1, 2)
    assert (outcome.cancel_refused, outcome.place_refused) == (None, None)
    desk.check()


@pytest.mark.parametrize(
    ("mode", "quantity", "expected"),
    [
        ("STOP_ON_FAILURE", "1", (None, -2011, None, None)),
        ("ALLOW_FAILURE", "1", (None, -2011, 1, None)),
        ("ALLOW_FAILURE", "1000", (None, -2011, None, -2010)),
    ],
)
def test_replace_whose_order_is_gone(desk, mode, quantity, expected):
    outcome = replace(desk, 77, mode, quantity=quantity, price="100")
    assert told_halves(outcome) == expected
    assert bool(outcome.events) is (expected[2] is not None)


def test_replace_whose_new_order_fails(desk):
    order = desk.limit("alice", "BUY", "1", "100")
    outcome = replace(desk, order, quantity="1000", price="100")
    assert told_halves(outcome) == (1, None, None, -2010)
    assert [event.change for event in outcome.events] == ["CANCELED"]
    assert desk.money("alice")["USDT"] == ("10000", "0")
    desk.check()


def test_replace_that_a_filter_forbids_cancels_nothing(desk):
    order = desk.limit("alice", "BUY", "1", "100")
    assert refusal(replace, desk, order, quantity="1", price="100.001") == (-1013, "Filter failure: PRICE_FILTER")
    assert order.status == "NEW"


def told_halves(outcome):
    return (
        outcome.cancelled and outcome.cancelled.id, outcome.cancel_refused and outcome.cancel_refused.code,
        outcome.placed and outcome.placed.id, outcome.place_refused and outcome.place_refused.code,
    )  # fmt: skip


def test_amend_and_cancel_all_know_the_symbol(desk):
    order = desk.limit("alice", "BUY", "2", "100")
    assert refusal(desk.do, Amend("alice", "XRPUSDT", units("1"), order.id)) == (-1121, "Invalid symbol.")
    assert refusal(desk.do, CancelAll("alice", "XRPUSDT")) == (-1121, "Invalid symbol.")
    desk.exchange.set_symbol(dataclasses.replace(desk.symbol, status="BREAK"), desk.now)
    assert refusal(desk.amend, order, "1") == (-1013, "Market is closed.")
