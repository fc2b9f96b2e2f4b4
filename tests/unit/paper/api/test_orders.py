"""Orders: the documented answers of rest-api.md, field by field and in their order."""

from __future__ import annotations

from typing import Any

import pytest
from api_client import MARKET_MS, Client, make, symbol

from btbot.exchange.units import SCALE, units
from btbot.paper.api import Limits
from btbot.paper.api.limits import Meter
from btbot.paper.api.tally import Amendment, Tally
from btbot.paper.clock import VirtualClock


def shown(body: dict[str, Any], **different: object) -> dict[str, Any]:
    """Give an answer with what the exchange makes up replaced by what the document has."""
    return {name: different.get(name, value) for name, value in body.items()}


ACK = {
    "symbol": "BTCUSDT", "orderId": 28, "orderListId": -1, "clientOrderId": "6gCrw2kRUAF9CvJDGP16IP",
    "transactTime": 1507725176595,
}  # fmt: skip
RESULT = {
    **ACK,
    "price": "0.00000000", "origQty": "10.00000000", "executedQty": "10.00000000", "origQuoteOrderQty": "0.00000000",
    "cummulativeQuoteQty": "10.00000000", "status": "FILLED", "timeInForce": "GTC", "type": "MARKET", "side": "SELL",
    "workingTime": 1507725176595, "selfTradePreventionMode": "NONE",
}  # fmt: skip
FILLS = [
    ("4000.00000000", "1.00000000", "4.00000000"),
    ("3999.00000000", "5.00000000", "19.99500000"),
    ("3998.00000000", "2.00000000", "7.99600000"),
    ("3997.00000000", "1.00000000", "3.99700000"),
    ("3995.00000000", "1.00000000", "3.99500000"),
]


@pytest.fixture
def documented() -> Client:
    """The market of the documented FULL answer: 1 at 4000, 5 at 3999, 2 at 3998, 1 at 3997, 1 at 3995."""
    client = make(symbols=(symbol(default_prevention="NONE"),))
    for price, quantity, _ in FILLS:
        client.venue.exchange.supply("BTCUSDT", "BUY", units(price), units(quantity), MARKET_MS)
    return client


def sell(client: Client, form: str) -> dict[str, Any]:
    return client.order(
        side="SELL", type="MARKET", quantity="10", newOrderRespType=form, newClientOrderId="6gCrw2kRUAF9CvJDGP16IP"
    )


def test_ack_is_as_documented(documented: Client) -> None:
    found = sell(documented, "ACK")
    assert found["transactTime"] == MARKET_MS
    assert list(shown(found, orderId=28, transactTime=1507725176595).items()) == list(ACK.items())


def test_result_is_as_documented(documented: Client) -> None:
    found = sell(documented, "RESULT")
    assert found["cummulativeQuoteQty"] == "39983.00000000"  # the document's 10 does not fit its own fills
    different = {"orderId": 28, "transactTime": 1507725176595, "workingTime": 1507725176595}
    assert list(shown(found, cummulativeQuoteQty="10.00000000", **different).items()) == list(RESULT.items())


def test_full_is_as_documented(documented: Client) -> None:
    found = sell(documented, "FULL")
    expected = [
        {"price": price, "qty": quantity, "commission": commission, "commissionAsset": "USDT", "tradeId": number}
        for number, (price, quantity, commission) in enumerate(FILLS)
    ]
    assert found["fills"] == expected
    assert found.keys() - {"fills"} == RESULT.keys()


