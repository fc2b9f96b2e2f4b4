"""Where each symbol's prices come from: from settings to markets that are ready to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from btbot.exchange.matching import Exchange
from btbot.exchange.symbols import Symbol, usual
from btbot.exchange.units import SCALE
from btbot.paper.clock import Clock
from btbot.paper.market import Market, Synthetic, load_replay
from btbot.paper.record import Record
from btbot.paper.settings import MarketSettings, ServerSettings

_PRICES = {"BTC": 30_000.0, "ETH": 2_000.0, "BNB": 300.0}
_PRICE = 100.0


@dataclass(frozen=True, slots=True)
class Source:
    """One symbol, and what drives it; `market` is None where its accounts are alone."""

    symbol: Symbol
    market: Market | None

    def record(self, begin_ms: int) -> Record:
        """Return a memory that begins with what came before."""
        market = self.market
        if market is None:
            return Record(self.symbol.name, begin_ms=begin_ms)
        return Record(self.symbol.name, history=market.history(), begin_ms=market.start_ms, holes=market.holes)


@dataclass(frozen=True, slots=True)
class Sources:
    """All of them, and the market time at which they begin together."""

    each: tuple[Source, ...]
    start_ms: int

    def markets(self) -> dict[str, Market]:
        return {one.symbol.name: one.market for one in self.each if one.market is not None}

    def records(self) -> dict[str, Record]:
        return {one.symbol.name: one.record(self.start_ms) for one in self.each}


def sources(
    settings: ServerSettings, exchange: Exchange, clock: Clock, *, market_ms: int | None, live: Mapping[str, Market]
) -> Sources:
    """Make the markets of the settings.

    Parameters
    ----------
    exchange
        As the journal has rebuilt it: symbols that it knows keep their rules, synthetic prices go on from the last.
    market_ms
        Where an earlier server stopped; None begins anew.
    live
        Markets that follow the real one, by symbol name; they are connected already.

    Raises
    ------
    btbot.errors.ConfigError, btbot.errors.DataError
        Where a file is wrong, or does not reach the start.
    """
    begin_ms = settings.start_ms or clock.now_ms()
    each = tuple(_source(one, settings, exchange, begin_ms, market_ms, live) for one in settings.markets)
    markets = [one.market for one in each if one.market is not None]
    together = max((market.start_ms for market in markets), default=begin_ms)
    if market_ms is None or live:
        start_ms, done_ms = together, together - 1
    else:
        start_ms = done_ms = market_ms
    for market in markets:
        market.skip_to(done_ms)
    return Sources(each, start_ms)


def _source(
    one: MarketSettings,
    settings: ServerSettings,
    exchange: Exchange,
    begin_ms: int,
    market_ms: int | None,
    live: Mapping[str, Market],
) -> Source:
    known = exchange.symbols.get(one.name)
    if one.name in live:
        market: Market = live[one.name]
        return Source(known or market.symbol, market)
    if one.form == "replay" and one.path is not None:
        market = load_replay(one.path, known or one.symbol, one.timeframe, start=settings.start_ms, seed=settings.seed)
        return Source(market.symbol, market)
    price = exchange.last_price.get(one.name, 0) / SCALE or one.price or _PRICES.get(one.symbol.split("/")[0], _PRICE)
    symbol = known or usual(one.symbol, price)
    if one.form == "empty":
        return Source(symbol, None)
    at_ms = begin_ms if market_ms is None else market_ms
    return Source(symbol, Synthetic(symbol, price=price, start_ms=at_ms, seed=settings.seed + (market_ms or 0)))
