"""Two series of the same prices side by side: two timeframes of one market, or one market of two exchanges."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sqlalchemy import Connection

from btbot.bars import COLUMNS
from btbot.data.candles import counted, iso
from btbot.data.check.buckets import whole_buckets
from btbot.data.check.stream import ROWS, following, reach
from btbot.data.store import Series, rows
from btbot.data.store.columns import EMPTY, Columns, FloatArray, IntArray
from btbot.records import Finding
from btbot.timeframe import Timeframe

TIMEFRAMES, SOURCES = "timeframes", "sources"
_VOLUME = 1e-6  # sums of floats, and of volumes that an exchange rounded
_PLACES = 5
_CLOSE = 3
_LAGS = (0, -2, -1, 1, 2)
_TOO_MANY = 0.01  # share of closes beyond the tolerance from which on two sources are not of one market
_BINS = np.r_[0.0, np.logspace(-8, 1, 361), np.inf]


def side_by_side(connection: Connection, left: Series, right: Series) -> Iterator[tuple[Columns, Columns]]:
    """Yield the candles of two series in the longer of their timeframes, span by span, where both reach.

    Candles of the finer one that are not complete are left out.
    """
    longer = max(left.timeframe, right.timeframe)
    step = max(ROWS * min(left.timeframe.ms, right.timeframe.ms) // longer.ms, 1) * longer.ms
    ours, theirs = reach(connection, left), reach(connection, right)
    if ours is None or theirs is None:
        return
    at: int | None = longer.floor(max(ours[0], theirs[0]))
    stop = min(ours[1] + left.timeframe.ms, theirs[1] + right.timeframe.ms)
    while at is not None and at < stop:
        end = min(at + step, stop)
        yield _in(connection, left, at, end, longer), _in(connection, right, at, end, longer)
        ahead = [following(connection, one, end) for one in (left, right)]
        at = None if None in ahead else longer.floor(max(start for start in ahead if start is not None))


def _in(connection: Connection, of: Series, start: int, end: int, wanted: Timeframe) -> Columns:
    found = rows.read(connection, [of.id], start, end, at_most=[(end - start) // of.timeframe.ms]).get(of.id, EMPTY)
    return found if of.timeframe == wanted else whole_buckets(found, of.timeframe, wanted)


class Timeframes:
    """Compare the candles of a series with those that a finer series makes.

    Parameters
    ----------
    of, finer
        Two series of one market.
    """

    def __init__(self, of: Series, finer: Series) -> None:
        self._of, self._finer = of, finer
        self._compared = self._differing = 0
        self._fields = dict.fromkeys(COLUMNS, 0)
        self._places: list[int] = []

    def take(self, ours: Columns, made: Columns) -> None:
        """Compare candles of the same span."""
        common, at, there = _common(ours.time, made.time)
        values, others = ours.values[at], made.values[there]
        different = values != others
        different[:, -1] = np.abs(values[:, -1] - others[:, -1]) > _VOLUME * np.abs(others[:, -1])
        self._compared += len(common)
        for name, column in zip(COLUMNS, different.T, strict=True):
            self._fields[name] += int(column.sum())
        rows_ = different.any(axis=1)
        self._differing += int(rows_.sum())
        self._places += common[rows_][: _PLACES - len(self._places)].tolist()

    def findings(self) -> Iterator[Finding]:
        """Yield what was found."""
        if not self._compared:
            return
        symbol, length = self._of.symbol, self._finer.timeframe
        if not self._differing:
            text = f"{counted(self._compared, 'candle')} are what those of {length} make"
            yield Finding(symbol, TIMEFRAMES, "notice", self._compared, (), text)
            return
        fields = ", ".join(f"{name} of {count:,}" for name, count in self._fields.items() if count)
        text = (
            f"{self._differing:,} of {counted(self._compared, 'candle')} are not what those of {length} make: "
            f"{fields}, first at {iso(self._places[0])}; one of the two is wrong, or the exchange counts them "
            f"differently: compare both with btbot data check --against {self._of.exchange}"
        )
        yield Finding(symbol, TIMEFRAMES, "warning", self._differing, tuple(map(iso, self._places)), text)


class Sources:
    """Compare a series with that of somebody else.

    Parameters
    ----------
    of
        The series.
    name
        What the other source is called.
    tolerance
        By how much closes may differ, as a fraction; None where every value must be the same.
    """

    def __init__(self, of: Series, name: str, *, tolerance: float | None) -> None:
        self._of, self._name, self._tolerance = of, name, tolerance
        self._compared = self._beyond = self._only_here = self._only_there = 0
        self._places: list[int] = []
        self._worst, self._worst_at = 0.0, 0
        self._spread = np.zeros(len(_BINS) - 1, np.int64)
        self._apart = {lag: (0.0, 0) for lag in _LAGS}

    def take(self, ours: Columns, theirs: Columns) -> None:
        """Compare candles of the same span."""
        common, at, there = _common(ours.time, theirs.time)
        values, others = ours.values[at], theirs.values[there]
        apart = distance(values[:, _CLOSE], others[:, _CLOSE])
        beyond = (values != others).any(axis=1) if self._tolerance is None else apart > self._tolerance
        self._compared += len(common)
        self._only_here += len(ours.time) - len(common)
        self._only_there += len(theirs.time) - len(common)
        self._beyond += int(beyond.sum())
        self._places += common[beyond][: _PLACES - len(self._places)].tolist()
        self._spread += np.histogram(apart, _BINS)[0]
        if len(apart) and float(apart.max()) > self._worst:
            self._worst, self._worst_at = float(apart.max()), int(common[int(np.argmax(apart))])
        for lag in _LAGS:
            self._lag(lag, ours, theirs)

    def findings(self) -> Iterator[Finding]:
        """Yield what was found."""
        symbol, shift = self._of.symbol, self._shift()
        facts = f"{counted(self._compared, 'candle')} compared with {self._name}"
        if not self._compared:
            text = f"{self._name} has no candle at a time of this series; nothing was compared"
            yield Finding(symbol, SOURCES, "warning", 0, (), text)
        elif shift:
            text = (
                f"{facts}: those of {self._name} fit when moved by {counted(shift, 'candle')}; one of the two is of "
                "another time zone, or takes the close of a candle as its time: import it again"
            )
            yield Finding(symbol, SOURCES, "error", self._compared, (), text)
        else:
            beside = f"{self._only_here:,} are only here, {self._only_there:,} only there"
            yield self._exact(facts, beside) if self._tolerance is None else self._near(facts, beside)

    def _exact(self, facts: str, beside: str) -> Finding:
        if not self._beyond:
            return self._finding("warning" if self._only_there else "notice", f"{facts}, all the same; {beside}")
        return self._finding(
            "error",
            f"{facts}: {self._beyond:,} differ, first at {iso(self._places[0])}; {beside}; either the exchange changed "
            "them or something else wrote them here: import or download them again",
        )

    def _near(self, facts: str, beside: str) -> Finding:
        largest = f"{self._worst:.3g} at {iso(self._worst_at)}" if self._worst else "0"
        closes = f"the middle one of all differences is {self._median():.2g}, the largest {largest}"
        if not self._beyond:
            return self._finding(
                "notice", f"{facts}, no closes more than {self._tolerance:g} apart: {closes}; {beside}"
            )
        severity = "error" if self._beyond > _TOO_MANY * self._compared else "warning"
        apart = f"{self._beyond:,} of their closes are more than {self._tolerance:g} apart"
        return self._finding(severity, f"{facts}: {apart}: {closes}; {beside}")

    def _finding(self, severity: str, text: str) -> Finding:
        return Finding(self._of.symbol, SOURCES, severity, self._beyond, tuple(map(iso, self._places)), text)

    def _median(self) -> float:
        at = int(np.searchsorted(np.cumsum(self._spread), (self._compared + 1) // 2))
        return float(_BINS[at])

    def _lag(self, lag: int, ours: Columns, theirs: Columns) -> None:
        _, at, there = _common(ours.time, theirs.time + lag * self._of.timeframe.ms)
        total, count = self._apart[lag]
        apart = distance(ours.values[at, _CLOSE], theirs.values[there, _CLOSE])
        self._apart[lag] = total + float(np.minimum(apart, 1.0).sum()), count + len(at)

    def _shift(self) -> int:
        """Return by how many candles the other series is late, 0 if it is not."""
        means = {lag: total / count for lag, (total, count) in self._apart.items() if count}
        if 0 not in means:
            return 0
        best = min(means, key=lambda lag: means[lag])
        return best if means[best] < means[0] / 2 else 0


def distance(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return by which fraction prices are apart; infinity where one of them is none.

    Examples
    --------
    >>> distance(np.array([101.0, 0.0, -1.0]), np.array([100.0, 0.0, -1.0])).round(4).tolist()
    [0.01, inf, inf]
    """
    prices = (left > 0) & (right > 0)
    return np.asarray(np.abs(np.divide(left, right, out=np.full(len(left), np.inf), where=prices) - 1))


def _common(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    return np.intersect1d(left, right, assume_unique=True, return_indices=True)
