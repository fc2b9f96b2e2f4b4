"""Where the close lies within the range of late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from btbot.bars import Bars, FloatArray
from btbot.indicators import library, window
from btbot.indicators.series import empty, whole


class Stochastic(NamedTuple):
    """Lines of `stochastic`, each float64 of shape (n,), 0 to 100."""

    k: FloatArray
    d: FloatArray


def stochastic(bars: Bars, period: int = 14, k_smooth: int = 3, d_period: int = 3) -> Stochastic:
    """Return Lane's stochastic: the close's place between lowest low and highest high, in percent, smoothed.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Bars of the range, 2 or more.
    k_smooth
        Simple average that makes %K of the raw value, 1 or more; 1 gives the fast stochastic.
    d_period
        Simple average that makes %D of %K, 1 or more.

    Returns
    -------
    Stochastic
        ``k, d``; the first numbers of both at index ``period + k_smooth + d_period - 3``. The raw value of a
        range without height is 0, as in TA-Lib.

    References
    ----------
    Lane 1984, "Lane's Stochastics", Technical Analysis of Stocks & Commodities 2.
    """
    n = whole(period, name="stochastic: period")
    smooth = whole(k_smooth, name="stochastic: k_smooth", minimum=1)
    n_d = whole(d_period, name="stochastic: d_period", minimum=1)
    talib = library.talib()
    if talib:
        return Stochastic(*talib.STOCH(bars.high, bars.low, bars.close, n, smooth, 0, n_d, 0))
    high, low = window.maximum(bars.high, n), window.minimum(bars.low, n)
    raw = np.where(np.isnan(high), np.nan, 0.0)
    np.divide(100.0 * (bars.close - low), high - low, out=raw, where=high > low)
    k = _mean(raw, n - 1, smooth)
    d = _mean(k, n + smooth - 2, n_d)
    return Stochastic(np.where(np.isnan(d), np.nan, k), d)


def _mean(values: FloatArray, head: int, period: int) -> FloatArray:
    result = empty(len(values))
    result[head:] = window.total(values[head:], period) / period
    return result