@pytest.mark.parametrize(
    ("params", "form"),
    [
        ({"type": "LIMIT", "timeInForce": "GTC", "price": "19000"}, "FULL"),
        ({"type": "MARKET"}, "FULL"),
        ({"type": "LIMIT_MAKER", "price": "19000"}, "ACK"),
        ({"type": "STOP_LOSS", "stopPrice": "21000"}, "ACK"),
        ({"type": "STOP_LOSS_LIMIT", "stopPrice": "21000", "price": "21000", "timeInForce": "GTC"}, "ACK"),
        ({"type": "TAKE_PROFIT", "stopPrice": "19000"}, "ACK"),
        ({"type": "TAKE_PROFIT_LIMIT", "stopPrice": "19000", "price": "19000", "timeInForce": "GTC"}, "ACK"),
    ],
)
def test_the_form_of_the_answer_follows_the_type(book: Client, params: dict[str, str], form: str) -> None:
    found = book.order(side="BUY", quantity="0.1", **params)
    assert ("fills" in found, "status" in found) == (form == "FULL", form != "ACK")
    asked = book.order(side="BUY", quantity="0.1", newOrderRespType="RESULT", **params)
    assert ("fills" in asked, "status" in asked) == (False, True)


def test_fields_that_are_there_only_where_an_order_has_them(book: Client) -> None:
    found = book.order(
        side="SELL", type="STOP_LOSS_LIMIT", quantity="1", price="18000", timeInForce="GTC", stopPrice="19000",
        trailingDelta="100", icebergQty="0.1", strategyId="7", strategyType="1000001", newOrderRespType="RESULT",
        newClientOrderId="mine", selfTradePreventionMode="EXPIRE_BOTH",
    )  # fmt: skip
    assert found == {
        "symbol": "BTCUSDT", "orderId": found["orderId"], "orderListId": -1, "clientOrderId": "mine",
        "transactTime": MARKET_MS, "price": "18000.00000000", "origQty": "1.00000000", "executedQty": "0.00000000",
        "origQuoteOrderQty": "0.00000000", "cummulativeQuoteQty": "0.00000000", "status": "NEW", "timeInForce": "GTC",
        "type": "STOP_LOSS_LIMIT", "side": "SELL", "stopPrice": "19000.00000000", "trailingDelta": 100,
        "trailingTime": -1, "icebergQty": "0.10000000", "strategyId": 7, "strategyType": 1000001, "workingTime": -1,
        "selfTradePreventionMode": "EXPIRE_BOTH",
    }  # fmt: skip


def test_a_market_order_by_quote_quantity(book: Client) -> None:
    found = book.order(side="BUY", type="MARKET", quoteOrderQty="1000")
    assert found["origQuoteOrderQty"] == "1000.00000000"
    assert found["executedQty"] == "0.04999000"  # 1000 / 20001 in steps of 0.00001
    assert found["status"] == "FILLED"


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"symbol": "NOPE"}, -1121, "Invalid symbol."),
        ({"price": "20000.001"}, -1013, "Filter failure: PRICE_FILTER"),
        ({"quantity": "0.000001"}, -1013, "Filter failure: LOT_SIZE"),
        ({"quantity": "0.0001"}, -1013, "Filter failure: NOTIONAL"),
        ({"price": "100001"}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        ({"quantity": "99"}, -2010, "Account has insufficient balance for requested action."),
        ({"quantity": "0"}, -1013, "Invalid quantity."),
        ({"price": "0"}, -1013, "Invalid price."),
        ({"type": "LIMIT_MAKER", "timeInForce": None, "price": "20002"}, -2010, "Order would immediately match and take."),
        (
            {"type": "STOP_LOSS", "timeInForce": None, "price": None, "stopPrice": "19000"},
            -2010, "Order would trigger immediately.",
        ),
    ],
)  # fmt: skip
def test_orders_that_the_rules_refuse(book: Client, params: dict[str, Any], code: int, message: str) -> None:
    wanted = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "20000", **params}
    found = book.order(**{name: value for name, value in wanted.items() if value is not None})
    assert found == {"code": code, "msg": message}
    assert book.last.status == 400


