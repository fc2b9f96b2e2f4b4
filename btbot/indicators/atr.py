"""The average true range: how far a bar travels, gaps included."""

from __future__ import annotations

import numpy as np

from btbot.bars import Bars, FloatArray
from btbot.indicators import library, recursion
from btbot.indicators.series import empty, whole


def atr(bars: Bars, period: int = 14) -> FloatArray:
    """Return Wilder's average true range.

    The true range is the larger of high and previous close less the smaller of low and previous close; the
    first bar has none. The average begins with the mean of the first `period` true ranges.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Smoothing in bars, 2 or more.

    Returns
    -------
    float64 of shape (n,), in units of price; the first number at index `period`. TradingView counts the first
    bar's high - low as a true range and so begins one bar earlier.

    References
    ----------
    Wilder 1978, "New Concepts in Technical Trading Systems", section III.
    """
    n = whole(period, name="atr: period")
    talib = library.talib()
    if talib:
        result: FloatArray = talib.ATR(bars.high, bars.low, bars.close, n)
        return result
    if len(bars) < 2:
        return empty(len(bars))
    return recursion.shifted(recursion.wilder(true_range(bars)[1:], n))


def true_range(bars: Bars) -> FloatArray:
    """Return the true range of each bar; float64 of shape (n,), NaN at the first bar."""
    result = empty(len(bars))
    before = bars.close[:-1]
    result[1:] = np.maximum(bars.high[1:], before) - np.minimum(bars.low[1:], before)
    return result
