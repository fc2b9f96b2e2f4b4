"""What may be sent, and Binance's words for what may not (errors.md, 11xx)."""

from __future__ import annotations

import pytest
from api_client import Client

from btbot.exchange.refused import Refused
from btbot.paper.api.params import PARSERS, from_json, merge, parse, split
from btbot.paper.api.registry import METHODS, REST

ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "20000"}
KLINES = {"symbol": "BTCUSDT", "interval": "1m"}
SYMBOL_RANGE = r"^[\w\-._&&[^a-z]]{1,50}$"
SYMBOLS_RANGE = r"""^\[("[\w\-._&&[^a-z]]{1,50}"(,"[\w\-._&&[^a-z]]{1,50}"){0,}){0,1}\]$"""
DECIMAL_RANGE = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"


def refusal(method: str, raw: dict[str, str]) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        parse(METHODS[method], raw)
    assert caught.value.status == 400
    return caught.value.code, caught.value.message


def illegal(name: str, legal: str) -> tuple[int, str]:
    return -1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'."


@pytest.mark.parametrize("name", ["symbol", "side", "type"])
@pytest.mark.parametrize("text", [None, ""])
def test_what_must_be_sent(name: str, text: str | None) -> None:
    raw = {key: value for key, value in ORDER.items() if key != name} | ({} if text is None else {name: text})
    expected = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    assert refusal("order.place", raw) == (-1102, expected)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("symbol", "btcusdt", illegal("symbol", SYMBOL_RANGE)),
        ("symbol", "BTC/USDT", illegal("symbol", SYMBOL_RANGE)),
        ("symbol", "B" * 51, illegal("symbol", SYMBOL_RANGE)),
        ("quantity", "1,5", illegal("quantity", DECIMAL_RANGE)),
        ("quantity", "1e-5", illegal("quantity", DECIMAL_RANGE)),
        ("quantity", "-1", illegal("quantity", DECIMAL_RANGE)),
        ("price", ".5", illegal("price", DECIMAL_RANGE)),
        ("price", "１", illegal("price", DECIMAL_RANGE)),
        ("price", "1" * 21, illegal("price", DECIMAL_RANGE)),
        ("price", "1.000000001", (-1111, "Parameter 'price' has too much precision.")),
        ("quantity", "0.123456789", (-1111, "Parameter 'quantity' has too much precision.")),
        ("price", "99999999999999999999", (-1108, "Parameter 'price' overflowed.")),
        ("price", "", (-1105, "Parameter 'price' was empty.")),
        ("timeInForce", "GTX", (-1115, "Invalid timeInForce.")),
        ("type", "limit", (-1116, "Invalid orderType.")),
        ("side", "LONG", (-1117, "Invalid side.")),
        ("newClientOrderId", "a b", illegal("newClientOrderId", "^[a-zA-Z0-9-_]{1,36}$")),
        ("newClientOrderId", "x" * 37, illegal("newClientOrderId", "^[a-zA-Z0-9-_]{1,36}$")),
        ("newOrderRespType", "EVERYTHING", (-1130, "Data sent for parameter 'newOrderRespType' is not valid.")),
        (
            "selfTradePreventionMode", "ALL",
            (-1130, "Data sent for parameter 'selfTradePreventionMode' is not valid."),
        ),
        ("strategyId", "1.5", illegal("strategyId", "^[0-9]{1,20}$")),
        ("strategyType", "999999", (-1134, "`strategyType` was less than 1000000.")),
        ("trailingDelta", "ten", illegal("trailingDelta", "^[0-9]{1,20}$")),
        ("pegPriceType", "MIDDLE", (-1210, "Invalid pegPriceType.")),
        ("pegOffsetType", "TICKS", (-1211, "Invalid pegOffsetType.")),
        ("strategyId", "99999999999999999999", (-1108, "Parameter 'strategyId' overflowed.")),
    ],
)  # fmt: skip
def test_parameters_of_orders_that_are_wrong(name: str, text: str, expected: tuple[int, str]) -> None:
    assert refusal("order.place", {**ORDER, name: text}) == expected


@pytest.mark.parametrize(
    ("method", "raw", "expected"),
    [
        ("klines", {**KLINES, "interval": "2m"}, (-1120, "Invalid interval.")),
        ("klines", {**KLINES, "interval": "1H"}, (-1120, "Invalid interval.")),
        ("klines", {**KLINES, "limit": "0"}, (-1130, "Data sent for parameter 'limit' is not valid.")),
        ("klines", {**KLINES, "limit": "-1"}, illegal("limit", "^[0-9]{1,20}$")),
        ("klines", {**KLINES, "startTime": "now"}, illegal("startTime", "^[0-9]{1,20}$")),
        ("klines", {**KLINES, "timeZone": "15:00"}, (-1130, "Data sent for parameter 'timeZone' is not valid.")),
        ("klines", {**KLINES, "timeZone": "-12:01"}, (-1130, "Data sent for parameter 'timeZone' is not valid.")),
        ("klines", {**KLINES, "timeZone": "UTC"}, (-1130, "Data sent for parameter 'timeZone' is not valid.")),
        ("ticker.24hr", {"type": "LIMIT"}, (-1139, "Invalid ticker type.")),
        ("ticker.24hr", {"symbolStatus": "CLOSED"}, (-1122, "Invalid symbolStatus.")),
        ("ticker.24hr", {"symbols": '["BTCUSDT","btcusdt"]'}, illegal("symbols", SYMBOLS_RANGE)),
        ("ticker.24hr", {"symbols": "BTCUSDT"}, illegal("symbols", SYMBOLS_RANGE)),
        ("ticker.24hr", {"symbols": '{"a":1}'}, illegal("symbols", SYMBOLS_RANGE)),
        (
            "ticker.24hr", {"symbols": '["BTCUSDT","BTCUSDT"]'},
            (-1151, "Symbol is present multiple times in the list."),
        ),
        ("ticker", {"windowSize": "60m"}, (-1130, "Data sent for parameter 'windowSize' is not valid.")),
        ("ticker", {"windowSize": "8d"}, (-1130, "Data sent for parameter 'windowSize' is not valid.")),
        ("ticker", {"windowSize": "1d2h"}, (-1130, "Data sent for parameter 'windowSize' is not valid.")),
        (
            "order.cancel", {"symbol": "BTCUSDT", "cancelRestrictions": "ONLY_FILLED"},
            (-1145, "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`."),
        ),
        (
            "order.cancelReplace", {**ORDER, "cancelReplaceMode": "MAYBE"},
            (-1130, "Data sent for parameter 'cancelReplaceMode' is not valid."),
        ),
        ("account.status", {"omitZeroBalances": "1"}, illegal("omitZeroBalances", "^(true|false)$")),
    ],
)  # fmt: skip
def test_other_parameters_that_are_wrong(method: str, raw: dict[str, str], expected: tuple[int, str]) -> None:
    assert refusal(method, raw) == expected