def test_a_client_id_may_be_used_once_at_a_time(book: Client) -> None:
    assert book.limit("BUY", "0.1", "19000", newClientOrderId="x")["status"] == "NEW"
    assert book.limit("BUY", "0.1", "19000", newClientOrderId="x") == {"code": -2010, "msg": "Duplicate order sent."}
    book.signed("DELETE", "order", symbol="BTCUSDT", origClientOrderId="x")
    assert book.limit("BUY", "0.1", "19000", newClientOrderId="x")["status"] == "NEW"


def test_a_closed_market_refuses_orders(book: Client) -> None:
    book.venue.set_symbol(symbol(status="HALT"))
    assert book.limit("BUY", "0.1", "19000") == {"code": -1013, "msg": "Market is closed."}


@pytest.mark.parametrize("path", ["sor/order", "sor/order/test"])
def test_nothing_is_routed(book: Client, path: str) -> None:
    assert "sors" not in book.public("exchangeInfo")
    found = book.signed("POST", path, symbol="BTCUSDT", side="BUY", type="MARKET", quantity="1")
    assert found == {"code": -1020, "msg": "This operation is not supported."}


# order/test


def test_a_test_order_changes_nothing(book: Client) -> None:
    wanted = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1"}
    assert book.signed("POST", "order/test", **wanted) == {}
    assert "X-MBX-ORDER-COUNT-10S" not in book.last.headers
    assert book.signed("POST", "order/test", **{**wanted, "side": "SELL", "quantity": "101"})["code"] == -2010
    assert book.signed("GET", "allOrders", symbol="BTCUSDT") == []


def test_a_test_order_tells_its_commission_as_documented(book: Client) -> None:
    book.venue.exchange.set_fees("alice", 112, 114, 25_000_000)
    found = book.signed(
        "POST", "order/test", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="1", computeCommissionRates="true"
    )
    none = {"maker": "0.00000000", "taker": "0.00000000"}
    assert found == {
        "standardCommissionForOrder": {"maker": "0.00000112", "taker": "0.00000114"},
        "specialCommissionForOrder": none,
        "taxCommissionForOrder": none,
        "discount": {
            "enabledForAccount": True, "enabledForSymbol": True, "discountAsset": "BNB", "discount": "0.25000000",
        },
    }  # fmt: skip
    assert book.last.headers["X-MBX-USED-WEIGHT-1M"] == "20"


# Cancel


def test_a_cancellation_is_as_documented() -> None:
    client = make(symbols=(symbol("LTCBTC", "LTC", "BTC", default_prevention="NONE", min_notional=0),))
    order = client.order(
        symbol="LTCBTC",
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="1",
        price="2",
        newClientOrderId="myOrder1",
    )
    found = client.signed(
        "DELETE", "order", symbol="LTCBTC", origClientOrderId="myOrder1", newClientOrderId="cancelMyOrder1"
    )
    expected = {
        "symbol": "LTCBTC", "origClientOrderId": "myOrder1", "orderId": order["orderId"], "orderListId": -1,
        "clientOrderId": "cancelMyOrder1", "transactTime": MARKET_MS, "price": "2.00000000", "origQty": "1.00000000",
        "executedQty": "0.00000000", "origQuoteOrderQty": "0.00000000", "cummulativeQuoteQty": "0.00000000",
        "status": "CANCELED", "timeInForce": "GTC", "type": "LIMIT", "side": "BUY", "selfTradePreventionMode": "NONE",
    }  # fmt: skip
    assert list(found.items()) == list(expected.items())


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({}, -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"),
        ({"orderId": 999}, -2011, "Unknown order sent."),
        ({"orderId": 0}, -2011, "Unknown order sent."),
        ({"origClientOrderId": "nobody"}, -2011, "Unknown order sent."),
        ({"symbol": "NOPE", "orderId": 1}, -1121, "Invalid symbol."),
        ({"orderId": 1, "origClientOrderId": "other"}, -2039, "Client order ID is not correct for this order ID."),
        (
            {"orderId": 1, "cancelRestrictions": "ONLY_PARTIALLY_FILLED"},
            -2011, "Order was not canceled due to cancel restrictions.",
        ),
    ],
)  # fmt: skip
def test_cancellations_that_are_refused(book: Client, params: dict[str, Any], code: int, message: str) -> None:
    book.limit("BUY", "0.1", "19000")
    assert book.signed("DELETE", "order", **{"symbol": "BTCUSDT", **params}) == {"code": code, "msg": message}
    assert len(book.signed("GET", "openOrders")) == 1


