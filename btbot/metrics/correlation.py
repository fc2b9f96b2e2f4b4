"""How alike the daily returns of several runs are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from btbot.bars import FloatArray, IntArray


def correlations(series: Sequence[tuple[IntArray, FloatArray]]) -> FloatArray:
    """Return Pearson's correlation of every two series over the days that both have.

    Parameters
    ----------
    series
        Of each run its days (int64 of shape (d,), increasing) and its returns on them (float64 of shape (d,)), as
        `btbot.metrics.daily_returns` gives them. The lengths may differ.

    Returns
    -------
    float64 of shape (k, k), symmetric, in [-1, 1], 1 on the diagonal; NaN where two runs share fewer than two days or
    one of them does not vary on those.

    Examples
    --------
    >>> days = np.array([1, 2, 3])
    >>> correlations([(days, np.array([0.0, 0.1, 0.2])), (days[1:], np.array([0.3, 0.1]))]).round(6).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    matrix = np.eye(len(series))
    for row, (days, returns) in enumerate(series):
        for column, (other_days, other_returns) in enumerate(series[:row]):
            _, here, there = np.intersect1d(days, other_days, assume_unique=True, return_indices=True)
            matrix[row, column] = matrix[column, row] = _pearson(returns[here], other_returns[there])
    return matrix


def _pearson(one: FloatArray, other: FloatArray) -> float:
    if len(one) < 2 or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return math.nan
    return float(np.clip(np.corrcoef(one, other)[0, 1], -1.0, 1.0))
