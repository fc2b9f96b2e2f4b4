"""Candles of all intervals, made of stored bars and of trades as they come; bounded."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from btbot.bars import Bars
from btbot.exchange.events import TradeEvent
from btbot.paper.candles import INTERVALS, Candle, Running, end_of, flat, open_of
from btbot.paper.stored import Stored

_COARSE = tuple(name for name in INTERVALS if name not in ("1s", "1m"))
_CHUNK = 500
Hole = tuple[int, int]


class CandleMemory:
    """Candles of one symbol.

    Trades go into the candle of their second; finished seconds go into the minute, finished minutes into all that is
    longer. So a trade costs the same whatever is asked for. A time without a trade gives a flat candle at the last
    price, as on Binance, except in `holes`, where the source has none either.

    Parameters
    ----------
    history
        Bars from before the market began.
    begin_ms
        When it begins; None begins at the end of `history`, or with the first trade.
    holes
        Spans ``[from, to)`` of market time in which no candle is to be made of silence.
    keep
        How many candles of each interval are kept of what was traded.
    """

    def __init__(
        self, history: Sequence[Bars], *, begin_ms: int | None = None, holes: Sequence[Hole] = (), keep: int = 5_000
    ) -> None:
        if begin_ms is None:
            begin_ms = max((int(bars.close_time[-1]) for bars in history if len(bars)), default=None)
        self.stored = Stored(history, begin_ms or 0)
        self.begin_ms = begin_ms
        self.now_ms = begin_ms or 0
        self.last_price = self._first_close = self.stored.last_close
        self.minute_end_ms = 0
        self._holes = sorted(holes)
        self._closed: dict[str, deque[Candle]] = {name: deque(maxlen=keep) for name in INTERVALS}
        self._running: dict[str, Running | None] = dict.fromkeys(INTERVALS)
        if begin_ms is not None:
            self._running.update({name: self.stored.begun(name) for name in ("1m", *_COARSE)})
            self.minute_end_ms = end_of("1m", open_of("1m", begin_ms))

    def trade(self, event: TradeEvent) -> None:
        """Take in one trade; times never go back."""
        if event.time_ms > self.now_ms:
            self.advance(event.time_ms)
        second = self._running["1s"]
        if second is None:
            if self.begin_ms is None:
                self.begin_ms = event.time_ms
            open_ms = open_of("1s", self.now_ms)
            second = self._running["1s"] = Running(open_ms, open_ms + 1_000, event.price)
        second.trade(event)
        self.last_price = event.price

    def advance(self, now_ms: int) -> None:
        """Let time pass: finish the candles whose time is over."""
        if now_ms <= self.now_ms:
            return
        self.now_ms = now_ms
        second = self._running["1s"]
        if second is not None and now_ms >= second.end_ms:
            self._finish_second(second)
        if now_ms >= self.minute_end_ms:
            self._finish_minute(now_ms)

    def candles(
        self, interval: str, *, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """Give candles, oldest first: from `start_ms` on, else the newest; those that open at `end_ms` or before.

        The newest is the running one, with `closed` False.
        """
        if start_ms is not None:
            return list(islice(self._forward(interval, start_ms, end_ms), limit))
        found = list(islice(self._backward(interval, end_ms), limit))
        return found[::-1]

    def traded(self, interval: str) -> Sequence[Candle]:
        """Give the finished candles that trades made, without the silent ones."""
        return self._closed[interval]

    def unfinished(self, interval: str) -> Running | None:
        """Give what is finished of the running candle of that interval, without the finer ones that run."""
        return self._running[interval]

    def _finish_second(self, second: Running) -> None:
        self._running["1s"] = None
        self._closed["1s"].append(second.candle(closed=True))
        self._into("1m", second)

    def _finish_minute(self, now_ms: int) -> None:
        minute = self._running["1m"]
        if minute is not None:
            self._running["1m"] = None
            self._closed["1m"].append(minute.candle(closed=True))
            for name in _COARSE:
                self._into(name, minute)
        for name in _COARSE:
            running = self._running[name]
            if running is not None and now_ms >= running.end_ms:
                self._running[name] = None
                self._closed[name].append(running.candle(closed=True))
        self.minute_end_ms = end_of("1m", open_of("1m", now_ms))

    def _into(self, interval: str, finer: Running) -> None:
        running = self._running[interval]
        if running is None:
            open_ms = open_of(interval, finer.open_ms)
            running = self._running[interval] = Running(open_ms, end_of(interval, open_ms), finer.open)
        running.fold(finer)

    def _current(self, interval: str) -> Candle | None:
        """Give the running candle: what is finished of it, the running minute and the running second."""
        names = {"1s": ("1s",), "1m": ("1m", "1s")}.get(interval, (interval, "1m", "1s"))
        open_ms = open_of(interval, self.now_ms)
        whole: Running | None = None
        for running in filter(None, map(self._running.get, names)):
            if whole is None:
                whole = Running(open_ms, end_of(interval, open_ms), running.open)
            whole.fold(running)
        if whole is not None:
            return whole.candle(closed=False)
        return self._silent(interval, open_ms, self.last_price, closed=False)

    def _silent(self, interval: str, open_ms: int, price: int, *, closed: bool) -> Candle | None:
        if not price:
            return None
        at = bisect_right(self._holes, open_ms, key=lambda hole: hole[0]) - 1
        if at >= 0 and end_of(interval, open_ms) <= self._holes[at][1]:
            return None
        return flat(interval, open_ms, price, closed=closed)

    def _first_open(self, interval: str) -> int:
        """Give the open time of the oldest candle that is known from trades."""
        held = self._closed[interval]
        if len(held) == held.maxlen:
            return held[0].open_ms
        return open_of(interval, self.begin_ms or 0)

    def _forward(self, interval: str, start_ms: int, end_ms: int | None) -> Iterator[Candle]:
        if self.begin_ms is None:
            return
        last = self.now_ms if end_ms is None else min(end_ms, self.now_ms)
        for candle in self._stored_from(interval, start_ms):
            if candle.open_ms > last:
                return
            yield candle
        held = list(self._closed[interval])
        cursor = max(_at_or_after(interval, start_ms), self._first_open(interval))
        at = bisect_left(held, cursor, key=lambda candle: candle.open_ms)
        price = held[at - 1].close if at else self._first_close
        while cursor <= last:
            found: Candle | None
            if at < len(held) and held[at].open_ms == cursor:
                found, price, at = held[at], held[at].close, at + 1
            elif end_of(interval, cursor) > self.now_ms:
                found = self._current(interval)
            else:
                found = self._silent(interval, cursor, price, closed=True)
            if found is not None:
                yield found
            cursor = end_of(interval, cursor)

    def _backward(self, interval: str, end_ms: int | None) -> Iterator[Candle]:
        if self.begin_ms is None:
            return
        held = list(self._closed[interval])
        cursor = open_of(interval, self.now_ms if end_ms is None else min(end_ms, self.now_ms))
        first = self._first_open(interval)
        at = bisect_right(held, cursor, key=lambda candle: candle.open_ms) - 1
        while cursor >= first:
            found: Candle | None
            if at >= 0 and held[at].open_ms == cursor:
                found, at = held[at], at - 1
            elif end_of(interval, cursor) > self.now_ms:
                found = self._current(interval)
            else:
                found = self._silent(interval, cursor, held[at].close if at >= 0 else self._first_close, closed=True)
            if found is not None:
                yield found
            cursor = open_of(interval, cursor - 1)
        yield from self._stored_until(interval, cursor)

    def _stored_from(self, interval: str, start_ms: int) -> Iterator[Candle]:
        at, count = self.stored.first_at_or_after(interval, start_ms), self.stored.count(interval)
        while at < count:
            yield from self.stored.candles(interval, at, at + _CHUNK)
            at += _CHUNK

    def _stored_until(self, interval: str, last_ms: int) -> Iterator[Candle]:
        """Give stored candles that open then or before, newest first."""
        at = self.stored.first_at_or_after(interval, last_ms + 1)
        while at > 0:
            yield from reversed(self.stored.candles(interval, at - _CHUNK, at))
            at -= _CHUNK


def _at_or_after(interval: str, time_ms: int) -> int:
    open_ms = open_of(interval, time_ms)
    return open_ms if open_ms == time_ms else end_of(interval, open_ms)
