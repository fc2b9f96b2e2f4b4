"""Why candles are missing: what the other symbols, the trading around them, and the exchange's own answers say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, exists, select

from btbot.data.check.holes import COMMON, EMPTY, KINDS, QUIET, Holes, IntArray
from btbot.data.check.stream import reach
from btbot.data.store import Series
from btbot.data.store.schema import candles, series
from btbot.timeframe import Timeframe

_AROUND = 240  # candles on either side that say how often nobody trades
_LEAST_EXPECTED = 0.01  # a run of quiet candles that is less likely than this is not one
_COMPARED = 2_000  # holes of a series that are looked for in others
_IDS = 500  # of one query
_CALM = 0.5
_FEW = 30  # holes; fewer say nothing about what an exchange leaves out
_LONGEST_OUTAGE_MS = 3 * 86_400_000  # the longest of Binance took 33 hours; what is longer was never downloaded


class Neighbours:
    """Series of the same exchange and market, and how far each reaches.

    Parameters
    ----------
    of
        All of them, of every symbol and timeframe.
    """

    def __init__(self, of: Sequence[Series]) -> None:
        self._of = of
        self._ends: dict[int, tuple[int, int] | None] = {}

    def telling(self, connection: Connection, of: Series) -> dict[int, tuple[int, int]]:
        """Return key and ends of one series of every other symbol, the finest one, if it is fine enough."""
        able = [one for one in self._of if one.symbol != of.symbol and one.timeframe <= of.timeframe]
        finest = {one.symbol: one for one in sorted(able, key=lambda one: one.timeframe, reverse=True)}
        for one in finest.values():
            if one.id not in self._ends:
                self._ends[one.id] = reach(connection, one)
        return {one.id: ends for one in finest.values() if (ends := self._ends[one.id]) is not None}

    def finer(self, of: Series) -> Series | None:
        """Return the coarsest series of the same symbol of which its candles can be made; None without any."""
        able = [one for one in self._of if one.symbol == of.symbol and one.timeframe < of.timeframe]
        return max((one for one in able if of.timeframe.ms % one.timeframe.ms == 0), key=_length, default=None)


def leaves_out(holes: Holes, *, zero_volume: int, calm: float) -> bool:
    """Return whether a series looks like one of an exchange that sends no candle where nobody traded.

    Its holes are many, most of them of one candle, and lie where little is traded; and no candle is without volume.

    Parameters
    ----------
    zero_volume
        How many candles have no volume.
    calm
        The usual volume beside a hole, divided by that of all candles: about 0.1 of Bitfinex's minutes, and 1 where
        candles were lost by chance.
    """
    many = len(holes) >= _FEW and float(np.median(holes.bars)) == 1.0
    return many and zero_volume == 0 and calm < _CALM


def mark_quiet(holes: Holes, timeframe: Timeframe, *, rows: int, documented: bool) -> Holes:
    """Return holes of which those are marked in which, by all that is around them, nobody traded.

    If `q` of the candles around a hole are missing, a run of `n` missing ones is expected ``rows * q**n`` times in the
    series; a hole that is expected less than once in a hundred such series has another reason.

    Parameters
    ----------
    rows
        Length of the series.
    documented
        Whether the exchange says that it leaves such candles out; then a lone hole may be one, too.
    """
    around = _AROUND * timeframe.ms
    missing = np.r_[0, np.cumsum(holes.bars)]
    low = np.searchsorted(holes.end, holes.start - around, side="right")
    high = np.searchsorted(holes.start, holes.end + around, side="left")
    others = missing[high] - missing[low] - holes.bars
    share = np.clip((others + documented) / (2 * _AROUND + documented), 0.0, 0.999)
    quiet = (rows * share**holes.bars >= _LEAST_EXPECTED) & (holes.kind == 0)
    at = np.flatnonzero(quiet)
    return holes.marked(at, QUIET, {})


def mark_common(connection: Connection, holes: Holes, of: Series, neighbours: Neighbours) -> Holes:
    """Return holes of which those are marked that every other symbol has whose candles can tell.

    Parameters
    ----------
    of
        The series of the holes.
    neighbours
        The series of the same exchange and market.
    """
    short = (holes.kind == 0) & (holes.end - holes.start <= _LONGEST_OUTAGE_MS)
    if not short.any():
        return holes
    telling = neighbours.telling(connection, of)
    notes = {}
    for at in np.flatnonzero(short)[:_COMPARED].tolist():
        start, end = int(holes.start[at]), int(holes.end[at])
        open_ = [key for key, (first, last) in telling.items() if first < start and last >= end]
        if open_ and not _traded(connection, open_, start, end):
            notes[at] = f"missing from all {len(open_) + 1} symbols"
    return holes.marked(np.array(list(notes), np.int64), COMMON, notes)


def mark_empty(holes: Holes, spans: Sequence[tuple[int, int, int]]) -> Holes:
    """Return holes with what the exchange answered about them.

    Parameters
    ----------
    spans
        Start, end and number of empty answers, disjoint and in the order of time.
    """
    if not spans or not len(holes):
        return holes
    start, end, answers = (np.array(column, np.int64) for column in zip(*spans, strict=True))
    empty = np.flatnonzero(answers > 0)
    told = holes.kind != KINDS.index(QUIET)  # of a million quiet minutes nobody reads a note
    inside = np.flatnonzero(told & covered(holes, *_united(start[empty], end[empty])))
    notes = {}
    for at in inside.tolist():
        part = slice(np.searchsorted(end, holes.start[at], "right"), np.searchsorted(start, holes.end[at], "left"))
        times = int(answers[part].min())
        said = f"the exchange answered empty {'once' if times == 1 else f'{times} times'}"
        notes[at] = f"{holes.notes[at]}; {said}" if at in holes.notes else said
    open_ = inside[holes.kind[inside] == 0]
    return holes.marked(open_, EMPTY, notes)


def covered(holes: Holes, start: IntArray, end: IntArray) -> npt.NDArray[np.bool_]:
    """Return for each hole whether it lies in one of some spans that are disjoint and in the order of time."""
    if not len(start):
        return np.zeros(len(holes), bool)
    at = np.searchsorted(start, holes.start, side="right") - 1
    return np.asarray((at >= 0) & (end[np.maximum(at, 0)] >= holes.end))


def _united(start: IntArray, end: IntArray) -> tuple[IntArray, IntArray]:
    """Return spans of which those that touch are one."""
    if not len(start):
        return start, end
    first = np.flatnonzero(np.r_[True, start[1:] > end[:-1]])
    return start[first], end[np.r_[first[1:] - 1, len(end) - 1]]


def _length(of: Series) -> int:
    return of.timeframe.ms


def _traded(connection: Connection, ids: Sequence[int], start: int, end: int) -> bool:
    """Return whether any of some series has a candle that opens in ``[start, end)``."""
    there = exists().where(candles.c.series_id == series.c.id, candles.c.time >= start, candles.c.time < end)
    for begin in range(0, len(ids), _IDS):
        query = select(series.c.id).where(series.c.id.in_(ids[begin : begin + _IDS]), there).limit(1)
        if connection.execute(query).first() is not None:
            return True
    return False
