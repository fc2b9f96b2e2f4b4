"""Returns by calendar month and year (UTC); a bar belongs to the month in which it opens."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import FloatArray, IntArray
from btbot.metrics.daily import day_ends

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def monthly_returns(
    open_time_ms: IntArray, equity: FloatArray, capital: float
) -> tuple[npt.NDArray[np.datetime64], FloatArray]:
    """Return the months that have a bar, and the account's return in each.

    The first month is measured against the starting capital; the first and the last may be incomplete.

    Parameters
    ----------
    open_time_ms
        int64 of shape (n,), epoch milliseconds UTC of each bar's open, increasing.
    equity
        float64 of shape (n,), account value at each bar's close.
    capital
        Starting capital, positive.

    Returns
    -------
    datetime64[M] and float64 of shape (m,); a return is 0 after a month that ended at zero or below.
    """
    return _returns(open_time_ms, equity, capital, unit="M")


def yearly_returns(open_time_ms: IntArray, equity: FloatArray, capital: float) -> pd.Series[float]:
    """Return the account's return in each calendar year, index ``year`` (int)."""
    years, values = _returns(open_time_ms, equity, capital, unit="Y")
    return pd.Series(values, index=pd.Index(years.astype(np.int64) + 1970, name="year"), name="return")


def monthly_table(open_time_ms: IntArray, equity: FloatArray, capital: float) -> pd.DataFrame:
    """Return the monthly returns as a table of years (int, index ``year``) by months (``Jan`` to ``Dec``).

    Months without a bar are NaN. Arguments as in `monthly_returns`.
    """
    months, values = monthly_returns(open_time_ms, equity, capital)
    number = months.astype(np.int64)
    years = np.unique(number // 12) + 1970
    table = np.full((len(years), 12), np.nan)
    table[np.searchsorted(years, number // 12 + 1970), number % 12] = values
    return pd.DataFrame(table, index=pd.Index(years, name="year"), columns=list(MONTHS))


def _returns(
    open_time_ms: IntArray, equity: FloatArray, capital: float, *, unit: str
) -> tuple[npt.NDArray[np.datetime64], FloatArray]:
    day, last = day_ends(open_time_ms)
    period: npt.NDArray[Any] = day.astype("datetime64[D]").astype(f"datetime64[{unit}]")
    if not len(period):
        return period, np.empty(0)
    closing = np.append(np.flatnonzero(period[1:] != period[:-1]), len(period) - 1)
    ends = np.asarray(equity, np.float64)[last[closing]]
    previous = np.append(capital, ends[:-1])
    solvent = previous > 0.0
    return period[closing], np.where(solvent, ends / np.where(solvent, previous, 1.0) - 1.0, 0.0)
