"""Lists of orders: the documented answers of rest-api.md."""

from __future__ import annotations

from typing import Any

import pytest
from api_client import MARKET_MS, Client, symbol

LIST_FIELDS = [
    "orderListId", "contingencyType", "listStatusType", "listOrderStatus", "listClientOrderId", "transactionTime",
    "symbol", "orders", "orderReports",
]  # fmt: skip


def oco(client: Client, **params: object) -> Any:
    wanted = {
        "symbol": "BTCUSDT", "side": "SELL", "quantity": "5", "aboveType": "LIMIT_MAKER", "abovePrice": "21000",
        "aboveClientOrderId": "NuMp0nVYnciDiFmVqfpBqK", "belowType": "STOP_LOSS_LIMIT", "belowStopPrice": "19000",
        "belowPrice": "19000", "belowTimeInForce": "GTC", "belowIcebergQty": "1",
        "belowClientOrderId": "44nZvqpemY7sVYgPYbvPih", "listClientOrderId": "lH1YDkuQKWiXVXHPSKYEIp", **params,
    }  # fmt: skip
    return client.signed("POST", "orderList/oco", **{name: one for name, one in wanted.items() if one is not None})


def report(body: dict[str, Any], client_id: str) -> dict[str, Any]:
    (found,) = [
        one for one in body["orderReports"] if client_id in (one["clientOrderId"], one.get("origClientOrderId"))
    ]
    return found


def test_an_oco_is_as_documented(book: Client) -> None:
    found = oco(book)
    assert list(found) == LIST_FIELDS
    numbers = {one["clientOrderId"]: one["orderId"] for one in found["orders"]}
    assert [one["clientOrderId"] for one in found["orders"]] == ["44nZvqpemY7sVYgPYbvPih", "NuMp0nVYnciDiFmVqfpBqK"]
    head = {name: found[name] for name in LIST_FIELDS[:7]}
    assert head == {
        "orderListId": 0, "contingencyType": "OCO", "listStatusType": "EXEC_STARTED", "listOrderStatus": "EXECUTING",
        "listClientOrderId": "lH1YDkuQKWiXVXHPSKYEIp", "transactionTime": MARKET_MS, "symbol": "BTCUSDT",
    }  # fmt: skip
    common = {
        "symbol": "BTCUSDT", "orderListId": 0, "transactTime": MARKET_MS, "origQty": "5.00000000",
        "executedQty": "0.00000000", "origQuoteOrderQty": "0.00000000", "cummulativeQuoteQty": "0.00000000",
        "status": "NEW", "timeInForce": "GTC", "side": "SELL", "selfTradePreventionMode": "EXPIRE_MAKER",
    }  # fmt: skip
    assert report(found, "44nZvqpemY7sVYgPYbvPih") == {
        **common, "orderId": numbers["44nZvqpemY7sVYgPYbvPih"], "clientOrderId": "44nZvqpemY7sVYgPYbvPih",
        "price": "19000.00000000", "type": "STOP_LOSS_LIMIT", "stopPrice": "19000.00000000",
        "icebergQty": "1.00000000", "workingTime": -1,
    }  # fmt: skip
    assert report(found, "NuMp0nVYnciDiFmVqfpBqK") == {
        **common, "orderId": numbers["NuMp0nVYnciDiFmVqfpBqK"], "clientOrderId": "NuMp0nVYnciDiFmVqfpBqK",
        "price": "21000.00000000", "type": "LIMIT_MAKER", "workingTime": MARKET_MS,
    }  # fmt: skip
    assert book.last.headers["X-MBX-ORDER-COUNT-10S"] == "2"


