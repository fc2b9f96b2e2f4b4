"""What the market remembers of one symbol: candles of every interval, trades, and the figures of the last day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from btbot.bars import Bars
from btbot.exchange.events import TradeEvent
from btbot.exchange.units import SCALE
from btbot.paper.candle_memory import CandleMemory, Hole
from btbot.paper.candles import Candle, Running

_DAY_MS, _MINUTE_MS = 86_400_000, 60_000


class Aggregate(NamedTuple):
    """Trades of one taker order at one price and time, as one."""

    id: int
    price: int
    quantity: int
    first_id: int
    last_id: int
    time_ms: int
    buyer_is_maker: bool
    taker_id: int


@dataclass(frozen=True, slots=True)
class Day:
    """Figures of a rolling window of 24 hours; units of 1e-8, ids -1 and prices 0 where nothing was traded.

    Attributes
    ----------
    previous_close
        Last price before the window, as far as it is known to the minute; else the first one in it.
    average
        Weighted by volume.
    """

    open_ms: int
    close_ms: int
    open: int
    high: int
    low: int
    last: int
    last_quantity: int
    previous_close: int
    average: int
    volume: int
    quote_volume: int
    trades: int
    first_id: int
    last_id: int


class Record:
    """The memory of one symbol's market, bounded: stored bars begin it, trades go on.

    Parameters
    ----------
    symbol
        Such as ``BTCUSDT``.
    history, begin_ms, holes, keep
        See `btbot.paper.candle_memory.CandleMemory`; a market gives ``history()``, ``start_ms`` and ``holes``.
    keep_trades
        How many trades, and how many aggregates.
    next_aggregate_id
        None begins with the id of the first trade: where those never come twice, neither do these.
    """

    def __init__(
        self,
        symbol: str,
        *,
        history: Sequence[Bars] = (),
        begin_ms: int | None = None,
        holes: Sequence[Hole] = (),
        keep: int = 5_000,
        keep_trades: int = 50_000,
        next_aggregate_id: int | None = None,
    ) -> None:
        self.symbol = symbol
        self.last_trade: TradeEvent | None = None
        self._candles = CandleMemory(history, begin_ms=begin_ms, holes=holes, keep=keep)
        self._trades: deque[TradeEvent] = deque(maxlen=keep_trades)
        self._aggregates: deque[Aggregate] = deque(maxlen=keep_trades)
        self._next_aggregate_id = next_aggregate_id
        self._minutes: tuple[int, Running | None, int] = (-1, None, 0)
        self._previous = 0  # close of the minute before the last 24 hours

    @property
    def last_price(self) -> int:
        """Of the last trade, else the last close of the history; 0 where there is neither."""
        return self._candles.last_price

    @property
    def now_ms(self) -> int:
        """Market time up to which the candles are finished."""
        return self._candles.now_ms

    def on_trade(self, event: TradeEvent) -> None:
        """Take in one trade; times never go back."""
        self._candles.trade(event)
        self.last_trade = event
        self._trades.append(event)
        self._aggregate(event)

    def advance(self, now_ms: int) -> None:
        """Let time pass: finish the candles whose time is over."""
        self._candles.advance(now_ms)

    def candles(
        self, interval: str, *, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """Give candles, oldest first: from `start_ms` on, else the newest; those that open at `end_ms` or before.

        The newest is the running one, with `closed` False.
        """
        return self._candles.candles(interval, start_ms=start_ms, end_ms=end_ms, limit=limit)

    def trades(self, limit: int = 500, from_id: int | None = None) -> list[TradeEvent]:
        """Give the newest trades, or those from an id on; oldest first."""
        count = len(self._trades)
        if from_id is None or not count:
            return list(islice(self._trades, max(0, count - limit), count))
        begin = max(0, from_id - self._trades[0].id)
        return list(islice(self._trades, begin, begin + limit))

    def aggregates(
        self, *, from_id: int | None = None, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[Aggregate]:
        """Give aggregate trades, oldest first: from an id or a time (both included), else the newest."""
        held = list(self._aggregates)
        stop = len(held) if end_ms is None else bisect_right(held, end_ms, key=lambda entry: entry.time_ms)
        if from_id is not None:
            begin = bisect_left(held, from_id, key=lambda entry: entry.id)
        elif start_ms is not None:
            begin = bisect_left(held, start_ms, key=lambda entry: entry.time_ms)
        else:
            begin = max(0, stop - limit)
        return held[begin : min(stop, begin + limit)]

    def average_price(self, minutes: int = 5) -> int:
        """Give the price of the last minutes weighted by volume; the last price where nothing was traded."""
        earliest = self.now_ms - minutes * _MINUTE_MS
        running = self._candles.unfinished("1s")
        volume, quote = (running.volume, running.quote_volume) if running is not None else (0, 0)
        for candle in reversed(self._candles.traded("1s")):
            if candle.open_ms < earliest:
                break
            volume += candle.volume
            quote += candle.quote_volume
        return quote * SCALE // volume if volume else self.last_price

    def day(self) -> Day:
        """Give the figures of the last 24 hours of market time, to the minute."""
        total, live = self._last_minutes()
        for name in ("1m", "1s"):
            running = self._candles.unfinished(name)
            if running is not None:
                live += running.trades
                total = _joined(total, running)
        last = self.last_trade
        last_id = -1 if last is None else last.id
        if total is None:
            total = Running(self.now_ms, self.now_ms, self.last_price)
        return Day(
            open_ms=self.now_ms - _DAY_MS,
            close_ms=self.now_ms,
            open=total.open,
            high=total.high,
            low=total.low,
            last=self.last_price,
            last_quantity=0 if last is None else last.quantity,
            previous_close=self._previous or total.open,
            average=total.quote_volume * SCALE // total.volume if total.volume else self.last_price,
            volume=total.volume,
            quote_volume=total.quote_volume,
            trades=total.trades,
            first_id=max(last_id - live + 1, self._trades[0].id) if live and last is not None else -1,
            last_id=last_id if live else -1,
        )

    def _aggregate(self, event: TradeEvent) -> None:
        taker_id = event.sell_order_id if event.buyer_is_maker else event.buy_order_id
        last = self._aggregates[-1] if self._aggregates else None
        same = (event.time_ms, event.price, event.buyer_is_maker, taker_id)
        if last is not None and same == (last.time_ms, last.price, last.buyer_is_maker, last.taker_id):
            self._aggregates[-1] = last._replace(quantity=last.quantity + event.quantity, last_id=event.id)
            return
        number = event.id if self._next_aggregate_id is None else self._next_aggregate_id
        self._next_aggregate_id = number + 1
        alone = Aggregate(
            number, event.price, event.quantity, event.id, event.id, event.time_ms, event.buyer_is_maker, taker_id
        )
        self._aggregates.append(alone)

    def _last_minutes(self) -> tuple[Running | None, int]:
        """Add up the finished minutes of the last day, and their trades; kept until the next minute is finished."""
        known, total, live = self._minutes
        minute_end = self._candles.minute_end_ms
        if known != minute_end:
            earliest = self.now_ms - _DAY_MS
            minutes = [candle for candle in self._candles.traded("1m") if candle.open_ms >= earliest]
            before = self._candles.stored.recent(earliest) if earliest < (self._candles.begin_ms or 0) else []
            minute = self.candles("1m", end_ms=earliest - _MINUTE_MS, limit=1)
            self._previous = minute[0].close if minute else 0
            total = None
            for candle in (*before, *minutes):
                total = _joined(total, candle)
            live = sum(candle.trades for candle in minutes)
            self._minutes = (minute_end, total, live)
        return None if total is None else total.copy(), live


def _joined(total: Running | None, later: Running | Candle) -> Running:
    if total is None:
        total = Running(later.open_ms, later.open_ms, later.open)
    total.fold(later)
    return total
