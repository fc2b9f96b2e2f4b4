"""Orders and fills looked up: the documented answers of rest-api.md."""

from __future__ import annotations

from typing import Any

import pytest
from api_client import MARKET_MS, Client, make, symbol

DAY_MS = 86_400_000


def test_an_order_is_as_documented() -> None:
    client = make(symbols=(symbol("LTCBTC", "LTC", "BTC", default_prevention="NONE", min_notional=0),))
    placed = client.order(
        symbol="LTCBTC", side="BUY", type="LIMIT", timeInForce="GTC", quantity="1.0", price="0.1",
        newClientOrderId="myOrder1",
    )  # fmt: skip
    found = client.signed("GET", "order", symbol="LTCBTC", origClientOrderId="myOrder1")
    expected = {
        "symbol": "LTCBTC", "orderId": placed["orderId"], "orderListId": -1, "clientOrderId": "myOrder1",
        "price": "0.10000000", "origQty": "1.00000000", "executedQty": "0.00000000",
        "cummulativeQuoteQty": "0.00000000", "status": "NEW", "timeInForce": "GTC", "type": "LIMIT", "side": "BUY",
        "stopPrice": "0.00000000", "icebergQty": "0.00000000", "time": MARKET_MS, "updateTime": MARKET_MS,
        "isWorking": True, "workingTime": MARKET_MS, "origQuoteOrderQty": "0.00000000",
        "selfTradePreventionMode": "NONE",
    }  # fmt: skip
    assert list(found.items()) == list(expected.items())
    assert client.signed("GET", "openOrders", symbol="LTCBTC") == [expected]
    assert client.signed("GET", "openOrders") == [expected]
    assert client.signed("GET", "allOrders", symbol="LTCBTC") == [expected]


def test_an_order_that_waits_is_not_working(book: Client) -> None:
    placed = book.order(side="BUY", type="STOP_LOSS", quantity="1", stopPrice="21000", strategyId="9")
    found = book.signed("GET", "order", symbol="BTCUSDT", orderId=placed["orderId"])
    assert (found["isWorking"], found["workingTime"], found["stopPrice"]) == (False, -1, "21000.00000000")
    assert found["strategyId"] == 9


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"symbol": "BTCUSDT"}, -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"),
        ({"symbol": "BTCUSDT", "orderId": 99}, -2013, "Order does not exist."),
        ({"symbol": "BTCUSDT", "origClientOrderId": "nobody"}, -2013, "Order does not exist."),
        ({"symbol": "BTCUSDT", "orderId": 1, "origClientOrderId": "nobody"}, -2039,
         "Client order ID is not correct for this order ID."),
        ({"symbol": "BTCUSDT", "orderId": 0}, -2013, "Order does not exist."),
        ({"symbol": "ETHBTC", "orderId": 1}, -2013, "Order does not exist."),
        ({"symbol": "NOPE", "orderId": 1}, -1121, "Invalid symbol."),
    ],
)  # fmt: skip
def test_orders_that_are_not_there(book: Client, params: dict[str, Any], code: int, message: str) -> None:
    assert book.limit("BUY", "0.1", "19000")["orderId"] == 1
    assert book.signed("GET", "order", **params) == {"code": code, "msg": message}


@pytest.mark.parametrize("path", ["openOrders", "allOrders", "myTrades", "myPreventedMatches"])
def test_an_unknown_symbol_is_invalid(client: Client, path: str) -> None:
    assert client.signed("GET", path, symbol="NOPE") == {"code": -1121, "msg": "Invalid symbol."}


def test_orders_of_all_symbols_weigh_more(book: Client) -> None:
    book.signed("GET", "openOrders")
    assert book.last.headers["X-MBX-USED-WEIGHT-1M"] == "80"
    book.signed("GET", "openOrders", symbol="BTCUSDT")
    assert book.last.headers["X-MBX-USED-WEIGHT-1M"] == "86"


@pytest.fixture
def history(book: Client) -> Client:
    """Four orders a minute apart, with one fill each."""
    for _ in range(4):
        book.order(side="BUY", type="MARKET", quantity="0.1")
        book.wait(60_000)
    return book


