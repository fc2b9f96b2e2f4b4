"""Single fields of JSON, also changed into what is none."""

import json

import pytest

from btbot.paper.faults.altering import altered
from btbot.paper.faults.kinds import Alter

KLINE = '{"e":"kline","E":1,"s":"BTCUSDT","k":{"c":"2.50","o":"2.40","n":7,"x":true}}'


def change(text, **what):
    return altered(Alter(kind="alter", **what), text)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({"set": {"s": "OTHER", "k.c": None}}, {"s": "OTHER", "k": {"c": None}}),
        ({"scale": {"k.c": 10, "k.n": 2, "k.none": 3}}, {"k": {"c": "25.00", "n": 14}}),
        ({"scale": {"s": 2, "k.x": 2}}, {}),
        ({"set": {"k.d.e": 1, "7": 2}}, {"7": 2}),
    ],
)
def test_values(what, expected):
    wanted = json.loads(KLINE)
    wanted["k"] |= expected.pop("k", {})
    assert json.loads(change(KLINE, **what)) == wanted | expected


def test_missing_fields():
    assert change(KLINE, remove=["k", "none", "E"]) == '{"e":"kline","s":"BTCUSDT"}'
    assert change('[["1","2"],["3"]]', remove=["0.1", "5.0", "1.x"]) == '[["1"],["3"]]'


@pytest.mark.parametrize("literal", ["NaN", "1e400", "-1", "123456789012345678901234567890", "}{"])
def test_literal_text(literal):
    assert f'"c":{literal},' in change(KLINE, raw={"k.c": literal})


def test_the_event_inside_its_wrapping():
    inner = json.dumps({"stream": "s", "data": {"p": "1.0"}})
    assert change(inner, scale={"p": 2}) == '{"stream":"s","data":{"p":"2.0"}}'
    inner = json.dumps({"subscriptionId": 0, "event": {"L": "1.0"}})
    assert change(inner, set={"L": "0"}) == '{"subscriptionId":0,"event":{"L":"0"}}'
    inner = json.dumps([{"c": "1"}, {"c": "2"}])
    assert change(inner, set={"-1.c": "3"}) == '[{"c":"1"},{"c":"3"}]'


def test_what_is_no_json_stays():
    assert change("<html>", set={"a": 1}) == "<html>"
