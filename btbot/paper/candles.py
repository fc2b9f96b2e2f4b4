"""Candles of every interval that Binance knows, and how trades make them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

from btbot.exchange.events import TradeEvent

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_WEEK = 7 * _DAY
_MONDAY = 4 * _DAY  # 1970-01-05, the first Monday after the epoch
MONTH = "1M"
INTERVALS: dict[str, int] = {
    "1s": _SECOND,
    "1m": _MINUTE,
    "3m": 3 * _MINUTE,
    "5m": 5 * _MINUTE,
    "15m": 15 * _MINUTE,
    "30m": 30 * _MINUTE,
    "1h": _HOUR,
    "2h": 2 * _HOUR,
    "4h": 4 * _HOUR,
    "6h": 6 * _HOUR,
    "8h": 8 * _HOUR,
    "12h": 12 * _HOUR,
    "1d": _DAY,
    "3d": 3 * _DAY,
    "1w": _WEEK,
    MONTH: 0,  # as long as the month is
}


class Candle(NamedTuple):
    """One candle. Prices and amounts are units of 1e-8, times epoch milliseconds; `close_ms` is the last of its own.

    Attributes
    ----------
    volume, quote_volume
        Base and quote currency.
    taker_base, taker_quote
        The part that takers bought.
    closed
        False while its time is not over.
    """

    open_ms: int
    close_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int = 0
    quote_volume: int = 0
    trades: int = 0
    taker_base: int = 0
    taker_quote: int = 0
    closed: bool = True


def open_of(interval: str, time_ms: int) -> int:
    """Give the open time of the candle that contains `time_ms`: weeks begin on Monday, months on the first (UTC).

    Examples
    --------
    >>> open_of("1M", 1_709_213_400_000)
    1706745600000
    """
    if interval == MONTH:
        return _month(time_ms // _DAY)[0]
    length = INTERVALS[interval]
    origin = _MONDAY if interval == "1w" else 0
    return (time_ms - origin) // length * length + origin


def end_of(interval: str, open_ms: int) -> int:
    """Give the open time of the candle after the one that opens at `open_ms`."""
    return _month(open_ms // _DAY)[1] if interval == MONTH else open_ms + INTERVALS[interval]


def flat(interval: str, open_ms: int, price: int, *, closed: bool) -> Candle:
    """Give the candle of a time without trades: all four prices are the last one."""
    return Candle(open_ms, end_of(interval, open_ms) - 1, price, price, price, price, closed=closed)


@lru_cache(maxsize=1024)
def _month(day: int) -> tuple[int, int]:
    date = dt.date.fromordinal(day + 719_163)
    first = date.replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return (first.toordinal() - 719_163) * _DAY, (following.toordinal() - 719_163) * _DAY


class Running:
    """A candle that is still being made; `end_ms` is when it is over."""

    __slots__ = (
        "close", "end_ms", "high", "low", "open", "open_ms", "quote_volume", "taker_base", "taker_quote", "trades",
        "volume",
    )  # fmt: skip

    def __init__(self, open_ms: int, end_ms: int, price: int) -> None:
        self.open_ms, self.end_ms = open_ms, end_ms
        self.open = self.high = self.low = self.close = price
        self.volume = self.quote_volume = self.trades = self.taker_base = self.taker_quote = 0

    def trade(self, event: TradeEvent) -> None:
        """Take in one trade."""
        price = event.price
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.volume += event.quantity
        self.quote_volume += event.quote
        self.trades += 1
        if not event.buyer_is_maker:
            self.taker_base += event.quantity
            self.taker_quote += event.quote

    def fold(self, later: Running | Candle) -> None:
        """Take in a finer candle that follows what is here."""
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.quote_volume += later.quote_volume
        self.trades += later.trades
        self.taker_base += later.taker_base
        self.taker_quote += later.taker_quote

    def copy(self) -> Running:
        """Give one that can be folded without changing this one."""
        other = Running(self.open_ms, self.end_ms, self.open)
        other.fold(self)
        return other

    def candle(self, *, closed: bool) -> Candle:
        """Give what there is as a candle."""
        return Candle(
            self.open_ms, self.end_ms - 1, self.open, self.high, self.low, self.close, self.volume, self.quote_volume,
            self.trades, self.taker_base, self.taker_quote, closed,
        )  # fmt: skip
