"""Wilder's relative strength index."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.indicators import library, recursion
from btbot.indicators.series import by_run, empty, numbers, whole


def rsi(values: npt.ArrayLike, period: int = 14) -> FloatArray:
    """Return the share of rises in all movement, smoothed as Wilder does, in percent.

    Parameters
    ----------
    values
        Array of shape (n,), usually closes.
    period
        Smoothing in values, 2 or more.

    Returns ------- float64 of shape (n,), 0 to 100; the first number at index `period`. As in TA-Lib it is 0
    where nothing has moved yet (others say 50 or 100).

    References
    ----------
    Wilder 1978, "New Concepts in Technical Trading Systems", section VI.

    Examples
    --------
    >>> rsi([1.0, 2.0, 4.0, 3.0], 2)
    array([ nan,  nan, 100.,  60.])
    """
    n = whole(period, name="rsi: period")
    fast = library.talib()
    compute = (lambda run: fast.RSI(run, n)) if fast else (lambda run: _rsi(run, n))
    return by_run(compute, numbers(values, name="rsi"))


def _rsi(run: FloatArray, period: int) -> FloatArray:
    if len(run) < 2:
        return empty(len(run))
    change = np.diff(run)
    rise = recursion.wilder(np.maximum(change, 0.0), period)
    moved = rise + recursion.wilder(np.maximum(-change, 0.0), period)
    share = np.where(np.isnan(moved), np.nan, 0.0)
    np.divide(100.0 * rise, moved, out=share, where=moved > 0.0)
    return recursion.shifted(share)
