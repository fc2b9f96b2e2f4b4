"""The mean price of the last minutes, weighted by quantity, as filters and avgPrice use it."""

from __future__ import annotations

from collections import deque

from btbot.exchange.units import SCALE

_SECOND = 1000


class Average:
    """Trades of one symbol, summed by second.

    Parameters
    ----------
    minutes
        How far back the mean goes; 0 stands for the last price.
    """

    __slots__ = ("_base", "_quote", "_seconds", "_span")

    def __init__(self, minutes: int) -> None:
        self._span = minutes * 60
        self._seconds: deque[list[int]] = deque()
        self._base = 0
        self._quote = 0

    def add(self, time_ms: int, quantity: int, quote: int) -> None:
        """Count a trade."""
        if not self._span:
            return
        second = time_ms // _SECOND
        seconds = self._seconds
        if seconds and seconds[-1][0] >= second:
            last = seconds[-1]
            last[1] += quantity
            last[2] += quote
        else:
            seconds.append([second, quantity, quote])
            self._forget(second)
        self._base += quantity
        self._quote += quote

    def price(self, time_ms: int) -> int:
        """Give the mean at a time, 0 where no trade was in the span."""
        self._forget(time_ms // _SECOND)
        return self._quote * SCALE // self._base if self._base else 0

    def _forget(self, second: int) -> None:
        """Drop the seconds that are no part of the span that ends with this one."""
        seconds, oldest = self._seconds, second - self._span
        while seconds and seconds[0][0] <= oldest:
            _, base, quote = seconds.popleft()
            self._base -= base
            self._quote -= quote
