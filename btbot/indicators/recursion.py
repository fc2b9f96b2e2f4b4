"""Averages that remember everything: the exponential one and Wilder's, value by value."""

from __future__ import annotations

import numpy as np

from btbot.bars import FloatArray
from btbot.indicators.series import empty


def exponential(values: FloatArray, period: int) -> FloatArray:
    """Return ``y += 2 / (period + 1) * (x - y)``, begun with the mean of the first `period` values."""
    result = empty(len(values))
    if len(values) < period:
        return result
    weight = 2.0 / (period + 1)
    average = sum(values[:period].tolist()) / period
    smoothed = [average]
    for value in values[period:].tolist():
        average += weight * (value - average)
        smoothed.append(average)
    result[period - 1 :] = smoothed
    return result


def wilder(values: FloatArray, period: int) -> FloatArray:
    """Return ``y = (y * (period - 1) + x) / period``, begun with the mean of the first `period` values."""
    result = empty(len(values))
    if len(values) < period:
        return result
    average = sum(values[:period].tolist()) / period
    smoothed = [average]
    for value in values[period:].tolist():
        average = (average * (period - 1) + value) / period
        smoothed.append(average)
    result[period - 1 :] = smoothed
    return result


def wilder_total(values: FloatArray, period: int) -> FloatArray:
    """Return Wilder's running total ``y = y - y / period + x``, begun with the sum of the first ``period -
    1``.

    The first result stands at index ``period - 1``, one step after that sum.
    """
    result = empty(len(values))
    if len(values) < period:
        return result
    total = sum(values[: period - 1].tolist())
    running = []
    for value in values[period - 1 :].tolist():
        total = total - total / period + value
        running.append(total)
    result[period - 1 :] = running
    return result


def shifted(values: FloatArray) -> FloatArray:
    """Put one NaN before `values`: what was computed from changes goes back to the bars' own positions."""
    return np.concatenate(([np.nan], values))