def test_an_oco_in_other_forms(book: Client) -> None:
    short = oco(book, newOrderRespType="ACK")
    assert list(short["orderReports"][0]) == ["symbol", "orderId", "orderListId", "clientOrderId", "transactTime"]
    book.signed("DELETE", "openOrders", symbol="BTCUSDT")
    assert oco(book, newOrderRespType="FULL")["orderReports"][0]["fills"] == []


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"aboveType": "STOP_LOSS", "abovePrice": None, "aboveStopPrice": "21000"}, -1197,
         "A stop loss order in a sell OCO must be below."),
        ({"belowType": "LIMIT_MAKER", "belowStopPrice": None, "belowTimeInForce": None}, -1168,
         "At least one OCO order must be contingent."),
        ({"abovePrice": "19999"}, -2010, "The relationship of the prices for the orders is not correct."),
        ({"belowStopPrice": "20001"}, -2010, "The relationship of the prices for the orders is not correct."),
        ({"aboveType": None}, -1102,
         "Mandatory parameter 'aboveType' was not sent, was empty/null, or malformed."),
        ({"aboveTimeInForce": "GTC"}, -1106, "Parameter 'aboveTimeInForce' sent when not required."),
        ({"belowStopPrice": None}, -1102,
         "Param 'belowStopPrice' or 'belowTrailingDelta' must be sent, but both were empty/null!"),
        ({"quantity": "101", "belowIcebergQty": None}, -2010, "Account has insufficient balance for requested action."),
    ],
)  # fmt: skip
def test_ocos_that_are_refused(book: Client, params: dict[str, Any], code: int, message: str) -> None:
    found = oco(book, **params)
    assert (found["code"], found["msg"]) == (code, message)
    assert book.signed("GET", "openOrders") == []
    assert [one["count"] for one in book.signed("GET", "rateLimit/order")] == [0, 0]


@pytest.mark.parametrize("limited", [True, False])
@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_the_old_oco_still_works(book: Client, side: str, limited: bool) -> None:
    prices = {"BUY": ("19000", "21000", "21001"), "SELL": ("21000", "19000", "18999")}[side]
    params = {"stopLimitPrice": prices[2], "stopLimitTimeInForce": "GTC"} if limited else {}
    found = book.signed(
        "POST", "order/oco", symbol="BTCUSDT", side=side, quantity="0.5", price=prices[0], stopPrice=prices[1],
        limitClientOrderId="limit", stopClientOrderId="stop", **params,
    )  # fmt: skip
    assert list(found) == LIST_FIELDS
    assert [one["clientOrderId"] for one in found["orders"]] == ["stop", "limit"]
    limit, stop = report(found, "limit"), report(found, "stop")
    assert (limit["type"], limit["price"], limit["side"]) == ("LIMIT_MAKER", f"{prices[0]}.00000000", side)
    assert (stop["type"], stop["stopPrice"]) == (
        "STOP_LOSS_LIMIT" if limited else "STOP_LOSS", f"{prices[1]}.00000000",
    )  # fmt: skip


def test_the_old_oco_needs_the_time_of_its_limit_price(book: Client) -> None:
    found = book.signed(
        "POST", "order/oco", symbol="BTCUSDT", side="SELL", quantity="1", price="21000", stopPrice="19000",
        stopLimitPrice="18999",
    )  # fmt: skip
    assert found == {
        "code": -1102, "msg": "Mandatory parameter 'stopLimitTimeInForce' was not sent, was empty/null, or malformed.",
    }  # fmt: skip


WORKING = {
    "symbol": "BTCUSDT", "workingType": "LIMIT", "workingSide": "SELL", "workingPrice": "21000",
    "workingQuantity": "1", "workingTimeInForce": "GTC", "workingClientOrderId": "Bq17mn9fP6vyCn75Jw1xya",
}  # fmt: skip


def test_an_oto_is_as_documented(book: Client) -> None:
    found = book.signed(
        "POST", "orderList/oto", **WORKING, pendingType="MARKET", pendingSide="BUY", pendingQuantity="5",
        pendingClientOrderId="arLFo0zGJVDE69cvGBaU0d",
    )  # fmt: skip
    assert list(found) == LIST_FIELDS
    assert (found["contingencyType"], found["listStatusType"], found["listOrderStatus"]) == (
        "OTO", "EXEC_STARTED", "EXECUTING",
    )  # fmt: skip
    working, pending = found["orderReports"]
    assert (working["status"], working["type"], working["workingTime"]) == ("NEW", "LIMIT", MARKET_MS)
    assert (pending["status"], pending["type"], pending["workingTime"]) == ("PENDING_NEW", "MARKET", -1)
    assert (pending["price"], pending["origQty"], pending["timeInForce"]) == ("0.00000000", "5.00000000", "GTC")