def test_parameters_that_nobody_reads() -> None:
    """binance-connector-python issue 172: 'timeInforce' instead of 'timeInForce'; signature and timestamp count."""
    raw = {name: text for name, text in ORDER.items() if name != "timeInForce"}
    raw |= {"timeInforce": "GTC", "timestamp": "1", "signature": "0"}
    expected = "Not all sent parameters were read; read '7' parameter(s) but was sent '8'."
    assert refusal("order.place", raw) == (-1104, expected)


def test_parameters_where_none_are_taken() -> None:
    assert refusal("ping", {"x": "1"}) == (-1101, "Too many parameters; expected '0' and received '1'.")
    assert refusal("time", {"timestamp": "1", "x": "2"}) == (
        -1101, "Too many parameters; expected '0' and received '2'.",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["timestamp", "recvWindow", "signature"])
def test_public_calls_take_no_parameters_of_signed_ones(name: str) -> None:
    assert refusal("klines", {**KLINES, name: "1"})[0] == -1104
    assert parse(METHODS["openOrderLists.status"], {name: "1"}) == {}


def test_the_wallet_ignores_what_it_does_not_know() -> None:
    """ccxt signs margin/allPairs, which is public."""
    raw = {"timestamp": "1", "signature": "x", "recvWindow": "2", "more": "3"}
    assert parse(REST["GET", "/sapi/v1/margin/allPairs"], raw) == {}


def test_numbers_become_units_and_times_milliseconds() -> None:
    found = parse(METHODS["order.place"], {**ORDER, "price": "0.10", "quantity": "001.5", "strategyType": "1000000"})
    assert (found["price"], found["quantity"], found["strategyType"]) == (10_000_000, 150_000_000, 1_000_000)
    found = parse(METHODS["klines"], {**KLINES, "startTime": "1600000000000", "endTime": "1600000000000999"})
    assert (found["startTime"], found["endTime"]) == (1_600_000_000_000, 1_600_000_000_000)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("0", 0), ("8", 480), ("-1:00", -60), ("05:45", 345), ("+14:00", 840), ("-12:00", -720), ("-0:30", -30)],
)
def test_time_zones(text: str, minutes: int) -> None:
    assert parse(METHODS["klines"], {**KLINES, "timeZone": text})["timeZone"] == minutes


@pytest.mark.parametrize("text", ["1m", "59m", "1h", "23h", "1d", "7d"])
def test_windows(text: str) -> None:
    assert parse(METHODS["ticker"], {"windowSize": text})["windowSize"] == text


def test_symbols_may_be_named_in_any_script() -> None:
    assert parse(METHODS["avgPrice"], {"symbol": "这是测试币456"})["symbol"] == "这是测试币456"


def test_a_query_is_decoded() -> None:
    assert split("a=%5B%22X%22%5D&b=1+2&c") == [("a", '["X"]'), ("b", "1 2"), ("c", "")]
    assert split("") == []


def test_the_query_wins_over_the_body() -> None:
    assert merge("price=1&symbol=A", "price=2&side=BUY") == {"price": "1", "side": "BUY", "symbol": "A"}


@pytest.mark.parametrize("sides", [("a=1&a=2", ""), ("", "a=1&a=1")])
def test_a_name_may_be_sent_once(sides: tuple[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        merge(*sides)
    assert (caught.value.code, caught.value.message) == (-1101, "Duplicate values for a parameter detected.")


def test_a_name_sent_twice_is_refused_over_rest(client: Client) -> None:
    reply = client.ask("GET", "/api/v3/avgPrice", "symbol=BTCUSDT&symbol=ETHBTC")
    assert reply.status == 400
    assert reply.body == b'{"code":-1101,"msg":"Duplicate values for a parameter detected."}'


def test_parameters_of_frames_may_be_numbers() -> None:
    assert from_json({"a": 1, "b": 0.1, "c": 1e-7, "d": True, "e": ["X", "Y"], "f": None, "g": "z"}) == {
        "a": "1", "b": "0.1", "c": "0.0000001", "d": "true", "e": '["X","Y"]', "g": "z",
    }  # fmt: skip


def test_every_parameter_of_every_endpoint_can_be_read() -> None:
    for endpoint in (*METHODS.values(), *REST.values()):
        assert set(endpoint.required) <= endpoint.takes.keys()
        for name, parser in endpoint.takes.items():
            assert parser is PARSERS[name] or (name, endpoint.name.startswith("ticker")) == ("type", True)
