"""How unusual the newest value is among the last ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.indicators import window
from btbot.indicators.series import by_run, numbers, whole


def zscore(values: npt.ArrayLike, period: int) -> FloatArray:
    """Return the newest value's distance from the mean of the last `period`, in their standard deviations.

    The newest value is part of the window, and the deviation that of the population (division by `period`),
    so that ``zscore(x, 20) < -2`` agrees with ``x < bollinger(x, 20, 2.0).lower``.

    Parameters
    ----------
    values
        Array of shape (n,), any unit.
    period
        Number of values, 2 or more.

    Returns
    -------
    float64 of shape (n,), without unit; the first number at index ``period - 1``. 0 in a flat window.

    Examples
    --------
    >>> zscore([1.0, 1.0, 4.0], 2)
    array([nan,  0.,  1.])
    """
    n = whole(period, name="zscore: period")

    def compute(run: FloatArray) -> FloatArray:
        away, spread = window.distance(run, n), window.deviation(run, n, ddof=0)
        result = np.where(np.isnan(away), np.nan, 0.0)
        np.divide(away, spread, out=result, where=spread > 0.0)
        return result

    return by_run(compute, numbers(values, name="zscore"))
