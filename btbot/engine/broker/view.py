"""One data as the broker reads it: plain floats at the present bar."""

from __future__ import annotations

from array import array
from typing import Any

import pandas as pd


class View:
    """Reads a Backtrader data by index instead of through its line objects.

    Parameters
    ----------
    number
        Position of the symbol in the run.
    data
        A `btbot.feed.Feed` that Cerebro has started.

    Attributes
    ----------
    fresh
        True if the present bar closes now, False if the symbol has no bar at this time; the broker sets it.
    """

    __slots__ = ("_arrays", "_clock", "_times", "data", "fresh", "length_ms", "number")

    def __init__(self, number: int, data: Any) -> None:
        self.number, self.data = number, data
        self._clock = data.lines.datetime
        self._arrays: tuple[array[float], ...] | None = None
        self._times = data.held.time
        self.fresh = False
        self.length_ms: int = data.held.timeframe.ms

    def _lines(self) -> tuple[Any, ...]:
        """Return the arrays of open, high, low, close, volume, datetime; they exist once the run has begun."""
        if self._arrays is None:
            lines = self.data.lines
            names = ("open", "high", "low", "close", "volume", "datetime")
            self._arrays = tuple(getattr(lines, name).array for name in names)
        return self._arrays

    @property
    def bar(self) -> int:
        """Index of the present bar, -1 before the first."""
        return int(self._clock.lencount) - 1

    @property
    def open(self) -> float:
        return float(self._lines()[0][self._clock._idx])

    @property
    def high(self) -> float:
        return float(self._lines()[1][self._clock._idx])

    @property
    def low(self) -> float:
        return float(self._lines()[2][self._clock._idx])

    @property
    def close(self) -> float:
        return float(self._lines()[3][self._clock._idx])

    @property
    def volume(self) -> float:
        return float(self._lines()[4][self._clock._idx])

    @property
    def when(self) -> float:
        """Backtrader's day number of the present bar's close."""
        return float(self._lines()[5][self._clock._idx])

    @property
    def mark(self) -> float:
        """Price that values a position at the moment of a fill: the open of a bar that is new, else its close."""
        return self.open if self.fresh else self.close

    def worst(self, size: float) -> float:
        """Return the price of the present bar that hurts a position most; the last close if there is no bar."""
        if not self.fresh:
            return self.close
        return self.low if size > 0 else self.high

    def close_time(self, bar: int) -> int:
        """Return the close of a bar, epoch milliseconds UTC."""
        return int(self._times[bar]) + self.length_ms

    def stamp(self) -> str:
        """Return the open time of the present bar as ISO 8601 UTC."""
        if self.bar < 0:
            return "before the first bar"
        return pd.Timestamp(int(self._times[self.bar]), unit="ms", tz="UTC").isoformat().replace("+00:00", "Z")
