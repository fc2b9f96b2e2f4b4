"""Status, headers, pages."""

from __future__ import annotations

import json

import pytest
from api_client import MARKET_MS, NOW_MS, Client, make


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
def test_the_old_user_data_stream_is_gone(client: Client, verb: str) -> None:
    """Binance has answered so since 2026-02-20: 136 bytes of nginx (unicorn-binance-websocket-api issue 399)."""
    reply = client.ask(verb, "/api/v3/userDataStream", x_mbx_apikey=client.key.api_key)
    assert (reply.status, len(reply.body), reply.headers["Content-Type"]) == (410, 136, "text/html")
    assert b"<title>410 Gone</title>" in reply.body


@pytest.mark.parametrize(
    ("verb", "path"), [("GET", "/api/v3/nothing"), ("GET", "/"), ("POST", "/api/v3/ping"), ("GET", "/api/v3/order/oco")]
)
def test_unknown_paths_are_404(client: Client, verb: str, path: str) -> None:
    reply = client.ask(verb, path)
    assert (reply.status, reply.headers["Content-Type"]) == (404, "text/html")


def test_answers_are_json_with_the_weight_that_is_used(client: Client) -> None:
    reply = client.ask("GET", "/api/v3/ping")
    assert (reply.status, reply.body, reply.wire) == (200, b"{}", "ok")
    assert reply.headers == {
        "Content-Type": "application/json;charset=UTF-8", "X-MBX-USED-WEIGHT": "1", "X-MBX-USED-WEIGHT-1M": "1",
    }  # fmt: skip
    client.ask("GET", "/api/v3/depth", "symbol=BTCUSDT&limit=1000")
    assert client.last.headers["X-MBX-USED-WEIGHT-1M"] == "51"


def test_errors_have_code_and_text(client: Client) -> None:
    reply = client.ask("GET", "/api/v3/depth", "symbol=NOPE")
    assert (reply.status, reply.body) == (400, b'{"code":-1121,"msg":"Invalid symbol."}')
    assert reply.headers["X-MBX-USED-WEIGHT-1M"] == "5"


def test_wallet_calls_have_their_own_header(client: Client) -> None:
    client.signed("GET", "/sapi/v1/account/status")
    assert client.last.headers["X-SAPI-USED-IP-WEIGHT-1M"] == "1"
    assert "X-MBX-USED-WEIGHT-1M" not in client.last.headers


@pytest.mark.parametrize("unit", ["MICROSECOND", "microsecond"])
def test_times_in_microseconds_where_they_are_asked_for(book: Client, unit: str) -> None:
    def get(path: str, query: str = "") -> object:
        return json.loads(book.ask("GET", f"/api/v3/{path}", query, x_mbx_time_unit=unit).body)

    assert get("time") == {"serverTime": NOW_MS * 1000}
    assert get("trades", "symbol=BTCUSDT")[0]["time"] == MARKET_MS * 1000
    (kline,) = get("klines", "symbol=BTCUSDT&interval=1m")
    assert (kline[0], kline[6]) == (MARKET_MS * 1000, MARKET_MS * 1000 + 59_999_999)
    query = book.sign({
        "symbol": "BTCUSDT", "side": "BUY", "type": "STOP_LOSS", "quantity": "1", "stopPrice": "21000",
        "newOrderRespType": "RESULT",
    })  # fmt: skip
    reply = book.ask("POST", "/api/v3/order", "", query, x_mbx_apikey=book.key.api_key, x_mbx_time_unit=unit)
    placed = json.loads(reply.body)
    assert (placed["transactTime"], placed["workingTime"]) == (MARKET_MS * 1000, -1)


def test_another_time_unit_is_refused(client: Client) -> None:
    reply = client.ask("GET", "/api/v3/time", x_mbx_time_unit="SECOND")
    assert json.loads(reply.body) == {
        "code": -1194, "msg": "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.",
    }  # fmt: skip
    assert client.ask("GET", "/api/v3/time", x_mbx_time_unit="MILLISECOND").status == 200


def test_names_in_other_scripts_are_written_as_they_are() -> None:
    from api_client import symbol

    client = make(symbols=(symbol("这是测试币456", "这是测试币", "456"),))
    reply = client.ask("GET", "/api/v3/ticker/price", "symbol=%E8%BF%99%E6%98%AF%E6%B5%8B%E8%AF%95%E5%B8%81456")
    assert reply.body.decode() == '{"symbol":"这是测试币456","price":"0.00000000"}'


def test_a_get_has_no_body(client: Client) -> None:
    assert client.ask("GET", "/api/v3/avgPrice", "", "symbol=BTCUSDT").status == 400
