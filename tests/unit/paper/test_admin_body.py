import pytest

from btbot.errors import ConfigError
from btbot.paper.admin_body import Body
from btbot.paper.wire import Request


def test_query_and_body_are_read_together():
    body = Body.of(Request("POST", "/x", "tail=5&text=a%20b", '{"flag": true, "amount": "0.5", "list": ["a"]}'))
    assert (body.count("tail"), body.text("text"), body.flag("flag"), body.amount("amount"), body.texts("list")) == (
        5, "a b", True, 50_000_000, ("a",),
    )  # fmt: skip
    body.end()


def test_defaults_fill_in_what_is_missing():
    body = Body({})
    assert (body.text("a", "x"), body.count("b", 3), body.flag("c", False)) == ("x", 3, False)


@pytest.mark.parametrize(
    ("fields", "take", "message"),
    [
        ({}, lambda body: body.text("asset"), "asset: is missing"),
        ({"asset": 5}, lambda body: body.text("asset"), "asset: must be text, was 5"),
        ({"asset": "a b"}, lambda body: body.asset("asset"), "asset: must be an asset such as USDT, was 'A B'"),
        ({"on": 1}, lambda body: body.flag("on"), "on: must be true or false, was 1"),
        ({"ms": 0}, lambda body: body.count("ms", least=1), "ms: must be a whole number >= 1, was 0"),
        ({"ms": True}, lambda body: body.count("ms"), "ms: must be a whole number >= 0, was True"),
        (
            {"amount": "-1"},
            lambda body: body.amount("amount"),
            "amount: must be a decimal number > 0 such as \"0.5\", was '-1'",
        ),
        (
            {"amount": True},
            lambda body: body.amount("amount"),
            'amount: must be a decimal number > 0 such as "0.5", was True',
        ),
        ({"fee": 2}, lambda body: body.fraction("fee"), 'fee: must be a fraction from 0 to 1 such as "0.001", was 2'),
        ({"ips": "x"}, lambda body: body.texts("ips"), "ips: must be a list of texts such as [\"127.0.0.1\"], was 'x'"),
        ({"filters": [1]}, lambda body: body.mappings("filters"), "filters: must be a list of mappings, was [1]"),
        (
            {"aset": "USDT"},
            lambda body: (body.text("asset", ""), body.end()),
            "aset: is no field here; allowed are asset; did you mean 'asset'?",
        ),
    ],
)
def test_a_mistake_is_one_message(fields, take, message):
    with pytest.raises(ConfigError) as caught:
        take(Body(fields))
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["{", "[1]", "5"])
def test_a_body_is_a_json_object(text):
    with pytest.raises(ConfigError, match="the body must be a JSON object"):
        Body.of(Request("POST", "/x", body=text))
