"""The highest and the lowest of late, and the channel between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy.typing as npt

from btbot.bars import Bars, FloatArray
from btbot.indicators import library, window
from btbot.indicators.series import by_run, numbers, whole


class Donchian(NamedTuple):
    """Lines of `donchian`, each float64 of shape (n,), prices."""

    upper: FloatArray
    middle: FloatArray
    lower: FloatArray


def highest(values: npt.ArrayLike, period: int) -> FloatArray:
    """Return the largest of the last `period` values, the present one included.

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
    >>> highest([3.0, 1.0, 2.0], 2)
    array([nan,  3.,  2.])
    """
    n = whole(period, name="highest: period")
    fast = library.talib()
    compute = (lambda run: fast.MAX(run, n)) if fast else (lambda run: window.maximum(run, n))
    return by_run(compute, numbers(values, name="highest"))


def lowest(values: npt.ArrayLike, period: int) -> FloatArray:
    """Return the smallest of the last `period` values, the present one included.

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
    >>> lowest([3.0, 1.0, 2.0], 2)
    array([nan,  1.,  1.])
    """
    n = whole(period, name="lowest: period")
    fast = library.talib()
    compute = (lambda run: fast.MIN(run, n)) if fast else (lambda run: window.minimum(run, n))
    return by_run(compute, numbers(values, name="lowest"))


def donchian(bars: Bars, period: int = 20) -> Donchian:
    """Return the highest high, the lowest low, and the middle of the two.

    The present bar is included, so its close never lies outside: a breakout compares the close with the value
    of the bar before.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Number of bars, 2 or more.

    Returns
    -------
    Donchian
        ``upper, middle, lower``; the first numbers at index ``period - 1``.

    References
    ----------
    Donchian 1960, "High Finance in Copper", Financial Analysts Journal 16.
    """
    n = whole(period, name="donchian: period")
    upper, lower = highest(bars.high, n), lowest(bars.low, n)
    return Donchian(upper, (upper + lower) / 2.0, lower)
