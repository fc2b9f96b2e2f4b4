"""The commodity channel index."""

from __future__ import annotations

import numpy as np

from btbot.bars import Bars, FloatArray
from btbot.indicators import library, window
from btbot.indicators.series import whole


def cci(bars: Bars, period: int = 20) -> FloatArray:
    """Return the typical price's distance from its mean, in units of 0.015 mean absolute deviations.

    Parameters
    ----------
    bars
        Candles, n of them; the typical price is ``(high + low + close) / 3``.
    period
        Number of bars, 2 or more.

    Returns ------- float64 of shape (n,), without unit, mostly within -200 to 200; the first number at index
    ``period - 1``. 0 in a flat window.

    References
    ----------
    Lambert 1980, "Commodity Channel Index: Tool for Trading Cyclic Trends", Commodities magazine.
    """
    n = whole(period, name="cci: period")
    talib = library.talib()
    result: FloatArray = talib.CCI(bars.high, bars.low, bars.close, n) if talib else _cci(bars, n)
    return result


def _cci(bars: Bars, n: int) -> FloatArray:
    typical = (bars.high + bars.low + bars.close) / 3.0
    away = window.distance(typical, n)
    centre = (typical - away)[n - 1 :]
    spread = np.zeros(len(centre))
    for place in window.ages(typical, n):
        spread += np.abs(place - centre)
    result = np.where(np.isnan(away), np.nan, 0.0)
    deviation = window.warm(0.015 * spread / n, n, len(bars))
    np.divide(away, deviation, out=result, where=(away != 0.0) & (deviation > 0.0))
    return result
