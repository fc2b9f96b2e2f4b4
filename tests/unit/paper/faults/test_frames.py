"""What happens to the frames of streams."""

import json

import pytest


def kline(closed=False, price="1.0"):
    return json.dumps({"e": "kline", "s": "BTCUSDT", "k": {"c": price, "x": closed}})


def sent(faults, *texts, session=1, stream="btcusdt@kline_1m", account=""):
    return [faults.frames(session, "market", account, stream, text) for text in texts]


def test_without_rules_a_frame_passes_as_it_is(faults):
    assert sent(faults, "anything") == [[(0, "anything")]]


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("lose", []),
        ("double", [(0, "f"), (0, "f")]),
        ({"kind": "double", "times": 5}, [(0, "f")] * 5),
        ({"kind": "delay", "ms": 250}, [(250, "f")]),
    ],
)
def test_lost_doubled_delayed(faults, do, expected):
    faults.add({"do": do})
    assert sent(faults, "f") == [expected]


def test_only_frames_that_are_meant(faults):
    faults.add({"when": {"event": "kline", "fields": {"k.x": True}, "stream": "btc*"}, "do": "lose"})
    assert sent(faults, kline(), kline(closed=True), kline()) == [[(0, kline())], [], [(0, kline())]]
    assert sent(faults, kline(closed=True), stream="ethusdt@kline_1m") == [[(0, kline(closed=True))]]


def test_rules_work_one_after_the_other(faults):
    faults.add({"do": "double"})
    faults.add({"do": {"kind": "delay", "ms": 5}})
    assert sent(faults, "f") == [[(5, "f"), (5, "f")]]


def test_a_given_order(faults):
    faults.add({"do": {"kind": "reorder", "count": 3, "order": [2, 0, 1]}})
    assert sent(faults, *"abcdef") == [[], [], [(0, "c"), (0, "a"), (0, "b")], [], [], [(0, "f"), (0, "d"), (0, "e")]]


def test_a_drawn_order_is_another_one(faults):
    faults.add({"do": {"kind": "reorder", "count": 4}})
    groups = ["".join(frame for _, frame in sent(faults, *"abcd")[-1]) for _ in range(50)]
    assert {"".join(sorted(group)) for group in groups} == {"abcd"}
    assert "abcd" not in groups
    assert len(set(groups)) > 10


def test_one_group_of_each_connection(faults):
    faults.add({"when": {"nth": 2}, "do": {"kind": "reorder", "order": [1, 0]}})
    assert sent(faults, *"abcd") == [[(0, "a")], [], [(0, "c"), (0, "b")], [(0, "d")]]
    assert sent(faults, "x", session=2) == [[(0, "x")]]


def test_connections_do_not_mix(faults):
    faults.add({"do": {"kind": "reorder", "order": [1, 0]}})
    assert sent(faults, "a", session=1) == [[]]
    assert sent(faults, "b", session=2) == [[]]
    assert sent(faults, "c", session=1) == [[(0, "c"), (0, "a")]]


def test_what_is_held_ends_with_the_connection(faults):
    faults.add({"do": {"kind": "reorder", "order": [1, 0]}})
    assert sent(faults, "a") == [[]]
    faults.forget(1)
    assert sent(faults, "b", "c") == [[], [(0, "c"), (0, "b")]]


@pytest.mark.parametrize(
    ("how", "check"),
    [
        ("cut", lambda frame: frame == kline()[: len(kline()) // 2]),
        ("junk", lambda frame: isinstance(frame, bytes) and len(frame) == 64),
        ("huge", lambda frame: len(frame) > 11_000_000),
        ("empty", lambda frame: frame == ""),
        ("html", lambda frame: frame.startswith("<html>")),
        ("null", lambda frame: frame == "null"),
    ],
)
def test_malformed(faults, how, check):
    faults.add({"do": {"kind": "malform", "how": how}})
    [[(delay, frame)]] = sent(faults, kline())
    assert delay == 0
    assert check(frame)


def test_altered(faults):
    faults.add({"when": {"event": "kline"}, "do": {"kind": "alter", "scale": {"k.c": 10}, "remove": ["s"]}})
    assert sent(faults, kline(price="2.5")) == [[(0, '{"e":"kline","k":{"c":"25.0","x":false}}')]]


def test_an_alteration_of_answers_leaves_frames_alone(faults, order):
    faults.add({"when": {"endpoint": "klines"}, "do": {"kind": "alter", "set": {"s": "X"}}})
    assert sent(faults, kline()) == [[(0, kline())]]
    faults.add({"when": {"symbol": "BTC/USDT"}, "do": {"kind": "alter", "set": {"s": "X"}}})
    assert '"s":"X"' in sent(faults, kline())[0][0][1]


def test_every_fault_of_a_frame_is_told(faults, history):
    faults.add({"name": "gone", "do": "lose"})
    sent(faults, "f", session="abc")
    assert history.entries("fault")[0].items() >= {
        "kind": "lose", "rule": 1, "name": "gone", "session": "abc", "stream": "btcusdt@kline_1m",
    }.items()  # fmt: skip
