"""Wilder's directional movement: how much of the range goes up, down, and one way at all."""

from __future__ import annotations

import numpy as np

from btbot.bars import Bars, FloatArray
from btbot.indicators import library, recursion
from btbot.indicators.atr import true_range
from btbot.indicators.series import empty, whole


def plus_di(bars: Bars, period: int = 14) -> FloatArray:
    """Return +DI: smoothed upward movement as a percentage of the smoothed true range.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Smoothing in bars, 2 or more.

    Returns
    -------
    float64 of shape (n,), 0 to 100; the first number at index `period`. 0 where there is no range.

    References
    ----------
    Wilder 1978, "New Concepts in Technical Trading Systems", section IV.
    """
    n = whole(period, name="plus_di: period")
    talib = library.talib()
    return talib.PLUS_DI(bars.high, bars.low, bars.close, n) if talib else _indicators(bars, n)[0]


def minus_di(bars: Bars, period: int = 14) -> FloatArray:
    """Return -DI: smoothed downward movement as a percentage of the smoothed true range.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Smoothing in bars, 2 or more.

    Returns
    -------
    float64 of shape (n,), 0 to 100; the first number at index `period`. 0 where there is no range.

    References
    ----------
    Wilder 1978, "New Concepts in Technical Trading Systems", section IV.
    """
    n = whole(period, name="minus_di: period")
    talib = library.talib()
    return talib.MINUS_DI(bars.high, bars.low, bars.close, n) if talib else _indicators(bars, n)[1]


def adx(bars: Bars, period: int = 14) -> FloatArray:
    """Return the average directional index: the strength of a trend, whichever way it goes.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Smoothing in bars, 2 or more.

    Returns
    -------
    float64 of shape (n,), 0 to 100; the first number at index ``2 * period - 1``. 0 until there is any
    directional movement.

    References
    ----------
    Wilder 1978, "New Concepts in Technical Trading Systems", section IV.
    """
    n = whole(period, name="adx: period")
    talib = library.talib()
    return talib.ADX(bars.high, bars.low, bars.close, n) if talib else _adx(bars, n)


def _indicators(bars: Bars, period: int) -> tuple[FloatArray, FloatArray]:
    if len(bars) < 2:
        return empty(len(bars)), empty(len(bars))
    up, down = np.diff(bars.high), -np.diff(bars.low)
    span = recursion.wilder_total(true_range(bars)[1:], period)
    lines = []
    for moved in (
        np.where((up > down) & (up > 0.0), up, 0.0),
        np.where((down > up) & (down > 0.0), down, 0.0),
    ):
        smoothed = recursion.wilder_total(moved, period)
        share = np.where(np.isnan(span), np.nan, 0.0)
        np.divide(100.0 * smoothed, span, out=share, where=span > 0.0)
        lines.append(recursion.shifted(share))
    return lines[0], lines[1]


def _adx(bars: Bars, period: int) -> FloatArray:
    plus, minus = _indicators(bars, period)
    result = empty(len(bars))
    if len(bars) < 2 * period:
        return result
    both = plus + minus
    index = np.full(len(bars), np.nan)
    np.divide(100.0 * np.abs(plus - minus), both, out=index, where=both > 0.0)
    first = 2 * period - 1
    average = float(np.nansum(index[period : first + 1])) / period
    result[first] = average
    for at, value in enumerate(index[first + 1 :].tolist(), start=first + 1):
        if value == value:
            average = (average * (period - 1) + value) / period
        result[at] = average
    return result
