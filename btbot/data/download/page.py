"""An answer of candles, judged: what can be, what may be believed, where it has holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from btbot.data.store.columns import EMPTY, Columns, FloatArray, IntArray
from btbot.data.store.downloads import Piece
from btbot.exchange.client import Candles
from btbot.timeframe import Timeframe

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Candles of one answer in the order of time.

    Parameters
    ----------
    slots
        int64 of shape (n,): the open times on the grid of the timeframe.
    time, values
        As in `Columns`.
    odd
        Whether something was wrong with an answer of which it is made, so that the next call had better ask again.
    """

    slots: IntArray
    time: IntArray
    values: FloatArray
    odd: bool = False

    def __len__(self) -> int:
        return len(self.time)

    def between(self, start: int, end: int) -> Page:
        """Return the candles of the slots in ``[start, end)``."""
        low, high = np.searchsorted(self.slots, (start, end)).tolist()
        return self.take(slice(low, high))

    def take(self, rows: slice | BoolArray) -> Page:
        """Return some of the candles."""
        return Page(self.slots[rows], self.time[rows], self.values[rows], self.odd)

    def joined(self, other: Page) -> Page:
        """Return the candles of both; where both have one, the other's."""
        mine = self.take(~np.isin(self.time, other.time))
        time = np.concatenate([mine.time, other.time])
        order = np.argsort(time, kind="stable")
        slots, values = np.concatenate([mine.slots, other.slots]), np.concatenate([mine.values, other.values])
        return Page(slots[order], time[order], values[order], self.odd or other.odd)

    @property
    def columns(self) -> Columns:
        """Its candles as the store takes them."""
        return Columns(self.time, self.values)


NONE = Page(EMPTY.time, EMPTY.time, EMPTY.values)


def page_of(answer: Candles, timeframe: Timeframe, start: int) -> Page:
    """Return the candles of an answer from `start` on."""
    time = np.asarray(answer.time, np.int64)
    values = np.asarray(answer.values, np.float64).reshape(len(time), 5)
    slots = (time - timeframe.origin_ms) // timeframe.ms * timeframe.ms + timeframe.origin_ms
    page = Page(slots, time, values)
    return page.take(slots >= start)


def impossible(page: Page) -> BoolArray:
    """Return which candles cannot be: not finite, a price of 0 or less, a high that is not the highest.

    Examples
    --------
    >>> one = Page(np.array([0, 1]), np.array([0, 1]), np.array([[5.0, 6, 4, 5, 1], [5.0, 4, 4, 5, 1]]))
    >>> impossible(one)
    array([False,  True])
    """
    open_, high, low, close, volume = page.values.T
    with np.errstate(invalid="ignore"):
        sound: BoolArray = np.isfinite(page.values).all(axis=1) & (page.values[:, :4] > 0).all(axis=1) & (volume >= 0)
        sound &= (high >= np.maximum(open_, close)) & (low <= np.minimum(open_, close))
    return np.logical_not(sound)


def differing(page: Page, stored: Columns) -> IntArray:
    """Return the times at which both have a candle, and not the same one."""
    _, mine, its = np.intersect1d(page.time, stored.time, assume_unique=True, return_indices=True)
    differs = (page.values[mine] != stored.values[its]).any(axis=1)
    times: IntArray = page.time[mine[differs]]
    return times


def pieces(page: Page, timeframe: Timeframe, start: int, end: int, *, rests: bool = False) -> list[Piece]:
    """Return ``[start, end)`` as spans with candles and spans without, the earliest first.

    Parameters
    ----------
    rests
        Whether the market closes at night: then holes between candles are no answer of their own.

    Examples
    --------
    >>> hours = Timeframe(10)
    >>> times = np.array([10, 20, 50])
    >>> pieces(Page(times, times, np.zeros((3, 5))), hours, 0, 60)
    [(0, 10, 0, None, None), (10, 30, 2, 10, 20), (30, 50, 0, None, None), (50, 60, 1, 50, 50)]
    """
    if not len(page):
        return [(start, end, 0, None, None)]
    if rests:
        return [(start, end, len(page), int(page.time[0]), int(page.time[-1]))]
    cuts = np.flatnonzero(np.diff(page.slots) > timeframe.ms) + 1
    found: list[Piece] = []
    at = start
    for rows in np.split(np.arange(len(page)), cuts):
        first, last = int(rows[0]), int(rows[-1])
        begin, stop = int(page.slots[first]), min(int(page.slots[last]) + timeframe.ms, end)
        if begin > at:
            found.append((at, begin, 0, None, None))
        found.append((max(begin, at), stop, len(rows), int(page.time[first]), int(page.time[last])))
        at = stop
    if at < end:
        found.append((at, end, 0, None, None))
    return found