def test_all_orders_by_id_time_and_number(history: Client) -> None:
    def ids(**params: object) -> list[int]:
        return [one["orderId"] for one in history.signed("GET", "allOrders", symbol="BTCUSDT", **params)]

    assert ids() == [1, 2, 3, 4]
    assert ids(limit=2) == [3, 4]
    assert ids(orderId=3) == [3, 4]
    assert ids(orderId=1, limit=2) == ids(orderId=0, limit=2) == [1, 2]
    assert ids(startTime=MARKET_MS + 60_000, limit=2) == [2, 3]
    assert ids(endTime=MARKET_MS + 60_000) == [1, 2]
    assert ids(startTime=MARKET_MS + 1, endTime=MARKET_MS + 120_000) == [2, 3]
    assert ids(limit=5000) == [1, 2, 3, 4]


@pytest.mark.parametrize("path", ["allOrders", "myTrades"])
def test_a_day_is_the_longest_span(history: Client, path: str) -> None:
    span = {"symbol": "BTCUSDT", "startTime": MARKET_MS}
    assert len(history.signed("GET", path, **span, endTime=MARKET_MS + DAY_MS)) == 4
    assert history.signed("GET", path, **span, endTime=MARKET_MS + DAY_MS + 1) == {
        "code": -1127, "msg": "More than 24 hours between startTime and endTime.",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["allOrders", "myTrades"])
def test_a_span_ends_after_it_begins(history: Client, path: str) -> None:
    span = {"symbol": "BTCUSDT", "startTime": MARKET_MS, "endTime": MARKET_MS - 1}
    assert history.signed("GET", path, **span)["code"] == -1128


def test_a_fill_is_as_documented(book: Client) -> None:
    order = book.order(side="BUY", type="MARKET", quantity="0.5")["orderId"]
    (found,) = book.signed("GET", "myTrades", symbol="BTCUSDT")
    expected = {
        "symbol": "BTCUSDT", "id": 1, "orderId": order, "orderListId": -1, "price": "20001.00000000",
        "qty": "0.50000000", "quoteQty": "10000.50000000", "commission": "0.00050000", "commissionAsset": "BTC",
        "time": MARKET_MS, "isBuyer": True, "isMaker": False, "isBestMatch": True,
    }  # fmt: skip
    assert list(found.items()) == list(expected.items())


def test_a_fill_of_an_order_that_waited(book: Client) -> None:
    book.limit("SELL", "0.1", "20000.5")
    book.sweep("BUY", "20000.5", "0.1")
    (found,) = book.signed("GET", "myTrades", symbol="BTCUSDT")
    assert (found["isBuyer"], found["isMaker"], found["commissionAsset"]) == (False, True, "USDT")
    assert found["commission"] == "2.00005000"


def test_fills_by_order_id_and_time(history: Client) -> None:
    def ids(**params: object) -> list[int]:
        return [one["id"] for one in history.signed("GET", "myTrades", symbol="BTCUSDT", **params)]

    assert ids() == [1, 2, 3, 4]
    assert ids(limit=1) == [4]
    assert ids(orderId=2) == [2]
    assert ids(orderId=2, fromId=3) == ids(orderId=0) == []
    assert ids(fromId=3) == [3, 4]
    assert ids(fromId=1, limit=2) == [1, 2]
    assert ids(startTime=MARKET_MS + 60_000) == [2, 3, 4]
    assert ids(endTime=MARKET_MS) == [1]
    assert ids(startTime=MARKET_MS, endTime=MARKET_MS + 60_000) == [1, 2]


@pytest.mark.parametrize(
    "names",
    ["orderId startTime", "orderId endTime", "fromId startTime", "fromId endTime", "fromId startTime endTime",
     "orderId startTime endTime", "orderId fromId startTime"],
)  # fmt: skip
def test_combinations_that_are_not_supported(history: Client, names: str) -> None:
    params = dict.fromkeys(names.split(), 1)
    assert history.signed("GET", "myTrades", symbol="BTCUSDT", **params) == {
        "code": -1128, "msg": "Combination of optional parameters invalid.",
    }  # fmt: skip
