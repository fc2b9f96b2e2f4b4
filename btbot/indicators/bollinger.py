"""Bands of standard deviations around a moving average."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.indicators import library, window
from btbot.indicators.series import lines_by_run, numbers, positive, whole


class Bollinger(NamedTuple):
    """Lines of `bollinger`, each float64 of shape (n,), in the unit of the series."""

    upper: FloatArray
    middle: FloatArray
    lower: FloatArray


def bollinger(values: npt.ArrayLike, period: int = 20, deviations: float = 2.0) -> Bollinger:
    """Return the simple moving average and the bands `deviations` standard deviations above and below it.

    Parameters
    ----------
    values
        Array of shape (n,), usually closes.
    period
        Number of values, 2 or more.
    deviations
        Width in standard deviations of the population (division by `period`), above 0.

    Returns
    -------
    Bollinger
        ``upper, middle, lower``; the first numbers at index ``period - 1``.

    References
    ----------
    Bollinger 2001, "Bollinger on Bollinger Bands".

    Examples
    --------
    >>> bollinger([1.0, 3.0, 3.0], 2, 1.0).upper
    array([nan,  3.,  3.])
    """
    n = whole(period, name="bollinger: period")
    width = positive(deviations, name="bollinger: deviations")
    talib = library.talib()

    def compute(run: FloatArray) -> tuple[FloatArray, ...]:
        if talib:
            return tuple(talib.BBANDS(run, n, width, width, 0))
        middle = window.total(run, n) / n
        reach = width * window.deviation(run, n, ddof=0)
        return middle + reach, middle, middle - reach

    return Bollinger(*lines_by_run(compute, numbers(values, name="bollinger")))


def bandwidth(values: npt.ArrayLike, period: int = 20, deviations: float = 2.0) -> FloatArray:
    """Return the distance between the Bollinger bands as a fraction of the middle one.

    Parameters
    ----------
    values, period, deviations
        As for `bollinger`; values above 0.

    Returns
    -------
    float64 of shape (n,), a fraction (0.05 is 5 %); the first number at index ``period - 1``. NaN where the
    middle band is 0.

    References
    ----------
    Bollinger 2001, "Bollinger on Bollinger Bands", who states it in percent.

    Examples
    --------
    >>> bandwidth([1.0, 3.0, 3.0], 2, 1.0)
    array([nan,  1.,  0.])
    """
    bands = bollinger(values, period, deviations)
    result = np.full(len(bands.middle), np.nan)
    np.divide(bands.upper - bands.lower, bands.middle, out=result, where=bands.middle != 0.0)
    return result
