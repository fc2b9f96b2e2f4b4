"""All endpoints, by verb and path and by the name of the ws-api's method."""

from __future__ import annotations

from btbot.paper.api import account, general, lists, market_data, order_queries, orders, tickers, wallet, weights
from btbot.paper.api.endpoint import Endpoint, Handler, Security, Weight
from btbot.paper.api.params import PARSERS

_SPECIAL = {"type=ticker": PARSERS["tickerType"]}


def endpoint(
    name: str,
    call: str,
    handler: Handler,
    required: str = "",
    optional: str = "",
    *,
    security: Security = "NONE",
    weight: Weight = 1,
    orders: int = 0,
) -> Endpoint:
    """Make an endpoint out of the names of its parameters; `call` is verb and path."""
    verb, path = call.split()
    takes = {one.partition("=")[0]: _SPECIAL.get(one) or PARSERS[one] for one in f"{required} {optional}".split()}
    strict = path.startswith("/api/")
    return Endpoint(name, verb, path, handler, takes, tuple(required.split()), security, weight, orders, strict)


def _leg(part: str, *fields: str) -> str:
    return " ".join(part + field for field in fields)


_PEG = "pegPriceType pegOffsetType pegOffsetValue"
_EXTRA = f"strategyId strategyType newClientOrderId newOrderRespType selfTradePreventionMode {_PEG}"
_FIGURES = "timeInForce quantity quoteOrderQty price stopPrice trailingDelta icebergQty"
_PRICES = ("Price", "StopPrice", "TrailingDelta", "TimeInForce")
_LEG_EXTRA = (
    "ClientOrderId", "IcebergQty", "StrategyId", "StrategyType", "PegPriceType", "PegOffsetType", "PegOffsetValue",
)  # fmt: skip
_LIST = "listClientOrderId newOrderRespType selfTradePreventionMode"
_WORKING = _leg("working", "Type", "Side", "Price", "Quantity")
_WORKING_EXTRA = _leg("working", "TimeInForce", *_LEG_EXTRA)
_PENDING = _leg("pending", "Side", "Quantity")
_BELOW_OF_PENDING = _leg("pendingBelow", "Type", *_PRICES, *_LEG_EXTRA)
_OLD_OCO = (
    "limitClientOrderId limitIcebergQty limitStrategyId limitStrategyType trailingDelta stopClientOrderId "
    "stopLimitPrice stopIcebergQty stopLimitTimeInForce stopStrategyId stopStrategyType"
)
_SPAN = "startTime endTime limit"
_SYMBOLS = "symbol symbols symbolStatus"

