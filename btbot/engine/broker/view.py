"""One data as the broker reads it: plain floats at the present bar."""

from __future__ import annotations

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

    __slots__ = ("_clock", "_closes", "_highs", "_lows", "_opens", "_times", "_volumes", "_whens", "data", "fresh",
                 "length_ms", "number")  # fmt: skip

    def __init__(self, number: int, data: Any) -> None:
        self.number, self.data = number, data
        lines = data.lines
        self._clock = lines.datetime
        # The host may append to these arrays while it loads, but never replaces them during a run.
        self._opens, self._highs, self._lows = lines.open.array, lines.high.array, lines.low.array
        self._closes, self._volumes, self._whens = lines.close.array, lines.volume.array, lines.datetime.array
        self._times = data.held.time
        self.length_ms: int = data.held.timeframe.ms
        self.fresh = True

    @property
    def bar(self) -> int:
        """Index of the present bar, -1 before the first."""
        return self._clock.lencount - 1  # type: ignore[no-any-return]

    @property
    def open(self) -> float:
        return self._opens[self._clock._idx]  # type: ignore[no-any-return]

    @property
    def high(self) -> float:
        return self._highs[self._clock._idx]  # type: ignore[no-any-return]

    @property
    def low(self) -> float:
        return self._lows[self._clock._idx]  # type: ignore[no-any-return]

    @property
    def close(self) -> float:
        return self._closes[self._clock._idx]  # type: ignore[no-any-return]

    @property
    def volume(self) -> float:
        return self._volumes[self._clock._idx]  # type: ignore[no-any-return]

    @property
    def when(self) -> float:
        """Backtrader's day number of the present bar's close."""
        return self._whens[self._clock._idx]  # type: ignore[no-any-return]

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
