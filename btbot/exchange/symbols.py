"""What is traded: assets, filters, permissions of one market."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from btbot.exchange.units import SCALE, text, units

ORDER_TYPES = (
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)
_QUOTES = ("FDUSD", "USDT", "USDC", "TUSD", "BUSD", "BTC", "ETH", "BNB", "EUR", "TRY", "GBP", "USD")
_MIN_NOTIONALS = {"BTC": units("0.0001"), "ETH": units("0.001"), "BNB": units("0.01")}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A market and its rules. Numbers are units of 1e-8 unless the name says otherwise; 0 switches a rule off."""

    name: str
    base: str
    quote: str
    status: Literal["TRADING", "HALT", "BREAK", "END_OF_DAY"] = "TRADING"
    min_price: int = 1
    max_price: int = 10**7 * SCALE
    tick: int = 1
    min_quantity: int = 1
    max_quantity: int = 9 * 10**3 * SCALE
    step: int = 1
    market_min_quantity: int = 0
    market_max_quantity: int = 0
    market_step: int = 0
    min_notional: int = 0
    min_notional_for_market: bool = True
    max_notional: int = 0
    max_notional_for_market: bool = False
    notional_minutes: int = 5
    notional_filter: Literal["NOTIONAL", "MIN_NOTIONAL"] = "NOTIONAL"
    bid_multiplier_up: int = 5 * SCALE
    bid_multiplier_down: int = SCALE // 5
    ask_multiplier_up: int = 5 * SCALE
    ask_multiplier_down: int = SCALE // 5
    price_minutes: int = 5
    max_orders: int = 200
    max_order_lists: int = 20
    max_algo_orders: int = 5
    max_iceberg_orders: int = 10
    max_amends: int = 10
    iceberg_parts: int = 100
    trailing_above_min: int = 10
    trailing_above_max: int = 2000
    trailing_below_min: int = 10
    trailing_below_max: int = 2000
    order_types: tuple[str, ...] = ORDER_TYPES
    permissions: tuple[str, ...] = ("SPOT",)
    preventions: tuple[str, ...] = ("EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
    default_prevention: str = "EXPIRE_MAKER"

    def info(self) -> dict[str, Any]:
        """Give the entry of this symbol as Binance's exchangeInfo has it."""
        return {
            "symbol": self.name,
            "status": self.status,
            "baseAsset": self.base,
            "baseAssetPrecision": 8,
            "quoteAsset": self.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "baseCommissionPrecision": 8,
            "quoteCommissionPrecision": 8,
            "orderTypes": list(self.order_types),
            "icebergAllowed": self.iceberg_parts > 0,
            "ocoAllowed": True,
            "otoAllowed": True,
            "opoAllowed": False,
            "quoteOrderQtyMarketAllowed": True,
            "allowTrailingStop": self.trailing_above_max > 0,
            "cancelReplaceAllowed": True,
            "amendAllowed": True,
            "pegInstructionsAllowed": False,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": _filters(self),
            "permissions": [],
            "permissionSets": [list(self.permissions)],
            "defaultSelfTradePreventionMode": self.default_prevention,
            "allowedSelfTradePreventionModes": list(self.preventions),
        }

    @classmethod
    def from_info(cls, info: Mapping[str, Any]) -> Symbol:
        """Read an entry of exchangeInfo, of Binance itself or of `info`; a filter that is absent is switched off.

        Raises
        ------
        KeyError
            Where the entry lacks the symbol or its assets.
        ValueError
            Where a number is none.
        """
        rules: dict[str, Any] = dict(_NO_FILTERS)
        for entry in info.get("filters", ()):
            rules |= _read_filter(entry)
        sets = info.get("permissionSets") or [info.get("permissions") or ["SPOT"]]
        return cls(
            name=info["symbol"],
            base=info["baseAsset"],
            quote=info["quoteAsset"],
            status=info.get("status", "TRADING"),
            order_types=tuple(info.get("orderTypes", ORDER_TYPES)),
            permissions=tuple(sets[0]),
            preventions=tuple(info.get("allowedSelfTradePreventionModes", ("NONE",))),
            default_prevention=info.get("defaultSelfTradePreventionMode", "NONE"),
            **rules,
        )


_SIZES = {
    "PRICE_FILTER": {"min_price": "minPrice", "max_price": "maxPrice", "tick": "tickSize"},
    "LOT_SIZE": {"min_quantity": "minQty", "max_quantity": "maxQty", "step": "stepSize"},
    "MARKET_LOT_SIZE": {
        "market_min_quantity": "minQty",
        "market_max_quantity": "maxQty",
        "market_step": "stepSize",
    },
    "NOTIONAL": {"min_notional": "minNotional", "max_notional": "maxNotional"},
    "MIN_NOTIONAL": {"min_notional": "minNotional"},
    "PERCENT_PRICE_BY_SIDE": {
        "bid_multiplier_up": "bidMultiplierUp",
        "bid_multiplier_down": "bidMultiplierDown",
        "ask_multiplier_up": "askMultiplierUp",
        "ask_multiplier_down": "askMultiplierDown",
    },
    "PERCENT_PRICE": {
        "bid_multiplier_up": "multiplierUp",
        "bid_multiplier_down": "multiplierDown",
        "ask_multiplier_up": "multiplierUp",
        "ask_multiplier_down": "multiplierDown",
    },
}
_COUNTS = {
    "ICEBERG_PARTS": {"iceberg_parts": "limit"},
    "TRAILING_DELTA": {
        "trailing_above_min": "minTrailingAboveDelta",
        "trailing_above_max": "maxTrailingAboveDelta",
        "trailing_below_min": "minTrailingBelowDelta",
        "trailing_below_max": "maxTrailingBelowDelta",
    },
    "PERCENT_PRICE_BY_SIDE": {"price_minutes": "avgPriceMins"},
    "PERCENT_PRICE": {"price_minutes": "avgPriceMins"},
    "NOTIONAL": {
        "min_notional_for_market": "applyMinToMarket",
        "max_notional_for_market": "applyMaxToMarket",
        "notional_minutes": "avgPriceMins",
    },
    "MIN_NOTIONAL": {"min_notional_for_market": "applyToMarket", "notional_minutes": "avgPriceMins"},
    "MAX_NUM_ORDERS": {"max_orders": "maxNumOrders"},
    "MAX_NUM_ORDER_LISTS": {"max_order_lists": "maxNumOrderLists"},
    "MAX_NUM_ALGO_ORDERS": {"max_algo_orders": "maxNumAlgoOrders"},
    "MAX_NUM_ICEBERG_ORDERS": {"max_iceberg_orders": "maxNumIcebergOrders"},
    "MAX_NUM_ORDER_AMENDS": {"max_amends": "maxNumOrderAmends"},
}
_ORDER = (
    "PRICE_FILTER",
    "LOT_SIZE",
    "ICEBERG_PARTS",
    "MARKET_LOT_SIZE",
    "TRAILING_DELTA",
    "PERCENT_PRICE_BY_SIDE",
    "NOTIONAL",
    "MIN_NOTIONAL",
    "MAX_NUM_ORDERS",
    "MAX_NUM_ORDER_LISTS",
    "MAX_NUM_ALGO_ORDERS",
    "MAX_NUM_ICEBERG_ORDERS",
    "MAX_NUM_ORDER_AMENDS",
)
_NO_FILTERS = {
    name: 0
    for table in (_SIZES, _COUNTS)
    for fields in table.values()
    for name in fields
    if name not in ("min_notional_for_market", "max_notional_for_market")
}
_OPTIONAL = frozenset(
    {"ICEBERG_PARTS", "TRAILING_DELTA", "PERCENT_PRICE_BY_SIDE", "MARKET_LOT_SIZE"}
    | {name for name in _COUNTS if name.startswith("MAX_")}
)


def usual(pair: str, price: float) -> Symbol:
    """Give a symbol with the rules that such a market usually has at Binance.

    The smallest order is worth 5 of a dollar quote (much less of BTC, ETH, BNB), a step at most a fifth of that.
    The tick is a millionth of the price's power of ten, 0.01 for dollar prices from 1,000 on.

    Parameters
    ----------
    pair
        Such as ``BTC/USDT`` or ``BTCUSDT``.
    price
        Of one unit of base, > 0.

    Raises
    ------
    ValueError
        Where the pair names no known quote asset or the price is not above 0.

    Examples
    --------
    >>> bitcoin = usual("BTC/USDT", 30_000)
    >>> text(bitcoin.tick), text(bitcoin.step), text(bitcoin.min_notional)
    ('0.01000000', '0.00001000', '5.00000000')
    """
    if not 0 < price < math.inf:
        raise ValueError(f"{pair}: the price must be a number > 0, was {price}")
    base, quote = _assets(pair)
    least = _MIN_NOTIONALS.get(quote, 5 * SCALE)
    exponent = math.floor(math.log10(price))
    tick_exponent = -2 if exponent >= 3 and quote not in _MIN_NOTIONALS else exponent - 6
    tick = _power(tick_exponent)
    step = _power(math.floor(math.log10(least / SCALE / 5 / price)))
    largest = 9 * max(_power(math.floor(math.log10(2e7 * least / SCALE / price)), highest=16), step)
    return Symbol(
        name=base + quote,
        base=base,
        quote=quote,
        min_price=tick,
        max_price=10 ** max(0, exponent + 3) * SCALE,
        tick=tick,
        min_quantity=step,
        max_quantity=largest,
        step=step,
        market_max_quantity=max(largest // 75 // step * step, step),
        min_notional=least,
        max_notional=least * 1_800_000,
    )


def _power(exponent: int, *, highest: int = 0) -> int:
    """Give a power of ten in units of 1e-8, between 1e-8 and ten to the `highest`."""
    return int(10 ** (min(highest, max(-8, exponent)) + 8))


def _assets(pair: str) -> tuple[str, str]:
    name = pair.upper()
    base, slash, quote = name.partition("/")
    if not slash:
        quote = next((end for end in _QUOTES if name.endswith(end) and name != end), "")
        base = name[: len(name) - len(quote)]
    if not (base.isalnum() and quote.isalnum()):
        raise ValueError(f"{pair!r} is no pair such as BTC/USDT")
    return base, quote


def _filters(symbol: Symbol) -> list[dict[str, Any]]:
    found = []
    for kind in _ORDER:
        if kind in ("NOTIONAL", "MIN_NOTIONAL") and kind != symbol.notional_filter:
            continue
        sizes = {there: text(getattr(symbol, here)) for here, there in _SIZES.get(kind, {}).items()}
        if kind == "PERCENT_PRICE_BY_SIDE":
            sizes = {there: _short(value) for there, value in sizes.items()}
        counts = {there: getattr(symbol, here) for here, there in _COUNTS.get(kind, {}).items()}
        values = {here: getattr(symbol, here) for table in (_SIZES, _COUNTS) for here in table.get(kind, {})}
        if kind not in _OPTIONAL or any(values[name] for name in values if name != "price_minutes"):
            found.append({"filterType": kind, **sizes, **counts})
    return found


def _short(value: str) -> str:
    return value.rstrip("0").rstrip(".")


def _read_filter(entry: Mapping[str, Any]) -> dict[str, Any]:
    kind = entry["filterType"]
    found: dict[str, Any] = {
        here: units(entry[there]) for here, there in _SIZES.get(kind, {}).items() if there in entry
    }
    found |= {here: entry[there] for here, there in _COUNTS.get(kind, {}).items() if there in entry}
    if kind in ("NOTIONAL", "MIN_NOTIONAL"):
        found["notional_filter"] = kind
    return found