def test_an_id_of_the_cancellation_is_made_where_none_is_sent(book: Client) -> None:
    order = book.limit("BUY", "0.1", "19000")
    found = book.signed("DELETE", "order", symbol="BTCUSDT", orderId=order["orderId"])
    assert found["origClientOrderId"] == order["clientOrderId"] != found["clientOrderId"]


def test_cancelling_all_gives_orders_and_lists_as_documented(book: Client) -> None:
    plain = [book.limit("BUY", "0.1", price)["orderId"] for price in ("19000", "19001")]
    oco = book.signed(
        "POST", "orderList/oco", symbol="BTCUSDT", side="SELL", quantity="1", aboveType="LIMIT_MAKER",
        abovePrice="21000", belowType="STOP_LOSS", belowStopPrice="19000",
    )  # fmt: skip
    first, second, group = book.signed("DELETE", "openOrders", symbol="BTCUSDT")
    assert [first["orderId"], second["orderId"]] == plain
    assert first["status"] == second["status"] == "CANCELED"
    assert {name: group[name] for name in ("orderListId", "contingencyType", "listStatusType", "listOrderStatus")} == {
        "orderListId": oco["orderListId"], "contingencyType": "OCO", "listStatusType": "ALL_DONE",
        "listOrderStatus": "ALL_DONE",
    }  # fmt: skip
    assert [report["orderId"] for report in group["orderReports"]] == [entry["orderId"] for entry in oco["orders"]]
    assert all(report["status"] == "CANCELED" for report in group["orderReports"])
    assert list(group) == [
        "orderListId", "contingencyType", "listStatusType", "listOrderStatus", "listClientOrderId", "transactionTime",
        "symbol", "orders", "orderReports",
    ]  # fmt: skip
    assert book.signed("DELETE", "openOrders", symbol="BTCUSDT") == {"code": -2011, "msg": "Unknown order sent."}


# Cancel-replace


def replace(client: Client, **params: object) -> Any:
    wanted = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1", "price": "18000",
        "cancelReplaceMode": "STOP_ON_FAILURE", **params,
    }  # fmt: skip
    return client.signed("POST", "order/cancelReplace", **{key: one for key, one in wanted.items() if one is not None})


UNKNOWN = {"code": -2011, "msg": "Unknown order sent."}
POST_ONLY = {"type": "LIMIT_MAKER", "timeInForce": None, "price": "20002"}
MATCHES = {"code": -2010, "msg": "Order would immediately match and take."}


def test_both_succeed(book: Client) -> None:
    order = book.limit("BUY", "0.1", "19000")
    found = replace(book, cancelOrderId=order["orderId"], cancelNewClientOrderId="gone", newClientOrderId="new")
    assert book.last.status == 200
    assert list(found) == ["cancelResult", "newOrderResult", "cancelResponse", "newOrderResponse"]
    assert found["cancelResult"] == found["newOrderResult"] == "SUCCESS"
    assert (found["cancelResponse"]["clientOrderId"], found["cancelResponse"]["status"]) == ("gone", "CANCELED")
    assert (found["newOrderResponse"]["clientOrderId"], found["newOrderResponse"]["fills"]) == ("new", [])
    assert book.last.headers["X-MBX-ORDER-COUNT-10S"] == "2"


