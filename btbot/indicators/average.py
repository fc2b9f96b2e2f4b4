"""Moving averages of a price or of any other series."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.indicators import library, recursion, window
from btbot.indicators.series import by_run, numbers, whole


def sma(values: npt.ArrayLike, period: int) -> FloatArray:
    """Return the simple moving average: the mean of the last `period` values.

    Parameters
    ----------
    values
        Array of shape (n,), any unit.
    period
        Number of values, 2 or more.

    Returns
    -------
    float64 of shape (n,), in the unit of `values`; the first number at index ``period - 1``.

    Examples
    --------
    >>> sma([1.0, 2.0, 6.0], 2)
    array([nan, 1.5, 4. ])
    """
    n = whole(period, name="sma: period")
    fast = library.talib()
    compute = (lambda run: fast.SMA(run, n)) if fast else (lambda run: window.total(run, n) / n)
    return by_run(compute, numbers(values, name="sma"))


def ema(values: npt.ArrayLike, period: int) -> FloatArray:
    """Return the exponential moving average with the weight ``2 / (period + 1)`` for the newest value.

    It begins with the simple mean of the first `period` values. pandas' ``ewm(span=period)`` begins with the
    first value alone; the two agree once that start is forgotten.

    Parameters
    ----------
    values
        Array of shape (n,), any unit.
    period
        Span in values, 2 or more.

    Returns
    -------
    float64 of shape (n,), in the unit of `values`; the first number at index ``period - 1``.

    Examples
    --------
    >>> ema([1.0, 2.0, 3.0, 7.0], 3)
    array([nan, nan, 2. , 4.5])
    """
    n = whole(period, name="ema: period")
    fast = library.talib()
    compute = (lambda run: fast.EMA(run, n)) if fast else (lambda run: recursion.exponential(run, n))
    return by_run(compute, numbers(values, name="ema"))


def wma(values: npt.ArrayLike, period: int) -> FloatArray:
    """Return the linearly weighted moving average: weights 1 (oldest) to `period` (newest).

    Parameters
    ----------
    values
        Array of shape (n,), any unit.
    period
        Number of values, 2 or more.

    Returns
    -------
    float64 of shape (n,), in the unit of `values`; the first number at index ``period - 1``.

    Examples
    --------
    >>> wma([3.0, 6.0, 0.0], 2)
    array([nan,  5.,  2.])
    """
    n = whole(period, name="wma: period")
    weights = np.arange(1.0, n + 1.0) / (n * (n + 1) / 2)
    fast = library.talib()
    compute = (lambda run: fast.WMA(run, n)) if fast else (lambda run: window.weighted(run, weights))
    return by_run(compute, numbers(values, name="wma"))
