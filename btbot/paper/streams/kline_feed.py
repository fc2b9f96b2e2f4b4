"""``@kline_<interval>``: the running candle now and then, the finished one exactly once."""

from __future__ import annotations

import math
from collections.abc import Iterator

from btbot.exchange.events import TradeEvent
from btbot.paper.candles import Candle, Running, end_of, open_of
from btbot.paper.record import Record
from btbot.paper.streams.feed import Feed
from btbot.paper.streams.frames import kline

_MANY = 500
_POLL_MS = 1_000
_PART = "2h"  # every border of 6h and more in UTC+8 is one of 2h in UTC
_SAME = frozenset({"1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "8h"})


class KlineFeed(Feed):
    """Candles of one interval.

    A candle is told as closed before the first trade after it, or when the market's time passes its end. Between that
    the running one is told at most every 2 s (1 s for ``1s``) of the clock, and only after trades.
    """

    def start(self, now_ms: int, market_ms: int) -> None:
        self._interval, self._shift = self.stream.interval, self.stream.offset_ms
        if self._interval in _SAME:
            self._shift = 0
        self._open_ms = self._opening(market_ms)
        self._close_ms = self._after(self._open_ms) - 1
        self._traded = True
        self._update_ms = now_ms + self.stream.every_ms
        self._plan(now_ms)

    def on_trade(self, event: TradeEvent) -> None:
        if event.time_ms > self._close_ms:
            self._close_up(event.time_ms, event.id - 1)
        self._traded = True

    def on_time(self, market_ms: int) -> None:
        """Tell what is over, even where no trade has come since."""
        record = self.record
        if record is not None and market_ms > self._close_ms:
            self._close_up(market_ms, _last_id(record))

    def tick(self, now_ms: int, market_ms: int) -> None:
        record = self.record
        if record is not None and now_ms >= self._update_ms:
            self._update(record, market_ms)
        while self._update_ms <= now_ms:
            self._update_ms += self.stream.every_ms
        self._plan(now_ms)

    def _update(self, record: Record, market_ms: int) -> None:
        if not self._traded:
            return
        self._traded = False
        record.advance(market_ms)
        for candle in self._candles(record, market_ms):
            self._tell(candle, _last_id(record), closed=False, now_ms=market_ms)

    def _close_up(self, until_ms: int, last_id: int) -> None:
        """Tell every candle that is over at a market time; `last_id` is the last trade before it."""
        record = self.record
        if record is not None:
            record.advance(until_ms)
            for candle in self._candles(record, until_ms):
                if candle.close_ms < until_ms:
                    self._tell(candle, last_id, closed=True, now_ms=until_ms)
        self._open_ms = self._opening(until_ms)
        self._close_ms = self._after(self._open_ms) - 1
        self._traded = True

    def _tell(self, candle: Candle, last_id: int, *, closed: bool, now_ms: int) -> None:
        ids = (max(last_id - candle.trades + 1, 0), last_id) if candle.trades else (-1, -1)
        self.send(kline(self.stream.symbol, self._interval, candle, ids, closed=closed, now_ms=now_ms))

    def _candles(self, record: Record, until_ms: int) -> Iterator[Candle]:
        """Give the candles that were not told as closed yet, up to the running one."""
        open_ms = self._open_ms
        if self._shift:
            while open_ms <= until_ms:
                candle = _joined(record, open_ms, self._after(open_ms))
                if candle is not None:
                    yield candle
                open_ms = self._after(open_ms)
            return
        while True:
            found = record.candles(self._interval, start_ms=open_ms, end_ms=until_ms, limit=_MANY)
            yield from found
            if len(found) < _MANY:
                return
            open_ms = found[-1].close_ms + 1

    def _opening(self, market_ms: int) -> int:
        return open_of(self._interval, market_ms + self._shift) - self._shift

    def _after(self, open_ms: int) -> int:
        return end_of(self._interval, open_ms + self._shift) - self._shift

    def _plan(self, now_ms: int) -> None:
        """Come back when the candle is over, and often enough to see that the market's speed has changed."""
        speed = self.venue.market_clock.speed
        left = self._close_ms + 1 - self.venue.market_ms()
        over = math.ceil(left / speed) if 0 < speed < math.inf else _POLL_MS
        self.due_ms = now_ms + min(max(over, 1), _POLL_MS, self._update_ms - now_ms)


def _last_id(record: Record) -> int:
    return -1 if record.last_trade is None else record.last_trade.id


def _joined(record: Record, open_ms: int, end_ms: int) -> Candle | None:
    total: Running | None = None
    for part in record.candles(_PART, start_ms=open_ms, end_ms=end_ms - 1, limit=_MANY):
        if total is None:
            total = Running(open_ms, end_ms, part.open)
        total.fold(part)
    return None if total is None else total.candle(closed=False)
