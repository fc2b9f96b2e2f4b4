"""Stored candles as a market: prices take a way through each of them, with a book around it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from btbot.bars import Bars
from btbot.errors import DataError
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE
from btbot.paper.candle_memory import Hole
from btbot.paper.market.depth import calibrated, shape
from btbot.paper.market.maker import HALF_LIFE_MS, Maker
from btbot.paper.market.path import Bar, Print, path, prints_in, seconds

_REFILL_MS, _REFILLS = 15_000, 240  # at most that often, and that many times a bar


class CandleReplay:
    """Replay candles. The prints of a bar make just this candle again as long as no user trades.

    The way inside a bar is a model (`btbot.paper.market.path`), spread and depth are one
    (`btbot.paper.market.depth`), calibrated by bars that have closed: the book never knows what its bar will bring.
    The same bars, seed and orders give the same market.

    Parameters
    ----------
    symbol
        Its tick and step round prices inside of a bar and quantities; the bar's own four prices are taken as they are.
    bars
        Of any timeframe that divides a day or a week.
    start
        Position of the first bar that is played; those before it are history. None keeps 1,000 bars, or the first
        fifth of a shorter file.
    prints
        For each bar; None takes one a minute, 12 to 120.
    seed
        Of the ways and of the book.
    """

    def __init__(
        self,
        symbol: Symbol,
        bars: Bars,
        *,
        start: int | None = None,
        prints: int | None = None,
        seed: int = 0,
        half_life_ms: int = HALF_LIFE_MS,
    ) -> None:
        if not len(bars):
            raise DataError(f"{symbol.name}: there is no bar to replay; check the file and the start")
        self.symbol = symbol
        self._bars = bars
        self._start = min(1_000, len(bars) // 5) if start is None else start
        if not 0 <= self._start < len(bars):
            raise DataError(f"{symbol.name}: the replay is to start at bar {start}, there are {len(bars)}")
        self.start_ms = int(bars.time[self._start])
        self._prints = prints_in(bars.timeframe.ms) if prints is None else prints
        self._seed = seed
        self._maker = Maker(symbol.name, seed=seed, half_life_ms=half_life_ms)
        self._conditions = calibrated(bars.slice(0, max(1, self._start)))
        self._last_price = round(float(bars.close[self._start - 1]) * SCALE) if self._start else 0
        self._at = self._start
        self._way: list[Print] = []
        self._done = 0
        self._passed: list[Print] = []  # of a begun bar, before the start
        self._opens = False
        self._refill_ms = max(_REFILL_MS, bars.timeframe.ms // _REFILLS)
        self._last_ms = self.start_ms
        self._begin_bar()

    @property
    def holes(self) -> Sequence[Hole]:
        """Spans without candles inside of the part that is played."""
        ends, opens = self._bars.close_time[self._start : -1], self._bars.time[self._start + 1 :]
        return [(int(ends[at]), int(opens[at])) for at in np.flatnonzero(opens > ends)]

    def history(self) -> Sequence[Bars]:
        """Give the bars before the start, and the seconds of one that was begun by then."""
        finished = int(np.searchsorted(self._bars.close_time, self.start_ms, side="right"))
        bars = self._bars.slice(0, finished)
        return [bars, seconds(self._passed, bars.symbol)] if self._passed else [bars]

    def skip_to(self, market_ms: int) -> None:
        """Begin in the middle of a bar, or after the end: what was printed by then is history."""
        if market_ms <= self.start_ms:
            return
        bars = self._bars
        at = max(0, int(np.searchsorted(bars.time, market_ms, side="right")) - 1)
        finished = at + int(bars.close_time[at] <= market_ms)
        if finished > self._at:
            for before in range(self._at, finished):
                self._learn(before)
            self._at, self._last_price = finished, round(float(bars.close[finished - 1]) * SCALE)
            self._begin_bar()
        self._done = sum(one.time_ms <= market_ms for one in self._way)
        self._passed = self._way[: self._done]
        if self._passed:
            self._last_price = self._passed[-1].price
            if self._done == len(self._way):
                self._end_bar()
        self._start, self.start_ms, self._opens = at, market_ms + 1, True  # a print of just now is history

    def next_ms(self) -> int | None:
        """Give the time of the next print, or of the next look at the book between two prints of a bar."""
        if self._opens:
            return self.start_ms
        if self._done >= len(self._way):
            return None
        due = self._way[self._done].time_ms
        return min(due, self._last_ms + self._refill_ms) if self._done else due

    def step(self, exchange: Exchange) -> list[Event]:
        """Let the next print happen, or what was taken come back; at the end of the data nothing does."""
        if self._opens:
            self._opens = False
            self._last_ms = self.start_ms
            self._maker.open_at(exchange, self._last_price, self.start_ms)
            return []
        if self._done >= len(self._way):
            return []
        now = self._way[self._done]
        if self._done and now.time_ms > self._last_ms + self._refill_ms:
            self._last_ms += self._refill_ms
            self._maker.refill(exchange, self._last_ms)
            return []
        self._last_ms = now.time_ms
        self._done += 1
        events = self._maker.trade(exchange, now.price, now.quantity, now.taker, now.time_ms)
        if self._done == len(self._way):
            self._end_bar()
        return events

    def _begin_bar(self) -> None:
        """Draw the way through the bar; a silent one (no volume, price unmoved) is skipped."""
        symbol, bar = self.symbol, None
        while bar is None and self._at < len(self._bars):
            bar = self._bar(self._at)
            if not bar.volume and bar.open == bar.high == bar.low == self._last_price:
                self._at, bar = self._at + 1, None
        self._way, self._done = [], 0
        self._maker.shape = shape(
            self._conditions, self._last_price if bar is None else bar.open, tick=symbol.tick, step=symbol.step,
            min_notional=symbol.min_notional,
        )  # fmt: skip
        if bar is not None:
            random = Random(self._seed * 1_000_003 + bar.open_ms)
            self._way = path(bar, random, prints=self._prints, tick=symbol.tick, step=symbol.step)

    def _end_bar(self) -> None:
        self._last_price = self._way[-1].price
        self._learn(self._at)
        self._at += 1
        self._begin_bar()

    def _learn(self, at: int) -> None:
        bars = self._bars
        high, low, volume = float(bars.high[at]), float(bars.low[at]), float(bars.volume[at])
        self._conditions = self._conditions.after(high, low, volume, bars.timeframe.ms)

    def _bar(self, at: int) -> Bar:
        bars = self._bars
        open_ms = int(bars.time[at])
        values = (bars.open[at], bars.high[at], bars.low[at], bars.close[at], bars.volume[at])
        return Bar(open_ms, open_ms + bars.timeframe.ms, *(round(float(value) * SCALE) for value in values))