def test_the_cancellation_fails_and_stops_the_rest(book: Client) -> None:
    assert replace(book, cancelOrderId=77) == {
        "code": -2022, "msg": "Order cancel-replace failed.",
        "data": {
            "cancelResult": "FAILURE", "newOrderResult": "NOT_ATTEMPTED", "cancelResponse": UNKNOWN,
            "newOrderResponse": None,
        },
    }  # fmt: skip
    assert book.last.status == 400
    assert book.signed("GET", "rateLimit/order")[0]["count"] == 1  # counts although it was not attempted


def test_the_cancellation_succeeds_and_the_new_order_fails(book: Client) -> None:
    order = book.limit("BUY", "0.1", "19000")
    found = replace(book, cancelOrderId=order["orderId"], **POST_ONLY)
    assert (book.last.status, found["code"]) == (409, -2021)
    assert found["msg"] == "Order cancel-replace partially failed."
    data = found["data"]
    assert (data["cancelResult"], data["newOrderResult"], data["newOrderResponse"]) == ("SUCCESS", "FAILURE", MATCHES)
    assert data["cancelResponse"]["status"] == "CANCELED"
    assert book.signed("GET", "openOrders") == []


def test_the_cancellation_fails_and_the_new_order_succeeds(book: Client) -> None:
    found = replace(book, cancelOrderId=77, cancelReplaceMode="ALLOW_FAILURE", newOrderRespType="ACK")
    assert (book.last.status, found["code"]) == (409, -2021)
    data = found["data"]
    assert (data["cancelResult"], data["newOrderResult"], data["cancelResponse"]) == ("FAILURE", "SUCCESS", UNKNOWN)
    assert list(data["newOrderResponse"]) == list(ACK)


def test_both_fail(book: Client) -> None:
    found = replace(book, cancelOrderId=77, cancelReplaceMode="ALLOW_FAILURE", **POST_ONLY)
    assert (book.last.status, found["code"], found["msg"]) == (400, -2022, "Order cancel-replace failed.")
    assert found["data"] == {
        "cancelResult": "FAILURE", "newOrderResult": "FAILURE", "cancelResponse": UNKNOWN, "newOrderResponse": MATCHES,
    }  # fmt: skip


def test_filters_are_checked_before_the_cancellation(book: Client) -> None:
    order = book.limit("BUY", "0.1", "19000")
    assert replace(book, cancelOrderId=order["orderId"], price="18000.001")["msg"] == "Filter failure: PRICE_FILTER"
    assert [one["orderId"] for one in book.signed("GET", "openOrders")] == [order["orderId"]]


def test_a_replacement_names_what_it_replaces(book: Client) -> None:
    assert replace(book) == {
        "code": -1102, "msg": "Param 'cancelOrigClientOrderId' or 'cancelOrderId' must be sent, but both were empty/null!",
    }  # fmt: skip


TOO_MANY = {"code": -1015, "msg": "Too many new orders; current limit is 1 orders per 10 SECOND."}


@pytest.mark.parametrize(
    ("mode", "known", "status", "code", "results"),
    [
        ("STOP_ON_FAILURE", True, 429, -2021, ("SUCCESS", "FAILURE")),
        ("STOP_ON_FAILURE", False, 429, -2022, ("FAILURE", "NOT_ATTEMPTED")),
        ("ALLOW_FAILURE", True, 409, -2021, ("SUCCESS", "FAILURE")),
        ("ALLOW_FAILURE", False, 400, -2022, ("FAILURE", "FAILURE")),
    ],
)
def test_cancel_only_above_the_order_limit(
    mode: str, known: bool, status: int, code: int, results: tuple[str, str]
) -> None:
    client = make(Limits(orders_10s=1))
    order = client.limit("BUY", "0.1", "19000")
    asked = {"cancelOrderId": order["orderId"] if known else 77, "cancelReplaceMode": mode}
    assert replace(client, **asked) == TOO_MANY
    assert client.last.status == 429
    assert len(client.venue.exchange.open_orders("alice")) == 1
    found = replace(client, **asked, orderRateLimitExceededMode="CANCEL_ONLY")
    assert (client.last.status, found["code"]) == (status, code)
    assert (found["data"]["cancelResult"], found["data"]["newOrderResult"]) == results
    assert found["data"]["newOrderResponse"] == (None if results[1] == "NOT_ATTEMPTED" else TOO_MANY)
    assert len(client.venue.exchange.open_orders("alice")) == (0 if known else 1)


