"""Rows of candles as arrays, on their way between a database and `Bars`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from btbot.bars import COLUMNS, Bars
from btbot.timeframe import Timeframe

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Candles of one series in the order of time.

    Parameters
    ----------
    time
        int64 of shape (n,), epoch milliseconds UTC of the opens.
    values
        float64 of shape (n, 5): open, high, low, close, volume.
    """

    time: IntArray
    values: FloatArray

    def bars(self, symbol: str, timeframe: Timeframe) -> Bars:
        """Return them as checked bars."""
        return Bars(symbol, timeframe, self.time, *self.values.T)


EMPTY = Columns(np.empty(0, np.int64), np.empty((0, len(COLUMNS))))


def split(ids: IntArray, time: IntArray, values: FloatArray) -> dict[int, Columns]:
    """Return the columns of each series out of rows that are sorted by series and time."""
    if not len(ids):
        return {}
    first = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    bounds = [*first.tolist(), len(ids)]
    return {int(ids[begin]): Columns(time[begin:end], values[begin:end]) for begin, end in pairwise(bounds)}


def batches(ids: Sequence[int], sizes: Sequence[int], most: int) -> Iterator[tuple[list[int], int]]:
    """Yield keys in groups of at most that size together, with it; a key of a larger size comes alone.

    Examples
    --------
    >>> list(batches([1, 2, 3, 4], [3, 2, 9, 1], 5))
    [([1, 2], 5), ([3], 9), ([4], 1)]
    """
    batch: list[int] = []
    together = 0
    for key, size in zip(ids, sizes, strict=True):
        if batch and together + size > most:
            yield batch, together
            batch, together = [], 0
        batch.append(key)
        together += size
    if batch:
        yield batch, together