@pytest.mark.parametrize("form", ["ACK", "RESULT", "FULL"])
def test_the_pending_order_is_shown_as_pending_even_where_its_turn_has_come(book: Client, form: str) -> None:
    """rest-api.md: "the placement response will show the working order as FILLED but the pending order ... PENDING_NEW"."""
    working = {**WORKING, "workingPrice": "19999"}
    found = book.signed(
        "POST", "orderList/oto", **working, pendingType="MARKET", pendingSide="BUY", pendingQuantity="0.5",
        newOrderRespType=form,
    )  # fmt: skip
    assert (found["listStatusType"], found["listOrderStatus"]) == ("EXEC_STARTED", "EXECUTING")
    first, second = found["orderReports"]
    if form == "ACK":
        assert first.keys() == second.keys() == {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
    else:
        assert (first["status"], second["status"]) == ("FILLED", "PENDING_NEW")
        assert (second["executedQty"], second["cummulativeQuoteQty"], second["workingTime"]) == (
            "0.00000000", "0.00000000", -1,
        )  # fmt: skip
    if form == "FULL":
        assert (len(first["fills"]), second["fills"]) == (1, [])
    later = book.signed("GET", "order", symbol="BTCUSDT", orderId=second["orderId"])
    assert (later["status"], later["executedQty"]) == ("FILLED", "0.50000000")
    assert book.signed("GET", "orderList", orderListId=found["orderListId"])["listStatusType"] == "ALL_DONE"


def test_an_otoco_is_as_documented(book: Client) -> None:
    found = book.signed(
        "POST", "orderList/otoco", **WORKING, pendingSide="BUY", pendingQuantity="5",
        pendingAboveType="STOP_LOSS_LIMIT", pendingAbovePrice="22000", pendingAboveStopPrice="22000",
        pendingAboveTimeInForce="IOC", pendingAboveClientOrderId="6pcQbFIzTXGZQ1e2MkGDq4",
        pendingBelowType="LIMIT_MAKER", pendingBelowPrice="18000", pendingBelowClientOrderId="r4JMv9cwAYYUwwBZfbussx",
    )  # fmt: skip
    assert found["contingencyType"] == "OTO"
    working, above, below = found["orderReports"]
    assert [one["orderId"] for one in found["orders"]] == [working["orderId"], above["orderId"], below["orderId"]]
    assert above["clientOrderId"] == "6pcQbFIzTXGZQ1e2MkGDq4"
    assert (above["status"], above["type"], above["timeInForce"], above["stopPrice"], above["workingTime"]) == (
        "PENDING_NEW", "STOP_LOSS_LIMIT", "IOC", "22000.00000000", -1,
    )  # fmt: skip
    assert (below["status"], below["type"], below["timeInForce"], below["workingTime"]) == (
        "PENDING_NEW", "LIMIT_MAKER", "GTC", -1,
    )  # fmt: skip
    assert book.last.headers["X-MBX-ORDER-COUNT-10S"] == "3"


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("orderList/oto", {"workingType": "MARKET", "pendingType": "MARKET"}, -1130),
        ("orderList/oto", {"pendingType": "LIMIT"}, -1102),
        ("orderList/oto", {"pendingType": "STOP_LOSS"}, -1102),
        ("orderList/oto", {}, -1102),
        ("orderList/otoco", {"pendingAboveType": "STOP_LOSS", "pendingAboveStopPrice": "22000"}, -1102),
        ("orderList/oto", {"pendingType": "MARKET", "workingTimeInForce": "GTD"}, -1115),
        ("orderList/oto", {"pendingType": "MARKET", "pendingSide": "HOLD"}, -1117),
    ],
)
def test_lists_that_are_refused(book: Client, path: str, params: dict[str, str], code: int) -> None:
    wanted = {**WORKING, "pendingSide": "BUY", "pendingQuantity": "1", **params}
    assert book.signed("POST", path, **wanted)["code"] == code


