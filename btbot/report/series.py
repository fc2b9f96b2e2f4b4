"""The curves that every picture of a run starts from, and thinning them for drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btbot.bars import Bars, FloatArray, IntArray
from btbot.metrics.benchmark import buy_and_hold
from btbot.metrics.daily import daily_returns
from btbot.records import RunResult

_DAYS_PER_YEAR = {"crypto": 365.0, "stocks": 252.0}


@dataclass(frozen=True, slots=True)
class Curves:
    """Equity and benchmark of a run, one value a bar.

    Parameters
    ----------
    time, open_time
        int64 of shape (n,), epoch milliseconds UTC at which each bar closes and opens.
    equity, benchmark
        float64 of shape (n,), quote currency; the benchmark is buy-and-hold of the run's own bars.
    capital
        Money at the start, quote currency.
    periods_per_year
        Trading days of a year, 365 or 252.
    """

    time: IntArray
    open_time: IntArray
    equity: FloatArray
    benchmark: FloatArray
    capital: float
    periods_per_year: float

    def daily(self) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return days (epoch ms of their beginning) and the daily returns of equity and of the benchmark."""
        days, own = daily_returns(self.open_time, self.equity, self.capital, periods_per_year=self.periods_per_year)
        _, held = daily_returns(self.open_time, self.benchmark, self.capital, periods_per_year=self.periods_per_year)
        return days, own, held


def curves(result: RunResult) -> Curves:
    """Return the run's equity beside buy-and-hold of the same bars with the same capital."""
    time = epoch_ms(result.equity["time"])
    equity = result.equity["equity"].to_numpy(np.float64)
    capital = float(result.config.get("capital") or (equity[0] if len(equity) else 1.0))
    bars: dict[str, Bars] = result.bars
    open_time = time - min((one.timeframe.ms for one in bars.values()), default=0)
    benchmark = buy_and_hold(bars, time, capital)
    days = _DAYS_PER_YEAR[str(result.config.get("calendar", "crypto"))]
    return Curves(time, open_time, equity, benchmark, capital, days)


def epoch_ms(times: pd.Series) -> IntArray:
    """Return UTC timestamps as int64 milliseconds since the epoch; the column must hold no NaT."""
    return pd.DatetimeIndex(pd.to_datetime(times, utc=True)).as_unit("ms").asi8


def thin(values: FloatArray, points: int) -> IntArray:
    """Return the positions that keep a curve's shape when drawn: each bucket's lowest and highest.

    Parameters
    ----------
    values
        float64 of shape (n,), no NaN.
    points
        About how many positions to keep, at least 4; a shorter curve is kept whole.

    Returns
    -------
    int64 of shape (m,), ascending, first and last position included.

    Examples
    --------
    >>> thin(np.array([0.0, 1.0, 9.0, 1.0, 0.0, -5.0, 0.0, 1.0]), 4).tolist()
    [0, 2, 5, 7]
    """
    n = len(values)
    if n <= points:
        return np.arange(n, dtype=np.int64)
    size = -(-n // (points // 2))
    starts = np.arange(0, n, size)
    padded = np.concatenate([values, np.full(len(starts) * size - n, values[-1])]).reshape(-1, size)
    low = np.minimum(starts + padded.argmin(axis=1), n - 1)
    high = np.minimum(starts + padded.argmax(axis=1), n - 1)
    return np.unique(np.concatenate([low, high, [0, n - 1]]))
