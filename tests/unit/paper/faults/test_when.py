"""Which requests and frames a rule means, and how often it strikes."""

import json

import pytest

from btbot.paper.faults import Call, Faults
from btbot.paper.faults.facts import FrameFacts, of_call


def struck(faults, calls):
    """Return for each call whether it was cut."""
    return [faults.arrive(call) is not None for call in calls]


@pytest.mark.parametrize(
    "when",
    [
        {}, {"endpoint": "order.place"}, {"endpoint": "order.*"}, {"method": "post"}, {"path": "/api/v3/ord*"},
        {"account": "alice"}, {"symbol": "BTC/USDT"}, {"symbol": ["ETHUSDT", "btcusdt"]}, {"side": "BUY"},
        {"type": "LIMIT*"}, {"client_id": "a-?"}, {"fields": {"timeInForce": "GTC"}}, {"ip": "127.*"},
        {"endpoint": "order.place", "side": "BUY"},
    ],
)  # fmt: skip
def test_conditions_that_hold(faults, order, when):
    faults.add({"when": when, "do": "drop_before"})
    assert faults.arrive(order(timeInForce="GTC")) is not None


@pytest.mark.parametrize(
    "when",
    [
        {"endpoint": "order.cancel"}, {"method": "GET"}, {"account": "bob"}, {"symbol": "ETH/USDT"}, {"side": "SELL"},
        {"type": "MARKET"}, {"client_id": "b*"}, {"fields": {"timeInForce": "IOC"}}, {"ip": "10.*"},
        {"endpoint": "order.place", "side": "SELL"}, {"stream": "btcusdt@trade"}, {"event": "kline"},
    ],
)  # fmt: skip
def test_conditions_that_do_not_hold(faults, order, when):
    faults.add({"when": when, "do": "drop_before"})
    assert faults.arrive(order(timeInForce="GTC")) is None


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"nth": 2}, [0, 1, 0, 0, 0, 0]),
        ({"every": 2}, [0, 1, 0, 1, 0, 1]),
        ({"times": 2}, [1, 1, 0, 0, 0, 0]),
        ({"every": 2, "times": 1}, [0, 1, 0, 0, 0, 0]),
    ],
)
def test_counting(faults, order, when, expected):
    faults.add({"when": {"side": "BUY", **when}, "do": "drop_before"})
    calls = [order() for _ in range(6)]
    calls.insert(1, order(side="SELL"))
    found = struck(faults, calls)
    assert found.pop(1) is False
    assert found == [bool(one) for one in expected]


def test_dice_follow_the_seed_and_are_each_rule_s_own(order):
    def drawn(seed, other=False):
        faults = Faults(seed=seed)
        faults.add({"when": {"probability": 0.5}, "do": {"kind": "park", "ms": 1}})
        if other:
            faults.add({"when": {"probability": 0.5}, "do": {"kind": "park", "ms": 1000}})
        actions = [faults.arrive(order()) for _ in range(200)]
        return [action is not None and action.park_ms % 1000 == 1 for action in actions]

    first = drawn(1)
    assert 60 < sum(first) < 140
    assert drawn(1) == first == drawn(1, other=True)
    assert drawn(2) != first


def test_times_of_the_world(faults, order, clock):
    faults.add({"when": {"after_ms": 1000, "before_ms": 2000}, "do": "drop_before"})
    found = []
    for passed in (0, 999, 1000, 1999, 2000):
        clock.now = 1_700_000_000_000 + passed
        found.append(faults.arrive(order()) is not None)
    assert found == [False, False, True, True, False]


def test_times_of_the_market(faults, order, clock, venue):
    faults.add({"when": {"since": "2020-09-13T12:26:50", "until": "2020-09-13T12:27:00"}, "do": "drop_before"})
    found = []
    for seconds in (0, 0.9, 1, 1.9, 2):  # the market is ten times as fast and began at 12:26:40
        clock.now = 1_700_000_000_000 + round(seconds * 1000)
        found.append(faults.arrive(order()) is not None)
    assert found == [False, False, True, True, False]


def test_the_first_rule_that_answers_wins_and_later_ones_do_not_count(faults, order):
    faults.add({"when": {"nth": 2}, "do": {"kind": "error", "code": -2010}})
    faults.add({"do": "drop_before"})
    replies = [faults.arrive(order()).reply for _ in range(3)]
    assert [reply.wire for reply in replies] == ["drop", "ok", "drop"]
    assert [(rule["seen"], rule["struck"]) for rule in faults.list()] == [(2, 1), (2, 2)]


def test_delays_add_up(faults, order):
    for ms in (100, 20):
        faults.add({"do": {"kind": "park", "ms": ms}})
        faults.add({"do": {"kind": "hang_after", "ms": ms}})
    action = faults.arrive(order())
    assert (action.reply, action.park_ms, action.hold_ms) == (None, 120, 120)


def test_the_websocket_api_has_the_same_names():
    facts = of_call(Call("WS", "order.place", {"symbol": "BTCUSDT", "newClientOrderId": "x"}, "alice"))
    assert (facts["endpoint"], facts["symbol"], facts["client_id"]) == ("order.place", "BTCUSDT", "x")
    assert of_call(Call("DELETE", "/api/v3/order", {"origClientOrderId": "y"}))["client_id"] == "y"
    assert of_call(Call("GET", "/sapi/v1/system/status"))["endpoint"] == "system.status"


@pytest.mark.parametrize(
    ("stream", "frame", "expected"),
    [
        ("btcusdt@kline_1m", {"e": "kline", "s": "BTCUSDT", "k": {"x": True, "o": "1"}}, ("kline", "BTCUSDT", "", "")),
        ("btcusdt@trade", {"stream": "btcusdt@trade", "data": {"e": "trade", "s": "BTCUSDT"}},
         ("trade", "BTCUSDT", "", "")),
        ("btcusdt@bookTicker", {"u": 1, "s": "BTCUSDT", "b": "1"}, ("bookTicker", "BTCUSDT", "", "")),
        ("", {"subscriptionId": 0, "event": {"e": "executionReport", "s": "BTCUSDT", "S": "SELL", "o": "LIMIT",
                                             "c": "new", "C": "", "i": 7}}, ("executionReport", "BTCUSDT", "SELL", "new")),
        ("", {"event": {"e": "executionReport", "s": "X", "S": "BUY", "c": "new", "C": "old", "i": 7}},
         ("executionReport", "X", "BUY", "old")),
        ("!miniTicker@arr", [{"e": "24hrMiniTicker"}], ("arr", "", "", "")),
        ("x@y", "no json", ("y", "", "", "")),
    ],
)  # fmt: skip
def test_what_a_frame_tells(stream, frame, expected):
    facts = FrameFacts("alice", stream, frame if frame == "no json" else json.dumps(frame))
    assert tuple(facts.get(name) for name in ("event", "symbol", "side", "client_id")) == expected
    assert facts.get("account") == "alice"


def test_fields_of_a_frame_are_compared_as_json_writes_them():
    facts = FrameFacts("", "", json.dumps({"e": "kline", "k": {"x": False, "n": 3, "L": None}, "a": [{"b": "z"}]}))
    names = ("k.x", "k.n", "k.L", "a.0.b", "a.1.b", "none")
    assert [facts.get(f"fields.{name}") for name in names] == ["false", "3", "null", "z", "null", "null"]
