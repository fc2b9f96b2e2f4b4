"""ccxt's REST calls, sync or async: ``python ccxt_rest.py SETTINGS`` with "mode" sync or async."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import Any

from checks import Checks, increasing, maybe, refused, settings

SETTINGS = settings()
SYMBOL = SETTINGS["symbol"]
ID = SYMBOL.replace("/", "")
check = Checks(f"ccxt {SETTINGS['mode']}")


class Client:
    """Calls of both kinds of client look alike: always awaited."""

    def __init__(self, exchange: Any) -> None:
        self.exchange = exchange
        self.price = 0.0

    def __getattr__(self, name: str) -> Any:
        async def call(*arguments: Any, **keywords: Any) -> Any:
            return await maybe(getattr(self.exchange, name)(*arguments, **keywords))

        return call

    def below(self, share: float = 0.1) -> float:
        return float(self.exchange.price_to_precision(SYMBOL, self.price * (1 - share)))

    def above(self, share: float = 0.1) -> float:
        return float(self.exchange.price_to_precision(SYMBOL, self.price * (1 + share)))

    def size(self, money: float = 100.0) -> float:
        return float(self.exchange.amount_to_precision(SYMBOL, money / self.price))


def new_id(name: str) -> str:
    return f"{name}-{time.time_ns()}"[:36]


def private(exchange: Any) -> Any:
    """Name the private part of the API as this version of ccxt does: as text once, in a list now."""
    return "private" if isinstance(inspect.signature(exchange.request).parameters["api"].default, str) else ["private"]


async def cancelled(x: Client, order: dict[str, Any]) -> None:
    """Cancel an order that must still be open, and see it as cancelled."""
    answer = await x.cancel_order(order["id"], SYMBOL)
    assert answer["id"] == order["id"], answer
    assert answer["status"] == "canceled", answer
    assert (await x.fetch_order(order["id"], SYMBOL))["status"] == "canceled"


@check
async def load_markets(x: Client) -> None:
    market = (await x.load_markets())[SYMBOL]
    assert market["id"] == ID
    assert market["spot"]
    assert market["active"]
    assert market["precision"]["price"] > 0
    assert market["precision"]["amount"] > 0
    assert market["limits"]["cost"]["min"] > 0
    filters = {entry["filterType"] for entry in market["info"]["filters"]}
    assert {"PRICE_FILTER", "LOT_SIZE", "MARKET_LOT_SIZE", "PERCENT_PRICE_BY_SIDE", "TRAILING_DELTA"} <= filters
    assert {"MAX_NUM_ORDERS", "MAX_NUM_ALGO_ORDERS"} <= filters
    assert {"NOTIONAL", "MIN_NOTIONAL"} & filters
    x.price = float((await x.fetch_ticker(SYMBOL))["last"])


@check
async def server_time(x: Client) -> None:
    await x.publicGetPing()
    assert abs(await x.fetch_time() - x.exchange.milliseconds()) < 2000
    await x.load_time_difference()


@check
async def exchange_info_parameters(x: Client) -> None:
    one = await x.publicGetExchangeInfo({"symbol": ID})
    assert [entry["symbol"] for entry in one["symbols"]] == [ID]
    some = await x.publicGetExchangeInfo({"symbols": f'["{ID}"]'})
    assert [entry["symbol"] for entry in some["symbols"]] == [ID]
    spot = await x.publicGetExchangeInfo({"permissions": "SPOT"})
    assert ID in {entry["symbol"] for entry in spot["symbols"]}
    assert {"timezone", "serverTime", "rateLimits", "exchangeFilters"} <= set(one)
    assert {limit["rateLimitType"] for limit in one["rateLimits"]} >= {"REQUEST_WEIGHT", "ORDERS"}


@check
async def candles(x: Client) -> None:
    for frame, milliseconds in (("1m", 60_000), ("1h", 3_600_000)):
        rows = await x.fetch_ohlcv(SYMBOL, frame, limit=50)
        assert 1 <= len(rows) <= 50, len(rows)
        assert increasing([row[0] for row in rows])
        assert all(row[0] % milliseconds == 0 for row in rows)
        assert all(row[3] <= min(row[1], row[4]) <= max(row[1], row[4]) <= row[2] for row in rows)
        again = await x.fetch_ohlcv(SYMBOL, frame, since=rows[0][0], limit=2)
        assert [row[0] for row in again] == [row[0] for row in rows[:2]]
    raw = await x.publicGetKlines({"symbol": ID, "interval": "1m", "limit": 3})
    assert len(raw[0]) == 12, raw[0]
    assert int(raw[0][6]) == int(raw[0][0]) + 59_999
    assert len((await x.publicGetUiKlines({"symbol": ID, "interval": "1m", "limit": 3}))[0]) == 12


@check
async def every_interval(x: Client) -> None:
    for frame in ("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"):
        assert await x.fetch_ohlcv(SYMBOL, frame, limit=2), frame


@check
async def order_book(x: Client) -> None:
    for limit in (5, 100, 1000):
        book = await x.fetch_order_book(SYMBOL, limit)
        assert 0 < len(book["bids"]) <= limit
        assert increasing([-price for price, _ in book["bids"]])
        assert increasing([price for price, _ in book["asks"]])
        assert book["bids"][0][0] < book["asks"][0][0]
        assert book["nonce"] > 0


@check
async def tickers(x: Client) -> None:
    ticker = await x.fetch_ticker(SYMBOL)
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert 0 < ticker["bid"] < ticker["ask"]
    assert SYMBOL in await x.fetch_tickers([SYMBOL])
    assert (await x.fetch_bids_asks([SYMBOL]))[SYMBOL]["bid"] > 0
    assert (await x.fetch_last_prices([SYMBOL]))[SYMBOL]["price"] > 0
    assert float((await x.publicGetAvgPrice({"symbol": ID}))["price"]) > 0
    assert float((await x.publicGetTickerPrice({"symbol": ID}))["price"]) > 0
    assert float((await x.publicGetTickerBookTicker({"symbol": ID}))["bidPrice"]) > 0
    assert float((await x.publicGetTicker({"symbol": ID, "windowSize": "1h"}))["lastPrice"]) > 0


@check
async def public_trades(x: Client) -> None:
    trades = await x.fetch_trades(SYMBOL, limit=20)
    assert trades
    assert len({trade["id"] for trade in trades}) == len(trades)
    recent = await x.publicGetTrades({"symbol": ID, "limit": 10})
    assert {"id", "price", "qty", "quoteQty", "time", "isBuyerMaker", "isBestMatch"} <= set(recent[0])
    old = await x.publicGetHistoricalTrades({"symbol": ID, "limit": 5, "fromId": recent[0]["id"]})
    assert int(old[0]["id"]) == int(recent[0]["id"])
    first = await x.publicGetAggTrades({"symbol": ID, "limit": 5})
    assert {"a", "p", "q", "f", "l", "T", "m", "M"} <= set(first[0])
    assert (await x.publicGetAggTrades({"symbol": ID, "fromId": first[0]["a"], "limit": 1}))[0] == first[0]


@check
async def balance(x: Client) -> None:
    found = await x.fetch_balance()
    base, quote = SYMBOL.split("/")
    for asset in (base, quote):
        assert found[asset]["total"] > 0
        assert found[asset]["free"] + found[asset]["used"] == found[asset]["total"]
    info = found["info"]
    assert info["accountType"] == "SPOT"
    assert info["canTrade"] in (True, "true")
    assert {"makerCommission", "commissionRates", "permissions", "uid"} <= set(info)


@check
async def fees_and_permissions(x: Client) -> None:
    rates = await x.privateGetAccountCommission({"symbol": ID})
    assert float(rates["standardCommission"]["taker"]) >= 0
    limits = await x.sapiGetAccountApiRestrictions()
    assert limits["enableSpotAndMarginTrading"] in (True, "true")
    usage = await x.privateGetRateLimitOrder()
    assert {entry["interval"] for entry in usage} == {"SECOND", "DAY"}


@check
async def limit_order(x: Client) -> None:
    name = new_id("limit")
    order = await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below(), {"newClientOrderId": name})
    assert order["clientOrderId"] == name
    assert order["status"] == "open"
    assert order["type"] == "limit"
    assert order["price"] == x.below()
    assert order["filled"] == 0
    assert (await x.fetch_order(order["id"], SYMBOL))["clientOrderId"] == name
    assert (await x.fetch_order(None, SYMBOL, {"origClientOrderId": name}))["id"] == order["id"]
    assert order["id"] in {entry["id"] for entry in await x.fetch_open_orders(SYMBOL)}
    used = (await x.fetch_balance())[SYMBOL.split("/")[1]]["used"]
    assert used >= 0.99 * x.size() * x.below()
    await cancelled(x, order)
    assert order["id"] not in {entry["id"] for entry in await x.fetch_open_orders(SYMBOL)}
    assert order["id"] in {entry["id"] for entry in await x.fetch_orders(SYMBOL)}


@check
async def cancel_by_client_id(x: Client) -> None:
    name = new_id("byname")
    await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below(), {"newClientOrderId": name})
    answer = await x.privateDeleteOrder({"symbol": ID, "origClientOrderId": name, "newClientOrderId": name + "c"})
    assert answer["origClientOrderId"] == name
    assert answer["clientOrderId"] == name + "c"
    assert answer["status"] == "CANCELED"


@check
async def market_orders(x: Client) -> None:
    bought = await x.create_order(SYMBOL, "market", "buy", x.size())
    assert bought["status"] == "closed", bought
    assert bought["filled"] == x.size()
    assert bought["trades"]
    assert sum(trade["amount"] for trade in bought["trades"]) - bought["filled"] < 1e-9
    assert all(trade["fee"]["currency"] for trade in bought["trades"])
    sold = await x.create_order(SYMBOL, "market", "sell", x.size())
    assert sold["status"] == "closed"
    by_cost = await x.create_market_buy_order_with_cost(SYMBOL, 50)
    assert by_cost["status"] == "closed"
    assert by_cost["cost"] <= 50
    assert (await x.create_market_sell_order_with_cost(SYMBOL, 50))["status"] == "closed"


@check
async def maker_order(x: Client) -> None:
    from ccxt import OrderImmediatelyFillable

    order = await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below(), {"postOnly": True})
    assert order["info"]["type"] == "LIMIT_MAKER"
    assert order["postOnly"]
    await cancelled(x, order)
    with refused(OrderImmediatelyFillable, saying="immediately match and take"):
        await x.create_order(SYMBOL, "limit", "buy", x.size(), x.above(), {"postOnly": True})


@check
async def time_in_force(x: Client) -> None:
    for force in ("IOC", "FOK"):
        order = await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below(), {"timeInForce": force})
        assert order["timeInForce"] == force
        assert order["status"] in ("expired", "canceled"), order["status"]
        assert order["info"]["status"] == "EXPIRED"
    taken = await x.create_order(SYMBOL, "limit", "buy", x.size(), x.above(0.02), {"timeInForce": "IOC"})
    assert taken["status"] == "closed"
    assert taken["average"] <= x.above(0.02)


@check
async def stop_orders(x: Client) -> None:
    kinds: list[tuple[str, str, float | None, dict[str, Any]]] = [
        ("STOP_LOSS", "sell", None, {"stopLossPrice": x.below()}),
        ("STOP_LOSS_LIMIT", "sell", x.below(0.11), {"stopLossPrice": x.below()}),
        ("TAKE_PROFIT", "sell", None, {"takeProfitPrice": x.above()}),
        ("TAKE_PROFIT_LIMIT", "sell", x.above(0.09), {"takeProfitPrice": x.above()}),
        ("STOP_LOSS", "buy", None, {"stopLossPrice": x.above()}),
        ("STOP_LOSS", "sell", None, {"trailingPercent": 5, "stopLossOrTakeProfit": "stopLoss"}),
        ("STOP_LOSS_LIMIT", "sell", x.below(0.11), {"trailingPercent": 5, "stopLossOrTakeProfit": "stopLoss"}),
        ("TAKE_PROFIT", "sell", None, {"trailingPercent": 5, "stopLossOrTakeProfit": "takeProfit"}),
    ]
    for kind, side, price, params in kinds:
        shape = "limit" if price else "market"
        order = await x.create_order(SYMBOL, shape, side, x.size(), price, params)
        assert order["info"]["type"] == kind, order["info"]
        assert order["status"] == "open"
        seen = await x.fetch_order(order["id"], SYMBOL)
        assert seen["info"]["isWorking"] in (False, "false")
        if "trailingPercent" in params:
            assert int(seen["info"]["trailingDelta"]) == 500
        else:
            assert seen["triggerPrice"] == next(iter(params.values()))
        await cancelled(x, order)


@check
async def stop_that_would_trigger(x: Client) -> None:
    from ccxt import OrderImmediatelyFillable

    with refused(OrderImmediatelyFillable, saying="would trigger immediately"):
        await x.create_order(SYMBOL, "market", "sell", x.size(), None, {"stopLossPrice": x.above()})


@check
async def order_lists(x: Client) -> None:
    size = x.exchange.amount_to_precision(SYMBOL, x.size())
    text = lambda value: x.exchange.price_to_precision(SYMBOL, value)  # noqa: E731
    oco = {
        "symbol": ID, "side": "SELL", "quantity": size, "aboveType": "LIMIT_MAKER", "abovePrice": text(x.above()),
        "belowType": "STOP_LOSS", "belowStopPrice": text(x.below()),
    }  # fmt: skip
    await list_done(x, await x.privatePostOrderListOco(oco), "OCO", 2)
    working = {
        "symbol": ID, "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": text(x.below()),
        "workingQuantity": size, "workingTimeInForce": "GTC", "pendingSide": "SELL", "pendingQuantity": size,
    }  # fmt: skip
    oto = {**working, "pendingType": "LIMIT_MAKER", "pendingPrice": text(x.above())}
    await list_done(x, await x.privatePostOrderListOto(oto), "OTO", 2)
    otoco = {
        **working, "pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": text(x.above()),
        "pendingBelowType": "STOP_LOSS", "pendingBelowStopPrice": text(x.below(0.2)),
    }  # fmt: skip
    await list_done(x, await x.privatePostOrderListOtoco(otoco), "OTO", 3)


async def list_done(x: Client, made: dict[str, Any], contingency: str, orders: int) -> None:
    """See an order list as open, cancel it, see it as done."""
    assert made["contingencyType"] == contingency
    assert made["listStatusType"] == "EXEC_STARTED"
    assert len(made["orders"]) == len(made["orderReports"]) == orders
    number = made["orderListId"]
    assert (await x.privateGetOrderList({"orderListId": number}))["listOrderStatus"] == "EXECUTING"
    assert str(number) in {str(entry["orderListId"]) for entry in await x.privateGetOpenOrderList()}
    done = await x.privateDeleteOrderList({"symbol": ID, "orderListId": number})
    assert done["listOrderStatus"] == "ALL_DONE"
    assert {report["status"] for report in done["orderReports"]} == {"CANCELED"}
    assert str(number) in {str(entry["orderListId"]) for entry in await x.privateGetAllOrderList()}


@check
async def cancel_of_a_leg_cancels_the_list(x: Client) -> None:
    oco = {
        "symbol": ID, "side": "SELL", "quantity": x.exchange.amount_to_precision(SYMBOL, x.size()),
        "aboveType": "LIMIT_MAKER", "abovePrice": x.exchange.price_to_precision(SYMBOL, x.above()),
        "belowType": "STOP_LOSS", "belowStopPrice": x.exchange.price_to_precision(SYMBOL, x.below()),
    }  # fmt: skip
    made = await x.privatePostOrderListOco(oco)
    leg = made["orders"][0]["orderId"]
    await x.privateDeleteOrder({"symbol": ID, "orderId": leg})
    for entry in made["orders"]:
        assert (await x.fetch_order(entry["orderId"], SYMBOL))["status"] == "canceled"


@check
async def replace_and_amend(x: Client) -> None:
    order = await x.create_order(SYMBOL, "limit", "buy", x.size(200), x.below())
    edited = await x.edit_order(order["id"], SYMBOL, "limit", "buy", x.size(200), x.below(0.12))
    assert edited["id"] != order["id"]
    assert (await x.fetch_order(order["id"], SYMBOL))["status"] == "canceled"
    smaller = {"symbol": ID, "orderId": edited["id"], "newQty": x.exchange.amount_to_precision(SYMBOL, x.size(100))}
    answer = await x.request("order/amend/keepPriority", private(x.exchange), "PUT", smaller)
    assert float(answer["amendedOrder"]["qty"]) == x.size(100)
    amendments = await x.request(
        "order/amendments", private(x.exchange), "GET", {"symbol": ID, "orderId": edited["id"]}
    )
    assert float(amendments[0]["newQty"]) == x.size(100)
    seen = await x.fetch_order(edited["id"], SYMBOL)
    assert seen["amount"] == x.size(100)
    await cancelled(x, seen)


@check
async def order_test(x: Client) -> None:
    before = len(await x.fetch_open_orders(SYMBOL))
    await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below(), {"test": True})
    assert len(await x.fetch_open_orders(SYMBOL)) == before


@check
async def cancel_all(x: Client) -> None:
    for share in (0.1, 0.11, 0.12):
        await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below(share))
    answer = await x.cancel_all_orders(SYMBOL)
    assert len(answer) >= 3
    assert await x.fetch_open_orders(SYMBOL) == []


@check
async def own_trades(x: Client) -> None:
    order = await x.create_order(SYMBOL, "market", "buy", x.size())
    trades = await x.fetch_my_trades(SYMBOL)
    assert len({trade["id"] for trade in trades}) == len(trades)
    own = [trade for trade in trades if trade["order"] == order["id"]]
    assert abs(sum(trade["amount"] for trade in own) - order["filled"]) < 1e-9
    assert own[0]["takerOrMaker"] == "taker"
    assert own[0]["fee"]["cost"] >= 0
    since = await x.fetch_my_trades(SYMBOL, None, None, {"fromId": own[0]["id"]})
    assert since[0]["id"] == own[0]["id"]
    assert await x.fetch_order_trades(order["id"], SYMBOL)
    await x.create_order(SYMBOL, "market", "sell", x.size())


@check
async def refusals(x: Client) -> None:
    import ccxt

    with refused(ccxt.InsufficientFunds, saying="insufficient balance"):
        await x.create_order(SYMBOL, "limit", "buy", x.size(5_000_000), x.below())
    with refused(ccxt.OrderNotFound, saying="-2013"):
        await x.fetch_order("999999999", SYMBOL)
    with refused(ccxt.OrderNotFound, saying="-2011"):
        await x.cancel_order("999999999", SYMBOL)
    with refused(ccxt.BadSymbol, saying="-1121"):
        await x.publicGetTickerPrice({"symbol": "NOSUCHCOIN"})
    wrong = {"symbol": ID, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": str(x.below())}
    with refused(ccxt.BaseError, saying="LOT_SIZE"):
        await x.privatePostOrder({**wrong, "quantity": "0.00000001"})
    with refused(ccxt.BaseError, saying="NOTIONAL"):
        await x.privatePostOrder({**wrong, "quantity": x.exchange.amount_to_precision(SYMBOL, 2 / x.price)})
    with refused(ccxt.BaseError, saying="-1102"):
        await x.privatePostOrder(wrong)
    name = new_id("twice")
    order = await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below(), {"newClientOrderId": name})
    with refused(ccxt.BaseError, saying="Duplicate order sent"):
        await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below(), {"newClientOrderId": name})
    await cancelled(x, order)


@check
async def wrong_credentials(x: Client) -> None:
    import ccxt

    exchange = x.exchange
    kept = exchange.apiKey, exchange.secret
    try:
        exchange.secret = "wrong"
        with refused(ccxt.AuthenticationError, saying="-1022"):
            await x.fetch_balance()
        exchange.apiKey, exchange.secret = "w" * 64, kept[1]
        with refused(ccxt.BaseError, saying="-2015"):
            await x.fetch_balance()
    finally:
        exchange.apiKey, exchange.secret = kept
    kept_difference = exchange.options.get("timeDifference", 0)
    try:
        exchange.options["timeDifference"] = 60_000
        with refused(ccxt.InvalidNonce, saying="-1021"):
            await x.fetch_balance()
        exchange.options["timeDifference"] = -60_000
        with refused(ccxt.InvalidNonce, saying="ahead of the server"):
            await x.fetch_balance()
    finally:
        exchange.options["timeDifference"] = kept_difference


@check
async def limits_in_headers(x: Client) -> None:
    await x.fetch_balance()
    headers = {name.lower(): value for name, value in x.exchange.last_response_headers.items()}
    assert int(headers["x-mbx-used-weight-1m"]) >= 20
    order = await x.create_order(SYMBOL, "limit", "buy", x.size(), x.below())
    headers = {name.lower(): value for name, value in x.exchange.last_response_headers.items()}
    assert int(headers["x-mbx-order-count-10s"]) >= 1
    assert int(headers["x-mbx-order-count-1d"]) >= 1
    await cancelled(x, order)


@check
async def nothing_left(x: Client) -> None:
    assert await x.fetch_open_orders(SYMBOL) == []
    base, quote = SYMBOL.split("/")
    found = await x.fetch_balance()
    assert found[base]["used"] == found[quote]["used"] == 0


async def main() -> None:
    import ccxt

    if SETTINGS["mode"] == "async":
        import ccxt.async_support as kind
    else:
        kind = ccxt
    exchange = kind.binance(SETTINGS["config"])
    exchange.exceptions["exact"] = {**exchange.exceptions["exact"], **exchange.exceptions["spot"]["exact"]}
    try:
        await check.run_async(Client(exchange))
    finally:
        if SETTINGS["mode"] == "async":
            await exchange.close()


if __name__ == "__main__":
    asyncio.run(main())
