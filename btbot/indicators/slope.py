"""The slope of the straight line through the last values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.indicators import library, window
from btbot.indicators.series import by_run, numbers, whole


def linreg_slope(values: npt.ArrayLike, period: int = 14) -> FloatArray:
    """Return the slope of the least-squares line through the last `period` values.

    Parameters
    ----------
    values
        Array of shape (n,), any unit.
    period
        Number of values, 2 or more.

    Returns
    -------
    float64 of shape (n,), in units of `values` a bar; the first number at index ``period - 1``.

    Examples
    --------
    >>> linreg_slope([1.0, 3.0, 5.0, 4.0], 3)
    array([nan, nan, 2. , 0.5])
    """
    n = whole(period, name="linreg_slope: period")
    places = np.arange(n, dtype=np.float64) - (n - 1) / 2.0
    weights: FloatArray = places / (n * (n * n - 1.0) / 12.0)
    fast = library.talib()
    compute = (lambda run: fast.LINEARREG_SLOPE(run, n)) if fast else (lambda run: window.weighted(run, weights))
    return by_run(compute, numbers(values, name="linreg_slope"))
