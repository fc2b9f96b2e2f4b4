"""The data gate over a series of any length: the same judges, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from btbot.data import faults, grid, oddities
from btbot.data.candles import BoolArray, Candles, counted, iso, rows_of
from btbot.data.check.holes import Finder, Holes, IntArray
from btbot.data.check.stream import Window, Windows, as_candles
from btbot.data.oddities import FLAT_RUN, OUTLIER_SCALES, SPIKE_TIMES
from btbot.data.store.columns import Columns, FloatArray
from btbot.records import Finding
from btbot.timeframe import Timeframe

_WINDOW = 1 << 16
_PLACES = 5
_KEPT = 100_000  # times of flawed candles; who has more needs another file, not a repair
_DAY_MS = 86_400_000
_AGAIN = "first at {first}; ask for them again with btbot data repair, or import a clean file over them"
_LOOK = "compare them with another source: btbot data check --against EXCHANGE"
_ERRORS = {
    faults.NAN: f"with NaN, {_AGAIN}",
    faults.INFINITY: f"with infinity, {_AGAIN}",
    faults.PRICE: f"with a price of 0 or less, {_AGAIN}",
    faults.RANGE: f"with high or low contradicting open or close, {_AGAIN}",
    faults.NEGATIVE_VOLUME: f"with a negative volume, {_AGAIN}",
    faults.UNIT: f"outside 1970 to 2100, {_AGAIN}",
}
_TEXTS = {
    **_ERRORS,
    oddities.OUTLIER: f"with a move of more than {OUTLIER_SCALES:g} times the usual of their surroundings, the largest "
    f"{{worst_percent:.0f}} % at {{worst_at}}; {_LOOK}",
    oddities.SPIKE: f"with more than {SPIKE_TIMES:g} times the usual volume of their surroundings, the largest "
    f"{{worst:.0f}} times at {{worst_at}}; {_LOOK}",
    oddities.FLAT: f"standing still in runs of {FLAT_RUN} or more, the longest of {{worst:.0f}} from {{worst_at}}; "
    "the source may have filled holes",
    oddities.ZERO_VOLUME: "({share:.3g} %) without volume, first {first}; orders would not have filled there",
    grid.EARLY: "older than 2009, first {first}, when no crypto currency was traded; check the file that they came "
    "from, or say --calendar stocks",
    grid.OFF_GRID: "not at a multiple of {timeframe}, first {first}; the series may hold two timeframes",
    grid.TIMEZONE: "that open {shift} after a multiple of {timeframe}, first {first}, which are all; the time zone of "
    "the file that they came from may be wrong",
}


@dataclass(slots=True)
class Tally:
    """What was counted of one kind: how many candles, the first places, and the worst one with its place."""

    count: int = 0
    places: list[int] = field(default_factory=list)
    worst: float = 0.0
    worst_at: int = 0

    def add(self, times: IntArray, values: FloatArray | None = None, *, count: int | None = None) -> None:
        """Count candles by their times; `values` say how bad each of them is."""
        self.count += len(times) if count is None else count
        self.places += times[: _PLACES - len(self.places)].tolist()
        if values is not None and len(values) and float(values.max()) > self.worst:
            self.worst, self.worst_at = float(values.max()), int(times[int(np.argmax(values))])

    def finding(self, symbol: str, kind: str, severity: str, text: str) -> Finding:
        """Return it as the data gate would."""
        return Finding(symbol, kind, severity, self.count, tuple(iso(at) for at in self.places), text)


class Judge:
    """Judge the candles of a series that come in pieces; errors, oddities and holes are counted.

    Parameters
    ----------
    symbol, timeframe
        Of the series.
    stocks, days
        Whether nights, weekends and holidays are natural, and which days are sessions; see `Finder`.
    window
        How many candles are judged at a time, a multiple of `btbot.data.oddities.BLOCK`.
    """

    def __init__(
        self,
        symbol: str,
        timeframe: Timeframe,
        *,
        stocks: bool,
        days: IntArray | None = None,
        window: int = _WINDOW,
    ) -> None:
        self._symbol, self._timeframe, self._stocks = symbol, timeframe, stocks
        self._tallies: dict[str, Tally] = {}
        self._windows = Windows(symbol, size=window, block=oddities.BLOCK)
        self._finder = Finder(timeframe, stocks=stocks, days=days)
        self._flat = _Flat()
        self.calm = Calm()
        self._shifts: set[int] = set()
        self._flawed: list[IntArray] = []
        self.rows = 0

    def take(self, part: Columns) -> None:
        """Take the next candles."""
        candles = as_candles(self._symbol, part)
        self.rows += len(candles)
        flawed = self._errors(candles)
        self.calm.take(candles.volume, self._finder.take(part.time))
        self._grid(candles)
        for window in self._windows.take(_measurable(part) if flawed else part):
            self._oddities(window)

    def finish(self) -> tuple[list[Finding], Holes, IntArray]:
        """Return the findings, the holes, and the times of the candles that contradict themselves."""
        for window in self._windows.rest():
            self._oddities(window)
        self._flat.finish(self._tally(oddities.FLAT))
        flawed = np.concatenate(self._flawed) if self._flawed else np.empty(0, np.int64)
        return list(self._findings()), self._finder.holes(), flawed

    @property
    def zero_volume(self) -> int:
        """How many candles have no volume."""
        return self._tally(oddities.ZERO_VOLUME).count

    def _tally(self, kind: str) -> Tally:
        return self._tallies.setdefault(kind, Tally())

    def _errors(self, candles: Candles) -> bool:
        """Count what the gate refuses, and return whether there was any."""
        flawed = np.zeros(len(candles), bool)
        for finding in faults.faults(candles):
            mask = _MASKS[finding.kind](candles)
            self._tally(finding.kind).add(candles.time[mask])
            flawed |= mask
        if flawed.any() and sum(map(len, self._flawed)) < _KEPT:
            self._flawed.append(candles.time[flawed][:_KEPT])
        return bool(flawed.any())

    def _grid(self, candles: Candles) -> None:
        if not self._stocks:
            self._tally(grid.EARLY).add(candles.time[candles.time < grid.BITCOIN_MS])
        elif self._timeframe.ms < _DAY_MS:
            return
        offset = (candles.time - self._timeframe.origin_ms) % self._timeframe.ms
        rows = rows_of(offset != 0)
        self._tally(grid.OFF_GRID).add(candles.time[rows])
        if len(self._shifts) < 2 and len(rows):
            self._shifts.update(np.unique(offset[rows])[:2].tolist())

    def _oddities(self, window: Window) -> None:
        """Count the oddities of a window, judged with its context."""
        whole, meant = window.candles, slice(window.begin, window.end)
        if len(whole) < 2:
            return
        with np.errstate(over="ignore"):  # quotients of absurd prices become infinite, and outliers
            steps, largest = oddities.moves(whole, self._timeframe)
            aligned = slice(window.skipped, None)
            outlying = np.r_[np.zeros(window.skipped, bool), oddities.outlying(steps[aligned], largest[aligned])]
            times = np.r_[np.zeros(window.skipped), oddities.spikes(whole.volume[aligned])]
        for kind, mask, values in ((oddities.OUTLIER, outlying, largest), (oddities.SPIKE, times > 0, times)):
            rows = rows_of(mask[meant]) + window.begin
            self._tally(kind).add(whole.time[rows], values[rows])
        self._tally(oddities.ZERO_VOLUME).add(whole.time[meant][whole.volume[meant] == 0])
        self._flat.take(whole.time[meant], oddities.standing_still(whole)[meant], self._tally(oddities.FLAT))

    def _findings(self) -> Iterator[Finding]:
        for kind, found in self._tallies.items():
            if not found.count:
                continue
            shifted = kind == grid.OFF_GRID and found.count == self.rows and len(self._shifts) == 1
            named = grid.TIMEZONE if shifted else kind
            severity = "error" if kind in _ERRORS else "warning"
            yield found.finding(self._symbol, named, severity, self._text(named, found))

    def _text(self, kind: str, found: Tally) -> str:
        text = f"{counted(found.count, 'candle')} {_TEXTS[kind]}"
        return text.format(
            first=iso(found.places[0]), worst=found.worst, worst_at=iso(found.worst_at),
            worst_percent=100 * float(np.expm1(min(found.worst, 700.0))), share=100 * found.count / self.rows,
            timeframe=self._timeframe, shift=grid.clock(min(self._shifts, default=0)),
        )  # fmt: skip


def _measurable(part: Columns) -> Columns:
    """Return the candles whose moves can be measured: of plausible time, with finite values and prices above zero."""
    kept = np.isfinite(part.values).all(axis=1) & (part.values[:, :4] > 0).all(axis=1)
    kept &= (part.time >= faults.EARLIEST_MS) & (part.time <= faults.LATEST_MS)
    return Columns(part.time[kept], part.values[kept])


def sound(symbol: str, part: Columns) -> Columns:
    """Return the candles among which the data gate finds no error."""
    candles = as_candles(symbol, part)
    flawed = np.logical_or.reduce([mask(candles) for mask in _MASKS.values()])
    return Columns(part.time[~flawed], part.values[~flawed])


class Calm:
    """How little is traded beside holes, compared with everywhere else."""

    def __init__(self) -> None:
        self._logarithms, self._counts = np.zeros(2), np.zeros(2)

    def take(self, volume: FloatArray, after: IntArray) -> None:
        """Take the next volumes, and the positions of those that follow a hole."""
        for number, part in enumerate((volume, volume[after])):
            traded = part[np.isfinite(part) & (part > 0)]
            self._logarithms[number] += np.log(traded).sum()
            self._counts[number] += len(traded)

    @property
    def ratio(self) -> float:
        """The geometric mean of the volumes after a hole, divided by that of all; 1 without any."""
        if not self._counts.all():
            return 1.0
        usual, after = self._logarithms / self._counts
        return float(np.exp(after - usual))


class _Flat:
    """Runs of candles that stand still, across the pieces."""

    def __init__(self) -> None:
        self._begin, self._length = 0, 0

    def take(self, time: IntArray, still: BoolArray, tally: Tally) -> None:
        """Take the next candles, each of which stands still or does not."""
        edges = np.flatnonzero(np.diff(np.r_[False, still, False]))
        starts, ends = edges[::2].tolist(), edges[1::2].tolist()
        if self._length and not (len(still) and still[0]):
            self.finish(tally)
        for start, end in zip(starts, ends, strict=True):
            if not (start == 0 and self._length):
                self._begin = int(time[start])
            self._length += end - start
            if end < len(still):
                self.finish(tally)

    def finish(self, tally: Tally) -> None:
        """End a run; count it if it is long."""
        if self._length >= FLAT_RUN:
            at = np.array([self._begin])
            tally.add(at, np.array([float(self._length)]), count=self._length)
        self._length = 0


def _prices(candles: Candles) -> tuple[FloatArray, ...]:
    return candles.open, candles.high, candles.low, candles.close


def _any(test: Callable[[FloatArray], BoolArray]) -> Callable[[Candles], BoolArray]:
    return lambda candles: np.logical_or.reduce([test(column) for column in (*_prices(candles), candles.volume)])


_MASKS: dict[str, Callable[[Candles], BoolArray]] = {
    faults.NAN: _any(np.isnan),
    faults.INFINITY: _any(np.isinf),
    faults.PRICE: lambda candles: np.fmin.reduce(_prices(candles)) <= 0,
    faults.RANGE: lambda candles: (
        (candles.high < np.fmax(candles.open, candles.close)) | (candles.low > np.fmin(candles.open, candles.close))
    ),
    faults.NEGATIVE_VOLUME: lambda candles: candles.volume < 0,
    faults.UNIT: lambda candles: (candles.time < faults.EARLIEST_MS) | (candles.time > faults.LATEST_MS),
}
