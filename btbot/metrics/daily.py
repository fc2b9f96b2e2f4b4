"""Equity bar by bar, reduced to one return a day."""

from __future__ import annotations

import numpy as np

from btbot.bars import FloatArray, IntArray

DAY_MS = 86_400_000
_OPEN_EVERY_DAY = 300.0  # a market with more trading days than this a year has no weekend
_LONGEST_CLOSURE_DAYS = 4  # a weekend and a holiday; a longer usual distance means bars of more than a day


def day_ends(open_time_ms: IntArray) -> tuple[IntArray, IntArray]:
    """Return the UTC days that have a bar, and the position of each day's last bar.

    Parameters
    ----------
    open_time_ms
        int64 of shape (n,), epoch milliseconds UTC of each bar's open, increasing.

    Returns
    -------
    Two int64 arrays of shape (d,): days since 1970-01-01, and positions into `open_time_ms`.

    Examples
    --------
    >>> days, last = day_ends(np.array([0, 43_200_000, 86_400_000]))
    >>> days.tolist(), last.tolist()
    ([0, 1], [1, 2])
    """
    if not len(open_time_ms):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    day = np.asarray(open_time_ms, np.int64) // DAY_MS
    last = np.append(np.flatnonzero(day[1:] != day[:-1]), len(day) - 1)
    return day[last], last


def daily_returns(
    open_time_ms: IntArray, equity: FloatArray, capital: float, *, periods_per_year: float
) -> tuple[IntArray, FloatArray]:
    """Return the days of the run and the account's return on each.

    A day's return is its last equity over the previous day's, less 1; a bar belongs to the UTC day in which
    it opens; the first day is measured against the starting capital. The return of a bar longer than a day
    stands on the day of its open.

    Parameters
    ----------
    open_time_ms
        int64 of shape (n,), epoch milliseconds UTC of each bar's open, increasing.
    equity
        float64 of shape (n,), account value at each bar's close.
    capital
        Starting capital, positive.
    periods_per_year
        Days on which the market trades: 365 (crypto) or 252 (stocks). Where it is every day, a day without
        a bar has the return 0, so that the annual factor stays true across holes and for weekly bars.
        Otherwise only the days with bars count, unless the bars are longer than a day: then Monday to
        Friday do.

    Returns
    -------
    int64 and float64 of shape (d,): epoch milliseconds at which each day begins, and its return as a
    fraction. After a day that ends at zero or below, returns are 0: there is nothing left to measure
    against.

    Examples
    --------
    >>> time, equity = np.array([0, 86_400_000]), np.array([110.0, 99.0])
    >>> daily_returns(time, equity, 100.0, periods_per_year=365)[1].round(10).tolist()
    [0.1, -0.1]
    """
    day, last = day_ends(open_time_ms)
    if not len(day):
        return day, np.empty(0)
    ends = np.asarray(equity, np.float64)[last]
    previous = np.append(capital, ends[:-1])
    solvent = previous > 0.0
    earned = np.where(solvent, ends / np.where(solvent, previous, 1.0) - 1.0, 0.0)
    calendar = _calendar(day, periods_per_year)
    returns = np.zeros(len(calendar))
    returns[np.searchsorted(calendar, day)] = earned
    return calendar * DAY_MS, returns


def _calendar(day: IntArray, periods_per_year: float) -> IntArray:
    """Return the days that count as trading days between the first and the last day with a bar."""
    every_day = np.arange(day[0], day[-1] + 1)
    if periods_per_year > _OPEN_EVERY_DAY:
        return every_day
    if len(day) > 1 and np.median(np.diff(day)) > _LONGEST_CLOSURE_DAYS:
        weekday = (every_day + 3) % 7  # 1970-01-01 was a Thursday
        return np.union1d(every_day[weekday < 5], day)
    return day
