"""What the account earned."""

from __future__ import annotations

import math

import numpy as np

from btbot.bars import FloatArray


def total_return(final_equity: float, capital: float) -> float:
    """Return the whole gain as a fraction of the starting capital.

    Examples
    --------
    >>> total_return(12_500.0, 10_000.0)
    0.25
    """
    return final_equity / capital - 1.0


def annual_return(daily: FloatArray, *, periods_per_year: float) -> float:
    """Return the arithmetic mean of the daily returns times the days of a year: the Sharpe ratio's numerator.

    It ignores compounding; `cagr` does not. NaN without a day.

    Parameters
    ----------
    daily
        float64 of shape (d,), fractions.
    periods_per_year
        Trading days of a year: 365 or 252.
    """
    return float(np.mean(daily)) * periods_per_year if len(daily) else math.nan


def cagr(gain: float, days: int, *, periods_per_year: float) -> float:
    """Return the constant yearly growth that leads to `gain` in `days`.

    Years are ``days / periods_per_year``, `days` being the number of daily returns, so that the value equals
    that of ``quantstats.stats.cagr(daily, periods=periods_per_year)``. A year thus has 365 days where others
    count 365.25 between the first and the last timestamp.

    Parameters
    ----------
    gain
        Total return as a fraction.
    days
        Number of daily returns.
    periods_per_year
        Trading days of a year: 365 or 252.

    Returns
    -------
    A fraction; -1 if everything was lost, NaN without a day or if more than everything was lost, infinity
    beyond the range of a float.

    References
    ----------
    CFA Institute, Global Investment Performance Standards (2020): time-weighted return, annualised
    geometrically.

    Examples
    --------
    >>> round(cagr(0.21, 730, periods_per_year=365), 12)
    0.1
    """
    wealth = 1.0 + gain
    if days < 1 or wealth < 0.0:
        return math.nan
    try:
        return math.pow(wealth, periods_per_year / days) - 1.0
    except OverflowError:
        return math.inf
