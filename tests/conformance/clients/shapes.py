"""Compare answers with the models of binance-sdk-spot, which are generated from Binance's own description of its API.

Writes one line of JSON for each endpoint: the fields that the answer lacks, those that it has beyond the description,
and those of another type.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
import requests
from binance_sdk_spot.rest_api import models
from binance_sdk_spot.websocket_api import models as api_models
from binance_sdk_spot.websocket_streams import models as stream_models
from checks import settings
from comparing import tell as compared

SETTINGS = settings()
ID = SETTINGS["symbol"].replace("/", "")


def call(method: str, path: str, params: dict[str, Any], *, signed: bool) -> Any:
    """Give the JSON of an answer, errors too."""
    if signed:
        params = {**params, "timestamp": int(time.time() * 1000)}
        params["signature"] = hmac.new(
            SETTINGS["secret"].encode(), urlencode(params).encode(), hashlib.sha256
        ).hexdigest()
    url = f"{SETTINGS['rest']}{path}?{urlencode(params)}"
    return requests.request(method, url, headers={"X-MBX-APIKEY": SETTINGS["key"]}, timeout=10).json()


def tell(name: str, value: Any, model: str, package: Any = models) -> None:
    compared(name, value, getattr(package, model))


def public(*, told: bool = True) -> float:
    """Compare what anybody may ask; give the price."""
    one = {"symbol": ID}
    for path, params, model in (
        ("time", {}, "TimeResponse"),
        ("exchangeInfo", one, "ExchangeInfoResponse"),
        ("depth", one, "DepthResponse"),
        ("trades", one, "GetTradesResponse"),
        ("historicalTrades", one, "HistoricalTradesResponse"),
        ("aggTrades", one, "AggTradesResponse"),
        ("avgPrice", one, "AvgPriceResponse"),
        ("ticker/24hr", one, "Ticker24hrResponse1"),
        ("ticker/24hr", {**one, "type": "MINI"}, "Ticker24hrResponse1"),
        ("ticker/tradingDay", one, "TickerTradingDayResponse1"),
        ("ticker", one, "TickerResponse1"),
        ("ticker/price", one, "TickerPriceResponse1"),
        ("ticker/bookTicker", one, "TickerBookTickerResponse1"),
        ("executionRules", one, "ExecutionRulesResponse"),
        ("referencePrice", one, "ReferencePriceResponse"),
        ("referencePrice/calculation", one, "ReferencePriceCalculationResponse"),
        ("historicalBlockTrades", one, "HistoricalBlockTradesResponse"),
    ):
        if not told:
            break
        answer = call("GET", f"/api/v3/{path}", params, signed=False)
        tell(f"GET {path}{' MINI' if 'type' in params else ''}", answer, model)
    return float(call("GET", "/api/v3/ticker/price", one, signed=False)["price"])


def private(price: float, *, told: bool = True) -> None:
    """Compare what an account may ask, with orders of every kind on the way."""
    report = tell if told else lambda *_: None
    tick, step = SETTINGS["tick"], SETTINGS["step"]
    size, low, high = f"{200 / price:.{step}f}", f"{price * 0.9:.{tick}f}", f"{price * 1.1:.{tick}f}"
    order = "/api/v3/order"
    limit = {"symbol": ID, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": size, "price": low}
    made = call("POST", order, limit, signed=True)
    report("POST order LIMIT", made, "NewOrderResponse")
    own = {"symbol": ID, "orderId": made["orderId"]}
    report("GET order", call("GET", order, own, signed=True), "GetOrderResponse")
    report("GET openOrders", call("GET", "/api/v3/openOrders", {"symbol": ID}, signed=True), "GetOpenOrdersResponse")
    smaller = {**own, "newQty": f"{100 / price:.{step}f}"}
    amended = call("PUT", "/api/v3/order/amend/keepPriority", smaller, signed=True)
    report("PUT order/amend", amended, "OrderAmendKeepPriorityResponse")
    report("GET order/amendments", call("GET", "/api/v3/order/amendments", own, signed=True), "OrderAmendmentsResponse")
    replace = {**limit, "cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": made["orderId"]}
    replaced = call("POST", "/api/v3/order/cancelReplace", replace, signed=True)
    report("POST cancelReplace", replaced, "OrderCancelReplaceResponse")
    own["orderId"] = replaced["newOrderResponse"]["orderId"]
    report("DELETE order", call("DELETE", order, own, signed=True), "DeleteOrderResponse")
    market = {"symbol": ID, "side": "BUY", "type": "MARKET", "quantity": size}
    report("POST order MARKET", call("POST", order, market, signed=True), "NewOrderResponse")
    call("POST", order, {**market, "side": "SELL"}, signed=True)
    stop = {"symbol": ID, "side": "SELL", "type": "STOP_LOSS", "quantity": size, "stopPrice": low}
    report(
        "POST order STOP_LOSS",
        call("POST", order, {**stop, "newOrderRespType": "FULL"}, signed=True),
        "NewOrderResponse",
    )
    gone = call("DELETE", "/api/v3/openOrders", {"symbol": ID}, signed=True)
    report("DELETE openOrders", gone, "DeleteOpenOrdersResponse")
    test = {**limit, "computeCommissionRates": "true"}
    report("POST order/test", call("POST", "/api/v3/order/test", test, signed=True), "OrderTestResponse")
    lists(report, size, low, high, price)
    for path, params, model in (
        ("account", {}, "GetAccountResponse"),
        ("account/commission", {"symbol": ID}, "AccountCommissionResponse"),
        ("allOrders", {"symbol": ID}, "AllOrdersResponse"),
        ("myTrades", {"symbol": ID}, "MyTradesResponse"),
        ("myPreventedMatches", {"symbol": ID, "orderId": own["orderId"]}, "MyPreventedMatchesResponse"),
        ("myAllocations", {"symbol": ID}, "MyAllocationsResponse"),
        ("myFilters", {"symbol": ID}, "MyFiltersResponse"),
        ("rateLimit/order", {}, "RateLimitOrderResponse"),
        ("allOrderList", {}, "AllOrderListResponse"),
    ):
        report(f"GET {path}", call("GET", f"/api/v3/{path}", params, signed=True), model)


def lists(report: Any, size: str, low: str, high: str, price: float) -> None:
    path = "/api/v3/orderList"
    oco = {
        "symbol": ID, "side": "SELL", "quantity": size, "aboveType": "LIMIT_MAKER", "abovePrice": high,
        "belowType": "STOP_LOSS", "belowStopPrice": low,
    }  # fmt: skip
    made = call("POST", f"{path}/oco", oco, signed=True)
    report("POST orderList/oco", made, "OrderListOcoResponse")
    own = {"symbol": ID, "orderListId": made["orderListId"]}
    report(
        "GET orderList", call("GET", path, {"orderListId": made["orderListId"]}, signed=True), "GetOrderListResponse"
    )
    report("GET openOrderList", call("GET", "/api/v3/openOrderList", {}, signed=True), "OpenOrderListResponse")
    report("DELETE orderList", call("DELETE", path, own, signed=True), "DeleteOrderListResponse")
    working = {
        "symbol": ID, "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": low, "workingQuantity": size,
        "workingTimeInForce": "GTC", "pendingSide": "SELL", "pendingQuantity": size,
    }  # fmt: skip
    oto = call("POST", f"{path}/oto", {**working, "pendingType": "LIMIT_MAKER", "pendingPrice": high}, signed=True)
    report("POST orderList/oto", oto, "OrderListOtoResponse")
    call("DELETE", path, {"symbol": ID, "orderListId": oto["orderListId"]}, signed=True)
    pair = {
        "pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": high, "pendingBelowType": "STOP_LOSS",
        "pendingBelowStopPrice": f"{price * 0.8:.{SETTINGS['tick']}f}",
    }  # fmt: skip
    old = {"symbol": ID, "side": "SELL", "quantity": size, "price": high, "stopPrice": low}
    made = call("POST", "/api/v3/order/oco", old, signed=True)
    report("POST order/oco", made, "OrderOcoResponse")
    call("DELETE", path, {"symbol": ID, "orderListId": made["orderListId"]}, signed=True)
    opo = {name: value for name, value in working.items() if name != "pendingQuantity"}
    made = call("POST", f"{path}/opo", {**opo, "pendingType": "LIMIT_MAKER", "pendingPrice": high}, signed=True)
    report("POST orderList/opo", made, "OrderListOpoResponse")
    if "orderListId" in made:
        call("DELETE", path, {"symbol": ID, "orderListId": made["orderListId"]}, signed=True)
    otoco = call("POST", f"{path}/otoco", {**working, **pair}, signed=True)
    report("POST orderList/otoco", otoco, "OrderListOtocoResponse")
    call("DELETE", path, {"symbol": ID, "orderListId": otoco["orderListId"]}, signed=True)


async def streams() -> None:
    """Compare the first event of every stream, and the events of an account that deals."""
    names = {
        "trade": "TradeResponse", "aggTrade": "AggTradeResponse", "kline_1s": "KlineResponse",
        "miniTicker": "MiniTickerResponse", "ticker": "TickerResponse", "bookTicker": "BookTickerResponse",
        "depth@100ms": "DiffBookDepthResponse", "depth5@100ms": "PartialBookDepthResponse",
        "avgPrice": "AvgPriceResponse", "ticker_1h": "RollingWindowTickerResponse",
    }  # fmt: skip
    path = "/".join(f"{ID.lower()}@{name}" for name in names)
    seen: dict[str, Any] = {}
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f"{SETTINGS['ws']}/stream?streams={path}") as socket:
            while len(seen) < len(names):
                frame = await asyncio.wait_for(socket.receive_json(), 10)
                seen.setdefault(frame["stream"].partition("@")[2], frame["data"])
        for name, data in seen.items():
            tell(f"stream {name}", data, names[name], stream_models)
        async with session.ws_connect(f"{SETTINGS['ws']}/ws-api/v3") as socket:
            await account_events(socket)
        async with session.ws_connect(f"{SETTINGS['ws']}/ws-api/v3") as socket:
            await methods(socket)


async def account_events(socket: Any) -> None:
    kinds = {
        "executionReport": "ExecutionReport", "outboundAccountPosition": "OutboundAccountPosition",
        "listStatus": "ListStatus", "balanceUpdate": "BalanceUpdate",
    }  # fmt: skip
    params = {"apiKey": SETTINGS["key"], "timestamp": int(time.time() * 1000)}
    text = "&".join(f"{name}={params[name]}" for name in sorted(params))
    params["signature"] = hmac.new(SETTINGS["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    await socket.send_json({"id": "1", "method": "userDataStream.subscribe.signature", "params": params})
    await asyncio.to_thread(private, public(told=False), told=False)
    seen: set[str] = set()
    while not {"executionReport/TRADE", "executionReport/CANCELED", "outboundAccountPosition", "listStatus"} <= seen:
        event = (await asyncio.wait_for(socket.receive_json(), 10)).get("event")
        if event:
            name = event["e"] + (f"/{event['x']}" if event["e"] == "executionReport" else "")
            if name not in seen:
                tell(f"event {name}", event, kinds[event["e"]], stream_models)
            seen.add(name)


async def methods(socket: Any) -> None:
    """Compare the frames with which the ws-api answers."""
    price = float((await asked(socket, "ticker.price", {"symbol": ID}))["result"]["price"])
    tick, step = SETTINGS["tick"], SETTINGS["step"]
    size, low, high = f"{200 / price:.{step}f}", f"{price * 0.9:.{tick}f}", f"{price * 1.1:.{tick}f}"
    one = {"symbol": ID}
    limit = {**one, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": size, "price": low}
    oco = {
        **one, "side": "SELL", "quantity": size, "aboveType": "LIMIT_MAKER", "abovePrice": high,
        "belowType": "STOP_LOSS", "belowStopPrice": low,
    }  # fmt: skip
    for method in ("ping", "time"):
        await answered(socket, method, {})
    for method in (
        "exchangeInfo", "depth", "trades.recent", "trades.historical", "trades.aggregate", "avgPrice",
        "ticker.24hr", "ticker.tradingDay", "ticker", "ticker.price", "ticker.book",
    ):  # fmt: skip
        await answered(socket, method, one)
    placed = await answered(socket, "order.place", limit, signed=True)
    own = {**one, "orderId": placed["orderId"]}
    await answered(socket, "order.test", limit, signed=True)
    await answered(socket, "order.status", own, signed=True)
    await answered(socket, "openOrders.status", one, signed=True)
    await answered(socket, "order.amend.keepPriority", {**own, "newQty": f"{100 / price:.{step}f}"}, signed=True)
    await answered(socket, "order.amendments", own, signed=True)
    replace = {**limit, "cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": placed["orderId"]}
    replaced = await answered(socket, "order.cancelReplace", replace, signed=True)
    await answered(socket, "order.cancel", {**one, "orderId": replaced["newOrderResponse"]["orderId"]}, signed=True)
    listed = await answered(socket, "orderList.place.oco", oco, signed=True)
    number = {"orderListId": listed["orderListId"]}
    await answered(socket, "orderList.status", number, signed=True)
    await answered(socket, "openOrderLists.status", {}, signed=True)
    await answered(socket, "orderList.cancel", {**one, **number}, signed=True)
    await asked(socket, "order.place", limit, signed=True)
    await answered(socket, "openOrders.cancelAll", one, signed=True)
    for method, params in (
        ("account.status", {}), ("account.commission", one), ("account.rateLimits.orders", {}), ("allOrders", one),
        ("allOrderLists", {}), ("myTrades", one), ("myPreventedMatches", own), ("myAllocations", one),
    ):  # fmt: skip
        await answered(socket, method, params, signed=True)


async def asked(socket: Any, method: str, params: dict[str, Any], *, signed: bool = False) -> dict[str, Any]:
    if signed:
        params = {**params, "apiKey": SETTINGS["key"], "timestamp": int(time.time() * 1000)}
        text = "&".join(f"{name}={params[name]}" for name in sorted(params))
        params["signature"] = hmac.new(SETTINGS["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    await socket.send_json({"id": method, "method": method, "params": params})
    answer: dict[str, Any] = await asyncio.wait_for(socket.receive_json(), 10)
    assert answer["id"] == method, answer
    return answer


async def answered(socket: Any, method: str, params: dict[str, Any], *, signed: bool = False) -> Any:
    """Compare a method's answer; give its result."""
    answer = await asked(socket, method, params, signed=signed)
    name = "".join(part[0].upper() + part[1:] for part in method.split(".")) + "Response"
    kind = getattr(api_models, name + "1", None) or getattr(api_models, name)
    # The model of exchangeInfo describes the result without the frame around it.
    compared(f"ws-api {method}", answer["result"] if method == "exchangeInfo" else answer, kind)
    return answer.get("result")


private(public())
asyncio.run(streams())