# Amend


def test_an_amendment_is_as_documented(book: Client) -> None:
    order = book.limit("SELL", "6", "21000", newClientOrderId="5xrgbMyg6z36NzBn2pbT8H")
    found = book.signed(
        "PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=order["orderId"], newQty="5",
        newClientOrderId="PFaq6hIHxqFENGfdtn4J6Q",
    )  # fmt: skip
    assert isinstance(found.pop("executionId"), int)
    assert found == {
        "transactTime": MARKET_MS,
        "amendedOrder": {
            "symbol": "BTCUSDT", "orderId": order["orderId"], "orderListId": -1,
            "origClientOrderId": "5xrgbMyg6z36NzBn2pbT8H", "clientOrderId": "PFaq6hIHxqFENGfdtn4J6Q",
            "price": "21000.00000000", "qty": "5.00000000", "executedQty": "0.00000000", "preventedQty": "0.00000000",
            "quoteOrderQty": "0.00000000", "cumulativeQuoteQty": "0.00000000", "status": "NEW", "timeInForce": "GTC",
            "type": "LIMIT", "side": "SELL", "workingTime": MARKET_MS, "selfTradePreventionMode": "EXPIRE_MAKER",
        },
    }  # fmt: skip
    assert book.last.headers["X-MBX-USED-WEIGHT-1M"] == "5"