GENERAL = (
    endpoint("ping", "GET /api/v3/ping", general.ping),
    endpoint("time", "GET /api/v3/time", general.time),
    endpoint(
        "exchangeInfo", "GET /api/v3/exchangeInfo", general.exchange_info,
        optional="symbol symbols permissions showPermissionSets symbolStatus", weight=20,
    ),
)  # fmt: skip
MARKET = (
    endpoint("depth", "GET /api/v3/depth", market_data.depth, "symbol", "limit symbolStatus", weight=weights.depth),
    endpoint("trades.recent", "GET /api/v3/trades", market_data.trades, "symbol", "limit", weight=25),
    endpoint(
        "trades.historical", "GET /api/v3/historicalTrades", market_data.trades, "symbol", "limit fromId", weight=25
    ),
    endpoint(
        "trades.aggregate", "GET /api/v3/aggTrades", market_data.aggregates, "symbol", f"fromId {_SPAN}", weight=4
    ),
    endpoint("klines", "GET /api/v3/klines", market_data.klines, "symbol interval", f"timeZone {_SPAN}", weight=2),
    endpoint("uiKlines", "GET /api/v3/uiKlines", market_data.klines, "symbol interval", f"timeZone {_SPAN}", weight=2),
    endpoint("avgPrice", "GET /api/v3/avgPrice", market_data.average_price, "symbol", weight=2),
    endpoint(
        "ticker.24hr", "GET /api/v3/ticker/24hr", tickers.day,
        optional=f"{_SYMBOLS} type=ticker", weight=weights.day_ticker,
    ),
    endpoint(
        "ticker.tradingDay", "GET /api/v3/ticker/tradingDay", tickers.trading_day,
        optional=f"{_SYMBOLS} timeZone type=ticker", weight=weights.window_ticker,
    ),
    endpoint(
        "ticker", "GET /api/v3/ticker", tickers.rolling,
        optional=f"{_SYMBOLS} windowSize type=ticker", weight=weights.window_ticker,
    ),
    endpoint(
        "ticker.price", "GET /api/v3/ticker/price", tickers.price,
        optional=_SYMBOLS, weight=weights.unless("symbol", weight=4, otherwise=2),
    ),
    endpoint(
        "ticker.book", "GET /api/v3/ticker/bookTicker", tickers.book,
        optional=_SYMBOLS, weight=weights.unless("symbol", weight=4, otherwise=2),
    ),
)  # fmt: skip
ORDERS = (
    endpoint(
        "order.place", "POST /api/v3/order", orders.new,
        "symbol side type", f"{_FIGURES} {_EXTRA}", security="TRADE", orders=1,
    ),
    endpoint(
        "order.test", "POST /api/v3/order/test", orders.test,
        "symbol side type", f"{_FIGURES} {_EXTRA} computeCommissionRates", security="TRADE",
        weight=weights.asked("computeCommissionRates", weight=20, otherwise=1),
    ),
    endpoint(
        "order.status", "GET /api/v3/order", order_queries.order,
        "symbol", "orderId origClientOrderId", security="USER_DATA", weight=4,
    ),
    endpoint(
        "order.cancel", "DELETE /api/v3/order", orders.cancel,
        "symbol", "orderId origClientOrderId newClientOrderId cancelRestrictions", security="TRADE",
    ),
    endpoint(
        "order.cancelReplace", "POST /api/v3/order/cancelReplace", orders.replace,
        "symbol side type cancelReplaceMode",
        f"{_FIGURES} {_EXTRA} cancelNewClientOrderId cancelOrigClientOrderId cancelOrderId cancelRestrictions "
        "orderRateLimitExceededMode",
        security="TRADE",
    ),
    endpoint(
        "order.amend.keepPriority", "PUT /api/v3/order/amend/keepPriority", orders.amend,
        "symbol newQty", "orderId origClientOrderId newClientOrderId", security="TRADE", weight=4,
    ),
    endpoint(
        "order.amendments", "GET /api/v3/order/amendments", order_queries.amendments,
        "symbol orderId", "fromExecutionId limit", security="USER_DATA", weight=4,
    ),
    endpoint(
        "sor.order.place", "POST /api/v3/sor/order", orders.routed,
        "symbol side type quantity", f"{_FIGURES} {_EXTRA}", security="TRADE",
    ),
    endpoint(
        "sor.order.test", "POST /api/v3/sor/order/test", orders.routed,
        "symbol side type quantity", f"{_FIGURES} {_EXTRA} computeCommissionRates", security="TRADE",
    ),
    endpoint(
        "openOrders.status", "GET /api/v3/openOrders", order_queries.open_orders,
        optional="symbol", security="USER_DATA", weight=weights.unless("symbol", weight=80, otherwise=6),
    ),
    endpoint("openOrders.cancelAll", "DELETE /api/v3/openOrders", orders.cancel_all, "symbol", security="TRADE"),
    endpoint(
        "allOrders", "GET /api/v3/allOrders", order_queries.all_orders,
        "symbol", f"orderId {_SPAN}", security="USER_DATA", weight=20,
    ),
    endpoint(
        "myTrades", "GET /api/v3/myTrades", order_queries.trades, "symbol", f"orderId fromId {_SPAN}",
        security="USER_DATA", weight=weights.unless("orderId", weight=20, otherwise=5),
    ),
)  # fmt: skip
LISTS = (
    endpoint(
        "orderList.place", "POST /api/v3/order/oco", lists.old_oco,
        "symbol side quantity price stopPrice", f"{_OLD_OCO} {_LIST}", security="TRADE", orders=2,
    ),
    endpoint(
        "orderList.place.oco", "POST /api/v3/orderList/oco", lists.oco,
        "symbol side quantity aboveType belowType",
        " ".join((_LIST, _leg("above", *_PRICES, *_LEG_EXTRA), _leg("below", *_PRICES, *_LEG_EXTRA))),
        security="TRADE", orders=2,
    ),
    endpoint(
        "orderList.place.oto", "POST /api/v3/orderList/oto", lists.oto,
        f"symbol {_WORKING} {_PENDING} pendingType",
        f"{_LIST} {_WORKING_EXTRA} {_leg('pending', *_PRICES, *_LEG_EXTRA)}",
        security="TRADE", orders=2,
    ),
    endpoint(
        "orderList.place.otoco", "POST /api/v3/orderList/otoco", lists.otoco,
        f"symbol {_WORKING} {_PENDING} pendingAboveType",
        f"{_LIST} {_WORKING_EXTRA} {_leg('pendingAbove', *_PRICES, *_LEG_EXTRA)} {_BELOW_OF_PENDING}",
        security="TRADE", orders=3,
    ),
    endpoint(
        "orderList.place.opo", "POST /api/v3/orderList/opo", lists.opo,
        f"symbol {_WORKING} pendingSide pendingType",
        f"{_LIST} {_WORKING_EXTRA} {_leg('pending', *_PRICES, *_LEG_EXTRA)}",
        security="TRADE", orders=2,
    ),
    endpoint(
        "orderList.place.opoco", "POST /api/v3/orderList/opoco", lists.opo,
        f"symbol {_WORKING} pendingSide pendingAboveType",
        f"{_LIST} {_WORKING_EXTRA} {_leg('pendingAbove', *_PRICES, *_LEG_EXTRA)} {_BELOW_OF_PENDING}",
        security="TRADE", orders=3,
    ),
    endpoint(
        "orderList.status", "GET /api/v3/orderList", order_queries.order_list,
        optional="orderListId origClientOrderId", security="USER_DATA", weight=4,
    ),
    endpoint(
        "orderList.cancel", "DELETE /api/v3/orderList", lists.cancel,
        "symbol", "orderListId listClientOrderId newClientOrderId", security="TRADE",
    ),
    endpoint(
        "allOrderLists", "GET /api/v3/allOrderList", order_queries.all_lists,
        optional=f"fromId {_SPAN}", security="USER_DATA", weight=20,
    ),
    endpoint(
        "openOrderLists.status", "GET /api/v3/openOrderList", order_queries.open_lists,
        security="USER_DATA", weight=6,
    ),
)  # fmt: skip
ACCOUNT = (
    endpoint(
        "myPreventedMatches", "GET /api/v3/myPreventedMatches", order_queries.prevented,
        "symbol", "preventedMatchId orderId fromPreventedMatchId limit", security="USER_DATA",
        weight=weights.unless("orderId", weight=2, otherwise=20),
    ),
    endpoint(
        "myAllocations", "GET /api/v3/myAllocations", wallet.nothing,
        "symbol", f"orderId fromAllocationId {_SPAN}", security="USER_DATA", weight=20,
    ),
    endpoint("myFilters", "GET /api/v3/myFilters", general.filters, "symbol", security="USER_DATA", weight=40),
    endpoint(
        "account.status", "GET /api/v3/account", account.information,
        optional="omitZeroBalances", security="USER_DATA", weight=20,
    ),
    endpoint(
        "account.commission", "GET /api/v3/account/commission", account.commission,
        "symbol", security="USER_DATA", weight=20,
    ),
    endpoint(
        "account.rateLimits.orders", "GET /api/v3/rateLimit/order", general.order_limits,
        security="USER_DATA", weight=40,
    ),
)  # fmt: skip
WALLET = (
    endpoint(
        "apiRestrictions", "GET /sapi/v1/account/apiRestrictions", wallet.restrictions, security="USER_DATA"
    ),
    endpoint("accountStatus", "GET /sapi/v1/account/status", wallet.account_status, security="USER_DATA"),
    endpoint(
        "apiTradingStatus", "GET /sapi/v1/account/apiTradingStatus", wallet.trading_status, security="USER_DATA"
    ),
    endpoint("systemStatus", "GET /sapi/v1/system/status", wallet.system_status),
    endpoint("coins", "GET /sapi/v1/capital/config/getall", wallet.coins, security="USER_DATA", weight=10),
    endpoint("tradeFee", "GET /sapi/v1/asset/tradeFee", wallet.trade_fees, optional="symbol", security="USER_DATA"),
    endpoint(
        "deposits", "GET /sapi/v1/capital/deposit/hisrec", wallet.nothing,
        optional=f"coin {_SPAN}", security="USER_DATA",
    ),
    endpoint(
        "withdrawals", "GET /sapi/v1/capital/withdraw/history", wallet.nothing,
        optional=f"coin {_SPAN}", security="USER_DATA",
    ),
    endpoint("marginPairs", "GET /sapi/v1/margin/allPairs", wallet.nothing, optional="symbol"),
    endpoint("isolatedPairs", "GET /sapi/v1/margin/isolated/allPairs", wallet.nothing, security="USER_DATA"),
    endpoint("usdFutures", "GET /fapi/v1/exchangeInfo", wallet.no_futures),
    endpoint("coinFutures", "GET /dapi/v1/exchangeInfo", wallet.no_futures),
)  # fmt: skip
NEWEST = (
    endpoint(
        "executionRules", "GET /api/v3/executionRules", general.execution_rules,
        optional=_SYMBOLS, weight=weights.execution_rules,
    ),
    endpoint("referencePrice", "GET /api/v3/referencePrice", market_data.reference_price, "symbol", weight=2),
    endpoint(
        "referencePrice.calculation", "GET /api/v3/referencePrice/calculation", market_data.reference_price,
        "symbol", "symbolStatus", weight=2,
    ),
    endpoint(
        "blockTrades.historical", "GET /api/v3/historicalBlockTrades", market_data.block_trades,
        "symbol", f"fromId {_SPAN}", weight=25,
    ),
)  # fmt: skip
SPOT = GENERAL + MARKET + NEWEST + ORDERS + LISTS + ACCOUNT
REST = {(one.verb, one.path): one for one in SPOT + WALLET}
METHODS = {one.name: one for one in SPOT}
