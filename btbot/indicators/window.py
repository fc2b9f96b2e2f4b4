"""Sums and deviations over the last `period` values, in numpy.

Each window is summed on its own, from its oldest value to its newest. A running sum would be faster, but a
large value that has left the window would leave a rounding error behind, and a flat market after it would not
look flat.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from btbot.bars import FloatArray
from btbot.indicators.series import empty


def ages(values: FloatArray, period: int) -> Iterator[FloatArray]:
    """Yield, from the oldest place in the window to the newest, that place's values in all full windows."""
    count = max(len(values) - period + 1, 0)
    for place in range(period):
        yield values[place : place + count]


def warm(full_windows: FloatArray, period: int, length: int) -> FloatArray:
    """Put the values of all full windows, shape (n - period + 1,), behind a head of NaN; shape (length,)."""
    result = empty(length)
    result[period - 1 :] = full_windows
    return result


def total(values: FloatArray, period: int) -> FloatArray:
    """Return the sum of the last `period` values; float64 of shape (n,).

    Examples
    --------
    >>> total(np.array([1.0, 2.0, 4.0]), 2)
    array([nan,  3.,  6.])
    """
    result = np.zeros(max(len(values) - period + 1, 0))
    for place in ages(values, period):
        result += place
    return warm(result, period, len(values))


def weighted(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the sum of the last len(weights) values times `weights`, oldest first; float64 of shape (n,)."""
    result = np.zeros(max(len(values) - len(weights) + 1, 0))
    for place, weight in zip(ages(values, len(weights)), weights.tolist(), strict=True):
        result += place * weight
    return warm(result, len(weights), len(values))


def distance(values: FloatArray, period: int) -> FloatArray:
    """Return the newest value of the window less the window's mean; exactly 0 in a flat window."""
    newest = values[period - 1 :]
    result = np.zeros(len(newest))
    for place in ages(values, period):
        result += newest - place
    return warm(result / period, period, len(values))


def deviation(values: FloatArray, period: int, *, ddof: int) -> FloatArray:
    """Return the standard deviation of the last `period` values; float64 of shape (n,), 0 in a flat window.

    Parameters
    ----------
    ddof
        0 divides by `period` (population), 1 by ``period - 1`` (sample).
    """
    oldest = values[: max(len(values) - period + 1, 0)]
    mean, squares = np.zeros(len(oldest)), np.zeros(len(oldest))
    for place in ages(values, period):
        mean += place - oldest
    mean /= period
    for place in ages(values, period):
        squares += (place - oldest - mean) ** 2
    return warm(np.sqrt(squares / (period - ddof)), period, len(values))


def maximum(values: FloatArray, period: int) -> FloatArray:
    """Return the largest of the last `period` values; float64 of shape (n,)."""
    if len(values) < period:
        return empty(len(values))
    return warm(sliding_window_view(values, period).max(axis=1), period, len(values))


def minimum(values: FloatArray, period: int) -> FloatArray:
    """Return the smallest of the last `period` values; float64 of shape (n,)."""
    return -maximum(-values, period)