def test_an_amendment_of_an_order_in_a_list_tells_of_the_list(book: Client) -> None:
    oto = book.signed(
        "POST", "orderList/oto", symbol="BTCUSDT", workingType="LIMIT", workingSide="SELL", workingPrice="21000",
        workingQuantity="1", workingTimeInForce="GTC", pendingType="MARKET", pendingSide="BUY", pendingQuantity="5",
    )  # fmt: skip
    pending = oto["orders"][1]["orderId"]
    found = book.signed("PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=pending, newQty="4")
    assert found["amendedOrder"]["qty"] == "4.00000000"
    assert found["amendedOrder"]["status"] == "PENDING_NEW"
    assert "workingTime" not in found["amendedOrder"]
    status = found["listStatus"]
    assert (status["orderListId"], status["contingencyType"], status["listOrderStatus"]) == (0, "OTO", "EXECUTING")
    assert status["orders"][1]["clientOrderId"] == found["amendedOrder"]["clientOrderId"]


@pytest.mark.parametrize(
    ("quantity", "code", "message"),
    [
        ("2", -2038, "Order amend (quantity increase) is not supported."),
        ("1", -2038, "The requested action would change no state; rejecting."),
        ("0.000001", -1013, "Filter failure: LOT_SIZE"),
    ],
)
def test_amendments_that_are_refused(book: Client, quantity: str, code: int, message: str) -> None:
    order = book.limit("SELL", "1", "21000")
    found = book.signed("PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=order["orderId"], newQty=quantity)
    assert found == {"code": code, "msg": message}


def test_an_amendment_of_nothing_is_refused(book: Client) -> None:
    asked = {"symbol": "BTCUSDT", "newQty": "1"}
    assert book.signed("PUT", "order/amend/keepPriority", **asked, orderId=77)["code"] == -2038
    assert book.signed("PUT", "order/amend/keepPriority", **asked, origClientOrderId="nobody")["code"] == -2038
    assert book.signed("PUT", "order/amend/keepPriority", **asked)["code"] == -1102


def test_amendments_of_many_orders_are_forgotten_oldest_first() -> None:
    tally = Tally(Meter(Limits()), VirtualClock(0))
    for order in range(10_001):
        tally.note("alice", order, Amendment(order, "a", "b", 2, 1, 0))
    assert tally.amendments("alice", 0) == []
    assert len(tally.amendments("alice", 10_000)) == len(tally.amendments("alice", 1)) == 1


def test_amendments_can_be_looked_up_as_documented(book: Client) -> None:
    order = book.limit("SELL", "5", "21000", newClientOrderId="W0fJ9fiLKHOJutovPK3oJp")["orderId"]
    names = ("UQ1Np3bmQ71jJzsSDW9Vpi", "5uS0r35ohuQyDlCzZuYXq2")
    for name, quantity in zip(names, ("4", "3"), strict=True):
        book.signed(
            "PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=order, newQty=quantity, newClientOrderId=name
        )
    first, second = book.signed("GET", "order/amendments", symbol="BTCUSDT", orderId=order)
    assert first == {
        "symbol": "BTCUSDT", "orderId": order, "executionId": first["executionId"],
        "origClientOrderId": "W0fJ9fiLKHOJutovPK3oJp", "newClientOrderId": names[0], "origQty": "5.00000000",
        "newQty": "4.00000000", "time": MARKET_MS,
    }  # fmt: skip
    assert (second["origQty"], second["newQty"], second["origClientOrderId"]) == ("4.00000000", "3.00000000", names[0])
    asked = {"symbol": "BTCUSDT", "orderId": order}
    assert book.signed("GET", "order/amendments", **asked, fromExecutionId=second["executionId"]) == [second]
    assert book.signed("GET", "order/amendments", **asked, limit=1) == [first]
    assert book.signed("GET", "order/amendments", symbol="BTCUSDT", orderId=99) == []


# Self-trade prevention


def test_a_prevented_trade_is_told_in_the_answer_and_can_be_looked_up(book: Client) -> None:
    maker = book.limit("SELL", "1.3", "20000.5", selfTradePreventionMode="EXPIRE_BOTH")
    taker = book.limit("BUY", "0.5", "20000.5", selfTradePreventionMode="EXPIRE_BOTH")
    assert (taker["status"], taker["preventedQuantity"]) == ("EXPIRED_IN_MATCH", "0.50000000")
    match = taker["preventedMatchId"]
    found = book.signed("GET", "order", symbol="BTCUSDT", orderId=maker["orderId"])
    assert (found["status"], found["preventedMatchId"], found["preventedQuantity"]) == (
        "EXPIRED_IN_MATCH", match, "1.30000000",
    )  # fmt: skip
    expected = {
        "symbol": "BTCUSDT", "preventedMatchId": match, "takerOrderId": taker["orderId"], "makerSymbol": "BTCUSDT",
        "makerOrderId": maker["orderId"], "tradeGroupId": -1, "selfTradePreventionMode": "EXPIRE_BOTH",
        "price": "20000.50000000", "makerPreventedQuantity": "1.30000000", "takerPreventedQuantity": "0.50000000",
        "transactTime": MARKET_MS,
    }  # fmt: skip
    for asked in ({"preventedMatchId": match}, {"orderId": maker["orderId"]}, {"orderId": taker["orderId"]}):
        assert book.signed("GET", "myPreventedMatches", symbol="BTCUSDT", **asked) == [expected]
    assert book.signed("GET", "myPreventedMatches", symbol="BTCUSDT", preventedMatchId=match + 1) == []
    assert book.signed("GET", "myPreventedMatches", symbol="BTCUSDT")["code"] == -1128


def test_the_market_pays_what_it_takes(book: Client) -> None:
    before = book.venue.exchange.balances("alice")
    book.order(side="BUY", type="MARKET", quantity="1")
    after = book.venue.exchange.balances("alice")
    assert before["USDT"].free - after["USDT"].free == 20001 * SCALE
    assert after["BTC"].free - before["BTC"].free == SCALE - SCALE // 1000
