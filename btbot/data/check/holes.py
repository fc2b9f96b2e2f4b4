"""Spans in which a series has no candle, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from btbot.data.grid import LONGEST_CLOSURE_MS, weekdays_between
from btbot.timeframe import Timeframe

IntArray = npt.NDArray[np.int64]
UNEXPLAINED, OUTAGE, COMMON, QUIET, EMPTY = "unexplained", "outage", "likely outage", "no trades", "answered empty"
_DAY_MS = 86_400_000
KINDS = (UNEXPLAINED, OUTAGE, COMMON, QUIET, EMPTY)


@dataclass(frozen=True, slots=True)
class Hole:
    """Candles that are not there.

    Parameters
    ----------
    start, end
        Open of the first one and of the candle after the last one, epoch milliseconds UTC.
    bars
        How many they are; of stocks, trading days.
    kind
        One of `KINDS`.
    note
        What makes it of this kind.
    """

    start: int
    end: int
    bars: int
    kind: str = UNEXPLAINED
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Holes:
    """The holes of a series in the order of time, as arrays: a quiet market has a million of them.

    Parameters
    ----------
    start, end, bars
        int64 of shape (n,), see `Hole`.
    kind
        int8 of shape (n,), positions in `KINDS`.
    notes
        By position; most have none.
    """

    start: IntArray
    end: IntArray
    bars: IntArray
    kind: npt.NDArray[np.int8]
    notes: dict[int, str]

    @classmethod
    def unexplained(cls, start: IntArray, end: IntArray, bars: IntArray) -> Holes:
        """Return holes of which nothing else is known."""
        return cls(start, end, bars, np.zeros(len(start), np.int8), {})

    @classmethod
    def none(cls) -> Holes:
        """Return no holes."""
        return cls.unexplained(*(np.empty(0, np.int64) for _ in range(3)))

    def __len__(self) -> int:
        return len(self.start)

    def __iter__(self) -> Iterator[Hole]:
        return (self[at] for at in range(len(self)))

    def __getitem__(self, at: int) -> Hole:
        start, end, bars = int(self.start[at]), int(self.end[at]), int(self.bars[at])
        return Hole(start, end, bars, KINDS[self.kind[at]], self.notes.get(at, ""))

    def of(self, kind: str) -> IntArray:
        """Return the positions of one kind."""
        return np.flatnonzero(self.kind == KINDS.index(kind))

    def count(self) -> dict[str, int]:
        """Return how many holes there are of each kind that occurs."""
        found = {kind: len(self.of(kind)) for kind in KINDS}
        return {kind: number for kind, number in found.items() if number}

    def marked(self, at: IntArray, kind: str, notes: dict[int, str]) -> Holes:
        """Return them with some called otherwise."""
        kinds = self.kind.copy()
        kinds[at] = KINDS.index(kind)
        return Holes(self.start, self.end, self.bars, kinds, {**self.notes, **notes})


class Finder:
    """Find the holes in times that come in pieces.

    Parameters
    ----------
    timeframe
        Of the candles.
    stocks
        Whether nights, weekends and holidays are no holes: then only breaks of more than four days are.
    days
        Of stocks: the days of all sessions if they are known, as numbers since 1970. Then every session without a
        candle is a hole.
    """

    def __init__(self, timeframe: Timeframe, *, stocks: bool, days: IntArray | None = None) -> None:
        self._timeframe = timeframe
        self._days = days
        self._longest = (LONGEST_CLOSURE_MS if days is None else _DAY_MS) if stocks else timeframe.ms
        self._stocks = stocks
        self._last: int | None = None
        self._found: list[tuple[IntArray, IntArray, IntArray]] = []

    def take(self, time: IntArray) -> IntArray:
        """Take the next times; return the positions of those that follow a hole."""
        if not len(time):
            return np.empty(0, np.int64)
        former = [] if self._last is None else [self._last]
        known = np.r_[np.array(former, np.int64), time]
        self._last = int(time[-1])
        steps = np.diff(known)
        at = np.flatnonzero(steps > self._longest)
        bars = self._bars(known[at], known[at + 1])
        at, bars = at[bars > 0], bars[bars > 0]
        self._found.append((known[at] + self._timeframe.ms, known[at + 1], bars))
        return at + 1 - len(former)

    def holes(self) -> Holes:
        """Return what was found."""
        if not self._found:
            return Holes.none()
        return Holes.unexplained(*(np.concatenate(column) for column in zip(*self._found, strict=True)))

    def _bars(self, before: IntArray, after: IntArray) -> IntArray:
        if self._days is not None:
            after_it, before_it = before // _DAY_MS + 1, after // _DAY_MS
            return np.searchsorted(self._days, before_it) - np.searchsorted(self._days, after_it)
        if self._stocks:
            return weekdays_between(before, after)
        length = self._timeframe.ms
        return np.asarray((after - before + length // 2) // length - 1)
