"""What volume says about price: the money flow index and the on-balance volume."""

from __future__ import annotations

import numpy as np

from btbot.bars import Bars, FloatArray
from btbot.indicators import library, recursion, window
from btbot.indicators.series import empty, whole


def mfi(bars: Bars, period: int = 14) -> FloatArray:
    """Return the share of turnover on rising bars in that of all moving bars, in percent.

    A bar rises or falls by its typical price ``(high + low + close) / 3`` against the bar before; a bar that
    does neither counts for nothing.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Number of changes, 2 or more.

    Returns ------- float64 of shape (n,), 0 to 100; the first number at index `period`. 0 where nothing was
    traded on moving bars.

    References
    ----------
    Quong and Soudack 1989, "Volume-weighted RSI: Money Flow", Technical Analysis of Stocks & Commodities 7.
    """
    n = whole(period, name="mfi: period")
    talib = library.talib()
    return talib.MFI(bars.high, bars.low, bars.close, bars.volume, n) if talib else _mfi(bars, n)


def obv(bars: Bars) -> FloatArray:
    """Return the on-balance volume: volume added where the close rises, taken away where it falls.

    Parameters
    ----------
    bars
        Candles, n of them.

    Returns ------- float64 of shape (n,), in units of volume; begins at index 0 with the first bar's volume.
    Only its changes mean something.

    References
    ----------
    Granville 1963, "Granville's New Key to Stock Market Profits".
    """
    talib = library.talib()
    result: FloatArray = talib.OBV(bars.close, bars.volume) if talib else _obv(bars)
    return result


def _obv(bars: Bars) -> FloatArray:
    direction = np.sign(np.diff(bars.close, prepend=0.0))
    direction[:1] = 1.0
    return np.cumsum(direction * bars.volume)


def _mfi(bars: Bars, period: int) -> FloatArray:
    if len(bars) < 2:
        return empty(len(bars))
    typical = (bars.high + bars.low + bars.close) / 3.0
    change, turnover = np.diff(typical), (typical * bars.volume)[1:]
    up = window.total(np.where(change > 0.0, turnover, 0.0), period)
    both = up + window.total(np.where(change < 0.0, turnover, 0.0), period)
    share = np.where(np.isnan(both), np.nan, 0.0)
    np.divide(100.0 * up, both, out=share, where=both > 0.0)
    return recursion.shifted(share)
