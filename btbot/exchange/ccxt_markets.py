"""Names of exchanges, symbols and timeframes, as ccxt and as btbot write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from btbot.errors import ConfigError, did_you_mean
from btbot.exchange.client import Listing, MarketKind
from btbot.exchange.stocks_opening import SELLERS
from btbot.timeframe import Timeframe

TYPES: Mapping[MarketKind, str] = {"spot": "spot", "perpetual": "swap"}
_LONGEST_PAGE = 5_000  # where an exchange would send more, a page is stored in more than one go
_MINUTE = Timeframe(60_000)


def exchange_class(name: str, market: MarketKind) -> type:
    """Find the class of ccxt.

    Raises
    ------
    ConfigError
        If ccxt knows no such exchange, or if it has no such markets or no candles.
    """
    import ccxt.async_support

    known = ccxt.async_support.exchanges
    if name not in known:
        hint = did_you_mean(name, [*known, *SELLERS])
        raise ConfigError(
            f"exchange {name!r} is not known; allowed are the {len(known)} of ccxt {ccxt.__version__} "
            f"and {', '.join(SELLERS)}{hint}"
        )
    found: type = getattr(ccxt.async_support, name)
    has = found().has
    if market not in TYPES:
        raise ConfigError(f"market {market!r} is not known; allowed are spot and perpetual")
    if not has.get(TYPES[market]):
        other = next((other for other in (f"{name}futures", f"{name}usdm") if hasattr(ccxt.async_support, other)), None)
        hint = f"; did you mean the exchange {other!r}?" if other and market == "perpetual" else ""
        raise ConfigError(f"{name} has no {market} markets in ccxt{hint}")
    if not has.get("fetchOHLCV"):
        raise ConfigError(f"{name} gives no candles through ccxt; ask another exchange")
    return found


def listings(markets: Iterable[Mapping[str, Any]], market: MarketKind) -> tuple[dict[str, Listing], dict[str, str]]:
    """Give the markets of one kind by symbol, and the name that ccxt has for each.

    ``BTC/USDT:USDT`` is listed as ``BTC/USDT``; where a pair has several perpetuals, it is the one settled in its quote
    currency, and the others are found by their whole name.
    """
    found: dict[str, Listing] = {}
    names: dict[str, str] = {}
    wanted = [one for one in markets if one and one.get("type") == TYPES[market]]
    for one in sorted(wanted, key=_settled_elsewhere):
        short = str(one["symbol"]).partition(":")[0]
        symbol = one["symbol"] if short in found else short
        found[symbol] = Listing(symbol, str(one["base"]), str(one["quote"]), one.get("active") is not False)
        names[symbol] = str(one["symbol"])
    return found, names


def _settled_elsewhere(market: Mapping[str, Any]) -> bool:
    return market.get("settle") not in (None, market["quote"])


def timeframe_names(exchange: Any, market: MarketKind) -> dict[Timeframe, str]:
    """Give ccxt's name of each length of candle, shortest first; months and years have no length and are left out."""
    found: dict[Timeframe, str] = {}
    for name in exchange.timeframes or {}:
        try:
            length = Timeframe.parse(name)
        except ConfigError:
            continue
        if market == "perpetual" and exchange.id.startswith("binance") and length < _MINUTE:
            continue  # ccxt has one list for all markets of Binance, and only spot has seconds
        if length not in found or str(length) == name:
            found[length] = name
    return dict(sorted(found.items()))


def unknown_symbol(symbol: str, where: str, market: MarketKind, known: Iterable[str]) -> ConfigError:
    """Make the error for a symbol that is not listed."""
    known = list(known)
    if not known:
        return ConfigError(f"{where} lists no {market} markets")
    hint = did_you_mean(symbol.upper(), known) or f"; it has {len(known)}, such as {', '.join(known[:3])}"
    return ConfigError(f"{where} has no {market} market {symbol!r}{hint}")


def unknown_timeframe(timeframe: Timeframe, where: str, known: Iterable[Timeframe]) -> ConfigError:
    """Make the error for a timeframe that is not offered."""
    return ConfigError(f"{where} has no candles of {timeframe}; it has {', '.join(map(str, known))}")


def known_limit(exchange: Any, market: MarketKind) -> int | None:
    """Give the number of candles that an answer holds at most, None where ccxt does not know."""
    if exchange.id.startswith("binance"):
        return 1000
    for parts in (("spot", None),) if market == "spot" else (("swap", "linear"), ("swap", "inverse")):
        limit = exchange.feature_value_by_type(*parts, "fetchOHLCV", "limit")
        if isinstance(limit, int) and limit > 0:
            return min(limit, _LONGEST_PAGE)
    return None
