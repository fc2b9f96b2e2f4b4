"""Candles from before the market began, in every interval that they can be added up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.bars import Bars
from btbot.exchange.units import SCALE
from btbot.paper.candles import INTERVALS, MONTH, Candle, Running, end_of, open_of

_DAY = 86_400_000
_LARGEST = 9e18  # int64 ends a little later
Column = npt.NDArray[Any]  # int64 where the sum fits, Python ints otherwise


class _Rows:
    """Columns of one interval, shape (n,); numbers in units of 1e-8."""

    def __init__(self, time: npt.NDArray[np.int64], prices: Sequence[Column], volume: Column, quote: Column) -> None:
        self.time = time
        self.prices = prices
        self.volume = volume
        self.quote = quote

    def candle(self, interval: str, at: int) -> Candle:
        open_ms = int(self.time[at])
        first, high, low, last = (int(column[at]) for column in self.prices)
        volume, quote = int(self.volume[at]), int(self.quote[at])
        return Candle(
            open_ms, end_of(interval, open_ms) - 1, first, high, low, last, volume, quote, 1 if volume else 0,
            volume // 2, quote // 2,
        )  # fmt: skip


class Stored:
    """Candles of stored bars; coarser ones are added up when first asked for.

    Bars hold no quote volume, no count of trades and no taker's side: the quote volume is the volume at the mean of
    the four prices, half of both was bought by takers, and a candle with volume counts one trade.

    Parameters
    ----------
    history
        Bars of one or several timeframes, finished before `begin_ms`.
    begin_ms
        When the market begins.
    """

    def __init__(self, history: Sequence[Bars], begin_ms: int) -> None:
        self._bars = sorted((bars for bars in history if len(bars)), key=lambda bars: bars.timeframe.ms)
        self._begin_ms = begin_ms
        self._rows: dict[str, _Rows | None] = {}

    @property
    def last_close(self) -> int:
        """Close of the newest bar in units of 1e-8; 0 where there is none."""
        if not self._bars:
            return 0
        newest = max(self._bars, key=lambda bars: int(bars.close_time[-1]))
        price: int = round(float(newest.close[-1]) * SCALE)
        return price

    def count(self, interval: str) -> int:
        """Give how many finished candles there are."""
        rows = self._of(interval)
        return 0 if rows is None else len(rows.time)

    def first_at_or_after(self, interval: str, time_ms: int) -> int:
        """Give the position of the first candle that opens then or later."""
        rows = self._of(interval)
        return 0 if rows is None else int(np.searchsorted(rows.time, time_ms))

    def candles(self, interval: str, start: int, stop: int) -> list[Candle]:
        """Give the candles at positions ``start:stop``."""
        rows = self._of(interval)
        if rows is None:
            return []
        return [rows.candle(interval, at) for at in range(max(0, start), min(stop, len(rows.time)))]

    def begun(self, interval: str) -> Running | None:
        """Give the candle that was begun before the market began: the coarsest bars first, finer ones after them.

        What belongs to the begun minute is left out of longer candles: it comes with the minute.
        """
        open_ms = cursor = open_of(interval, self._begin_ms)
        until_ms = self._begin_ms if interval == "1m" else open_of("1m", self._begin_ms)
        found: Running | None = None
        for bars in reversed(self._fitting(interval)):
            part = bars.between(cursor, until_ms)
            rows = _units(part)
            for at in range(len(part)):
                candle = rows.candle("1m", at)
                if found is None:
                    found = Running(open_ms, end_of(interval, open_ms), candle.open)
                found.fold(candle)
            if len(part):
                cursor = int(part.close_time[-1])
        return found

    def recent(self, start_ms: int) -> list[Candle]:
        """Give bars that open at `start_ms` or later without overlap, for figures of the last 24 hours.

        The begun minute is left out: it is counted where it goes on.
        """
        found: list[Candle] = []
        until_ms = open_of("1m", self._begin_ms)
        for bars in reversed(self._bars):
            if bars.timeframe.ms <= _DAY // 24:
                rows = _units(bars.between(start_ms, until_ms))
                found += [rows.candle("1m", at) for at in range(len(rows.time))]
                start_ms = max(start_ms, int(bars.close_time[-1]))
        return found

    def _fitting(self, interval: str) -> list[Bars]:
        """Give the bars that add up to the interval, finest first."""
        length = INTERVALS[interval] or _DAY
        return [bars for bars in self._bars if bars.timeframe.ms <= length and length % bars.timeframe.ms == 0]

    def _of(self, interval: str) -> _Rows | None:
        if interval not in self._rows:
            fitting = self._fitting(interval)
            self._rows[interval] = self._added_up(interval, fitting[-1]) if fitting else None
        return self._rows[interval]

    def _added_up(self, interval: str, bars: Bars) -> _Rows | None:
        rows = _units(bars.between(None, open_of(interval, self._begin_ms)))
        if not len(rows.time):
            return None
        if bars.timeframe.ms == INTERVALS[interval]:
            return rows
        buckets = _buckets(interval, rows.time)
        first = np.flatnonzero(np.r_[True, buckets[1:] != buckets[:-1]])
        last = np.r_[first[1:], len(buckets)] - 1
        opens, highs, lows, closes = rows.prices
        prices = (opens[first], np.maximum.reduceat(highs, first), np.minimum.reduceat(lows, first), closes[last])
        volume, quote = np.add.reduceat(rows.volume, first), np.add.reduceat(rows.quote, first)
        return _Rows(buckets[first], prices, volume, quote)


def _buckets(interval: str, time: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if interval == MONTH:
        months = time.astype("datetime64[ms]").astype("datetime64[M]")
        return months.astype("datetime64[ms]").astype(np.int64)
    length = INTERVALS[interval]
    origin = 4 * _DAY if interval == "1w" else 0
    return (time - origin) // length * length + origin


def _units(bars: Bars) -> _Rows:
    prices = [np.rint(values * SCALE).astype(np.int64) for values in (bars.open, bars.high, bars.low, bars.close)]
    mean = (bars.open + bars.high + bars.low + bars.close) / 4
    return _Rows(bars.time, prices, _counted(bars.volume), _counted(bars.volume * mean))


def _counted(values: npt.NDArray[np.float64]) -> Column:
    scaled: npt.NDArray[np.float64] = np.rint(values * SCALE)
    if float(scaled.sum()) < _LARGEST:
        return scaled.astype(np.int64)
    return np.array([int(value) for value in scaled], dtype=object)
