"""How much a price moves in a year's terms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.indicators import window
from btbot.indicators.recursion import shifted
from btbot.indicators.series import by_run, empty, numbers, positive, whole


def realized_volatility(values: npt.ArrayLike, period: int, *, periods_per_year: float) -> FloatArray:
    """Return the standard deviation of the last `period` logarithmic returns, annualised.

    The deviation is that of a sample (division by ``period - 1``), around the sample's own mean.

    Parameters
    ----------
    values
        Prices of shape (n,); one that is not above 0 counts as a gap.
    period
        Number of returns, 2 or more.
    periods_per_year
        Bars in a year, above 0: ``bars.timeframe.per_year("crypto")``. The result grows with its square root.

    Returns
    -------
    float64 of shape (n,), a fraction per year (0.6 is 60 %); the first number at index `period`.

    References
    ----------
    Hull 2017, "Options, Futures, and Other Derivatives", 10th edition, section 15.4.

    Examples
    --------
    >>> realized_volatility([1.0, 2.0, 2.0], 2, periods_per_year=2.0).round(6)
    array([     nan,      nan, 0.693147])
    """
    n = whole(period, name="realized_volatility: period")
    scale = positive(periods_per_year, name="realized_volatility: periods_per_year") ** 0.5

    def compute(run: FloatArray) -> FloatArray:
        if len(run) < 2:
            return empty(len(run))
        return shifted(window.deviation(np.diff(np.log(run)), n, ddof=1) * scale)

    prices = numbers(values, name="realized_volatility")
    return by_run(compute, np.where(prices > 0.0, prices, np.nan))
