"""Whether the exchange is there, what time it is, what is traded under which rules."""

from __future__ import annotations

from btbot.exchange import request_refusals as refusals
from btbot.exchange.refusals import invalid_symbol
from btbot.exchange.symbols import Symbol
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Values
from btbot.paper.api.formats import Json
from btbot.paper.api.limits import Meter
from btbot.paper.api.market_data import known

_DEFAULT_PERMISSIONS = ("SPOT", "MARGIN", "LEVERAGED")


def ping(context: Context, values: Values) -> Json:
    """Answer."""
    del context, values
    return {}


def time(context: Context, values: Values) -> Json:
    """Give the server's time, which may be wrong where a fault says so."""
    del values
    return {"serverTime": context.venue.server_ms()}


def exchange_info(context: Context, values: Values) -> Json:
    """Give limits and symbols."""
    symbols = _selected(context.venue.exchange.symbols, values)
    entries = [symbol.info() for symbol in symbols]
    if values.get("showPermissionSets") is False:
        for entry in entries:
            entry["permissionSets"] = []
    return {
        "timezone": "UTC",
        "serverTime": context.venue.server_ms(),
        "rateLimits": rate_limits(context.meter),
        "exchangeFilters": [],
        "symbols": entries,
    }


def execution_rules(context: Context, values: Values) -> Json:
    """Give the rules by which prices are bounded while matching: no symbol has any."""
    if len(values) > 1:
        raise refusals.bad_combination()
    return {
        "symbolRules": [{"symbol": one.name, "rules": []} for one in _selected(context.venue.exchange.symbols, values)]
    }


def rate_limits(meter: Meter) -> list[Json]:
    """Give the limits themselves, as exchangeInfo has them."""
    limits = meter.limits
    return [
        _limit("REQUEST_WEIGHT", "MINUTE", 1, limits.weight),
        _limit("ORDERS", "SECOND", 10, limits.orders_10s),
        _limit("ORDERS", "DAY", 1, limits.orders_day),
        _limit("RAW_REQUESTS", "MINUTE", 5, limits.raw_requests),
    ]


def order_limits(context: Context, values: Values) -> list[Json]:
    """Give how many orders the account has placed that are not filled."""
    del values
    short, long = context.meter.placed(context.account, context.venue.clock.now_ms())
    _, by_seconds, by_day, _ = rate_limits(context.meter)
    return [{**by_seconds, "count": short}, {**by_day, "count": long}]


def filters(context: Context, values: Values) -> Json:
    """Give the filters that count what an account has, and the limits on what it places."""
    info = context.venue.exchange.symbols[known(context, values)].info()
    counting = [one for one in info["filters"] if one["filterType"].startswith("MAX_NUM")]
    orders = [limit for limit in rate_limits(context.meter) if limit["rateLimitType"] == "ORDERS"]
    return {"exchangeFilters": [], "symbolFilters": counting, "assetFilters": [], "rateLimits": orders}


def _limit(kind: str, interval: str, number: int, limit: int) -> Json:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _selected(symbols: dict[str, Symbol], values: Values) -> list[Symbol]:
    names = values.get("symbols", (values["symbol"],) if "symbol" in values else None)
    if names is not None:
        if ("symbol" in values and "symbols" in values) or "permissions" in values or "symbolStatus" in values:
            raise refusals.bad_combination()
        if any(name not in symbols for name in names):
            raise invalid_symbol()
        return [symbols[name] for name in names]
    permissions = frozenset(values.get("permissions", _DEFAULT_PERMISSIONS))
    status = values.get("symbolStatus")
    return [
        symbol
        for symbol in symbols.values()
        if permissions.intersection(symbol.permissions) and status in (None, symbol.status)
    ]
