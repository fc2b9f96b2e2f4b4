"""How often the account was turned over."""

from __future__ import annotations

import math

import numpy as np

from btbot.bars import FloatArray


def turnover(traded_notional: float, equity: FloatArray) -> float:
    """Return the value of all fills, purchases and sales alike, over the mean equity of the run.

    Parameters
    ----------
    traded_notional
        Sum of size times price over all fills, quote currency.
    equity
        float64 of shape (n,), account value at each bar's close.

    Returns
    -------
    A multiple: 2 is one position of the account's whole size, bought and sold. NaN without a bar or if the
    mean equity is not positive.

    Examples
    --------
    >>> turnover(300.0, np.array([100.0, 200.0]))
    2.0
    """
    mean = float(np.mean(equity)) if len(equity) else math.nan
    return traded_notional / mean if mean > 0.0 else math.nan


def annual_turnover(multiple: float, days: int, *, periods_per_year: float) -> float:
    """Return the turnover of a year at the pace of the run; NaN without a day.

    Parameters
    ----------
    multiple
        Result of `turnover`.
    days
        Number of daily returns of the run.
    periods_per_year
        Trading days of a year: 365 or 252.
    """
    return multiple * periods_per_year / days if days else math.nan
