"""An exchange in memory that implements `btbot.exchange.client.HistoryClient`, and what may be wrong with its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from btbot.bars import COLUMNS, Bars
from btbot.data.download import download, fetch_spans
from btbot.errors import Retryable
from btbot.exchange.client import BookSnapshot, Candles, FundingRate, Listing, TapeTrade
from btbot.timeframe import Timeframe

T0 = 1_609_459_200_000  # 2021-01-01
HOUR = Timeframe.parse("1h")
NAMES = ("1m", "15m", "1h", "4h", "1d", "1w")


def bars(count=100, *, start=T0, timeframe=HOUR, symbol="BTC/USDT", seed=1, holes=()):
    """Make candles whose prices have as many digits as those of an exchange; `holes` are numbers of missing ones."""
    rng = np.random.default_rng(seed)
    close = np.round(20_000 * np.exp(np.cumsum(rng.normal(0, 0.003, count))), 2)
    open_ = np.r_[20_000.0, close[:-1]]
    high = np.round(np.maximum(open_, close) + rng.exponential(5, count), 2)
    low = np.round(np.minimum(open_, close) - rng.exponential(5, count), 2)
    volume = np.round(rng.exponential(50, count), 5)
    time = start + np.arange(count) * timeframe.ms
    kept = np.setdiff1d(np.arange(count), np.array(holes, int))
    return Bars(symbol, timeframe, *(column[kept] for column in (time, open_, high, low, close, volume)))


@dataclass
class ScriptedExchange:
    """Candles that it has, how it answers, and every request that came.

    Attributes
    ----------
    has
        The finest candles by symbol; longer ones are made of them. The last one may be running.
    window
        Whether an answer is about a span of `limit` candles, and empty if that one is, as on some exchanges.
    faults
        Called with the number of the request (from 1) and the answer; gives what is sent instead, or raises.
    """

    has: dict[str, Bars]
    now: int
    limit: int = 10
    window: bool = False
    market_now: int | None = None
    name: str = "paper"
    market: str = "spot"
    trades_by_id: bool = True
    rests: bool = False
    newest: int | None = None
    names: Sequence[str] = NAMES
    tape: list[TapeTrade] = field(default_factory=list)
    rates: list[FundingRate] = field(default_factory=list)
    fault: Callable[[int, Candles], Candles] | None = None
    spoil: Callable[[int, list], list] | None = None
    asked: list[tuple[str, str, int, int]] = field(default_factory=list)
    pause: float = 0.0
    busy: int = 0
    busiest: int = 0

    async def listings(self):
        symbols = set(self.has) | ({"BTC/USDT"} if self.tape or self.rates else set())
        return {symbol: Listing(symbol, *symbol.split("/"), True) for symbol in symbols}

    async def timeframes(self):
        return [Timeframe.parse(name) for name in self.names]

    async def time_ms(self):
        return self.now

    async def market_time_ms(self, symbol):
        return self.market_now

    def candle_limit(self, timeframe):
        return self.limit

    async def candles(self, symbol, timeframe, start_ms, limit):
        assert 0 < limit <= self.limit, f"{limit} asked for"
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await asyncio.sleep(self.pause)
        self.busy -= 1
        self.asked.append((symbol, str(timeframe), start_ms, limit))
        whole = self._whole(symbol, timeframe)
        end = start_ms + limit * timeframe.ms if self.window else None
        found = whole.between(start_ms, end).slice(0, limit)
        if self.newest is not None:
            found = whole.slice(max(len(whole) - self.newest, 0)).between(start_ms, None).slice(0, limit)
        answer = Candles(
            found.time, np.column_stack([getattr(found, name) for name in COLUMNS]), self.newest is not None
        )
        return answer if self.fault is None else self.fault(len(self.asked), answer)

    async def trades(self, symbol, *, start_ms=None, after_id=None, limit=1000):
        self.asked.append((symbol, "trades", start_ms if after_id is None else int(after_id), limit))
        if after_id is not None:
            found = [one for one in self.tape if int(one.trade_id) > int(after_id)]
        else:
            found = [one for one in self.tape if one.time_ms >= start_ms]
        found = found[: min(limit, self.limit)]
        return found if self.spoil is None else self.spoil(len(self.asked), found)

    async def funding(self, symbol, start_ms, limit):
        self.asked.append((symbol, "funding", start_ms, limit))
        found = [one for one in self.rates if one.time_ms >= start_ms][: min(limit, self.limit)]
        return found if self.spoil is None else self.spoil(len(self.asked), found)

    async def book(self, symbol, levels):
        side = np.array([[100.0, 1.0], [99.0, 2.0]])
        return BookSnapshot(self.now, side, np.array([[101.0, 1.0], [102.0, 3.0]]))

    async def close(self):
        pass

    def _whole(self, symbol, timeframe):
        base = self.has[symbol]
        if timeframe == base.timeframe:
            return base
        if timeframe.ms < base.timeframe.ms:
            return base.slice(0, 0)
        bucket = (base.time - timeframe.origin_ms) // timeframe.ms
        first = np.flatnonzero(np.r_[True, bucket[1:] != bucket[:-1]])
        last = np.r_[first[1:], len(base)] - 1
        values = base.open[first], np.maximum.reduceat(base.high, first), np.minimum.reduceat(base.low, first)
        time = bucket[first] * timeframe.ms + timeframe.origin_ms
        return Bars(symbol, timeframe, time, *values, base.close[last], np.add.reduceat(base.volume, first))


def run(store, client, jobs, *, since=T0, until=None, **more):
    """Download, patiently but without waiting."""
    more = {"retry": patient, "threads": False, **more}
    return asyncio.run(download(store, client, jobs, since_ms=since, until_ms=until, **more))


def again(store, client, job, spans, **more):
    return asyncio.run(fetch_spans(store, client, job, spans, retry=patient, threads=False, **more))


async def patient(call):
    for _ in range(8):
        try:
            return await call()
        except Retryable as error:
            last = error
    raise last


def equal(store, source, *, exchange="paper", market="spot"):
    """Return whether the store has exactly these bars."""
    found = store.get_bars(source.symbol, source.timeframe, exchange=exchange, market=market)
    return found.fingerprint == source.fingerprint


def changed(answer, row, factor=1.01):
    """Return an answer of which one candle has another close and volume."""
    values = answer.values.copy()
    if abs(row) <= len(values) and len(values):
        values[row, 3] = round(values[row, 3] * factor, 2)
        values[row, 1] = max(values[row, 1], values[row, 3])
        values[row, 4] *= 2
    return Candles(answer.time, values)


def kept(answer, count):
    """Return the beginning of an answer."""
    return Candles(answer.time[:count], answer.values[:count])