def test_the_end_of_a_list_is_as_documented(book: Client) -> None:
    placed = oco(book)
    found = book.signed(
        "DELETE", "orderList", symbol="BTCUSDT", orderListId=0, newClientOrderId="unfWT8ig8i0uj6lPuYLez6"
    )
    assert list(found) == LIST_FIELDS
    assert (found["listStatusType"], found["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
    assert found["orders"] == placed["orders"]
    for one, before in zip(found["orderReports"], placed["orders"], strict=True):
        assert (one["clientOrderId"], one["status"]) == ("unfWT8ig8i0uj6lPuYLez6", "CANCELED")
        assert (one["origClientOrderId"], one["orderId"]) == (before["clientOrderId"], before["orderId"])
        assert "workingTime" not in one
    assert book.signed("GET", "openOrders") == []


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({}, -1102, "Param 'orderListId' or 'listClientOrderId' must be sent, but both were empty/null!"),
        ({"orderListId": 9}, -2011, "Unknown order list sent."),
        ({"listClientOrderId": "nobody"}, -2011, "Unknown order list sent."),
    ],
)
def test_ends_of_lists_that_are_refused(book: Client, params: dict[str, object], code: int, message: str) -> None:
    oco(book)
    assert book.signed("DELETE", "orderList", symbol="BTCUSDT", **params) == {"code": code, "msg": message}


def test_cancelling_one_order_of_a_list_gives_the_list(book: Client) -> None:
    placed = oco(book)
    found = book.signed("DELETE", "order", symbol="BTCUSDT", orderId=placed["orders"][1]["orderId"])
    assert list(found) == LIST_FIELDS
    assert [one["status"] for one in found["orderReports"]] == ["CANCELED", "CANCELED"]


def test_lists_are_found_as_documented(book: Client) -> None:
    placed = oco(book)
    expected = {name: placed[name] for name in LIST_FIELDS[:-1]}
    assert list(book.signed("GET", "orderList", orderListId=0).items()) == list(expected.items())
    assert book.signed("GET", "orderList", origClientOrderId="lH1YDkuQKWiXVXHPSKYEIp") == expected
    assert book.signed("GET", "openOrderList") == [expected]
    assert book.signed("GET", "allOrderList") == [expected]
    book.signed("DELETE", "orderList", symbol="BTCUSDT", orderListId=0)
    assert book.signed("GET", "openOrderList") == []
    assert [one["listOrderStatus"] for one in book.signed("GET", "allOrderList", fromId=0)] == ["ALL_DONE"]


@pytest.mark.parametrize(
    ("path", "params", "code", "message"),
    [
        ("orderList", {}, -1102, "Param 'origClientOrderId' or 'orderListId' must be sent, but both were empty/null!"),
        ("orderList", {"orderListId": 3}, -2018, "Order list does not exist."),
        ("allOrderList", {"fromId": 0, "startTime": 1}, -1128, "Combination of optional parameters invalid."),
        ("allOrderList", {"startTime": 0, "endTime": 86_400_001}, -1127, "More than 24 hours between startTime and endTime."),
    ],
)  # fmt: skip
def test_questions_about_lists_that_are_refused(
    book: Client, path: str, params: dict[str, object], code: int, message: str
) -> None:
    assert book.signed("GET", path, **params) == {"code": code, "msg": message}


@pytest.mark.parametrize(("path", "kind"), [("orderList/opo", "pendingType"), ("orderList/opoco", "pendingAboveType")])
def test_no_symbol_takes_lists_that_pay_for_themselves(book: Client, path: str, kind: str) -> None:
    """exchangeInfo says so too: opoAllowed is false."""
    wanted = {**WORKING, "pendingSide": "SELL", kind: "LIMIT_MAKER"}
    assert book.signed("POST", path, **wanted) == {
        "code": -1013, "msg": "OPO orders are not supported for this symbol.",
    }  # fmt: skip
    assert book.signed("POST", path, **{**wanted, "symbol": "NOPE"})["code"] == -1121


def test_a_leg_that_trades_ends_the_other(book: Client) -> None:
    placed = oco(book)
    book.venue.exchange.clear("BTCUSDT")
    book.sweep("BUY", "21000", "5")
    orders = {one["clientOrderId"]: one for one in book.signed("GET", "allOrders", symbol="BTCUSDT")}
    assert orders["NuMp0nVYnciDiFmVqfpBqK"]["status"] == "FILLED"
    assert orders["44nZvqpemY7sVYgPYbvPih"]["status"] == "EXPIRED"
    assert book.signed("GET", "orderList", orderListId=placed["orderListId"])["listStatusType"] == "ALL_DONE"


def test_a_closed_market_refuses_lists(book: Client) -> None:
    book.venue.set_symbol(symbol(status="BREAK"))
    assert oco(book) == {"code": -1013, "msg": "Market is closed."}
