"""How far and how long the account stood below its best value.

The starting capital is the first peak. A drawdown begins at the last bar on the peak and ends at the first
bar that reaches the peak again. Times are the bars' opens. quantstats measures on daily closes: its
drawdowns are never deeper than these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from btbot.bars import FloatArray, IntArray
from btbot.metrics.daily import DAY_MS


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One way down from a peak and, perhaps, back.

    Parameters
    ----------
    depth
        Positive fraction of the peak; above 1 only if equity fell below zero.
    start_ms, valley_ms, end_ms
        Epoch milliseconds of the opens of the last bar on the peak, of the lowest bar, and of the first bar
        back at the peak; `end_ms` is None while the account has not recovered.
    days
        From `start_ms` to `end_ms`, or to the last bar.
    """

    depth: float
    start_ms: int
    valley_ms: int
    end_ms: int | None
    days: float


def drawdown_curve(equity: FloatArray, capital: float) -> FloatArray:
    """Return the distance of equity from its running maximum, as a positive fraction of that maximum.

    Parameters
    ----------
    equity
        float64 of shape (n,), account value at each bar's close.
    capital
        Starting capital, positive: the first peak.

    Returns
    -------
    float64 of shape (n,), 0 at a peak.

    Examples
    --------
    >>> drawdown_curve(np.array([90.0, 120.0, 60.0]), 100.0).round(10).tolist()
    [0.1, 0.0, 0.5]
    """
    peak = np.maximum.accumulate(np.maximum(equity, capital))
    fall: FloatArray = 1.0 - equity / peak
    return fall


def max_drawdown(equity: FloatArray, capital: float) -> float:
    """Return the deepest value of `drawdown_curve`: 0 if equity never fell below a peak, or without a bar."""
    return float(drawdown_curve(equity, capital).max()) if len(equity) else 0.0


def deepest_drawdown(open_time_ms: IntArray, curve: FloatArray) -> Drawdown | None:
    """Return the deepest drawdown, the earliest of equals; None if there is none.

    Parameters
    ----------
    open_time_ms
        int64 of shape (n,), epoch milliseconds UTC of each bar's open.
    curve
        float64 of shape (n,), result of `drawdown_curve`.
    """
    valley = int(curve.argmax()) if len(curve) else 0
    if not len(curve) or curve[valley] <= 0.0:
        return None
    peaks_before = np.flatnonzero(curve[:valley] <= 0.0)
    back = np.flatnonzero(curve[valley:] <= 0.0)
    start = int(peaks_before[-1]) if len(peaks_before) else 0
    end = valley + int(back[0]) if len(back) else None
    return _drawdown(open_time_ms, curve, start, valley, end)


def longest_drawdown_days(open_time_ms: IntArray, curve: FloatArray) -> float:
    """Return the days of the longest drawdown, which need not be the deepest; 0 if there is none.

    Arguments as in `deepest_drawdown`.
    """
    start, end = _spans(curve)
    if not len(start):
        return 0.0
    last = np.minimum(end, len(open_time_ms) - 1)
    return float((open_time_ms[last] - open_time_ms[start]).max()) / DAY_MS


def pain_index(curve: FloatArray) -> float:
    """Return the mean of a `drawdown_curve` over all bars, NaN without a bar.

    References
    ----------
    Becker, T., Pain Index and Pain Ratio, Zephyr Associates.
    """
    return float(curve.mean()) if len(curve) else math.nan


def drawdown_table(open_time_ms: IntArray, curve: FloatArray, *, count: int) -> pd.DataFrame:
    """Return the `count` deepest drawdowns, deepest first.

    Arguments as in `deepest_drawdown`.

    Returns
    -------
    DataFrame with the columns ``start, valley, end`` (Timestamps UTC, opens of bars; `end` is NaT while the
    account has not recovered), ``depth`` (positive fraction) and ``days``.
    """
    found = []
    for start, end in zip(*_spans(curve), strict=True):
        valley = int(start) + int(curve[start:end].argmax())
        recovered = int(end) if end < len(curve) else None
        found.append(_drawdown(open_time_ms, curve, int(start), valley, recovered))
    found = sorted(found, key=lambda drawdown: -drawdown.depth)[:count]
    table = {
        name: pd.to_datetime([getattr(drawdown, f"{name}_ms") for drawdown in found], unit="ms", utc=True)
        for name in ("start", "valley", "end")
    }
    return pd.DataFrame(
        {
            **table,
            "depth": [drawdown.depth for drawdown in found],
            "days": [drawdown.days for drawdown in found],
        }
    ).astype({"depth": np.float64, "days": np.float64})


def _spans(curve: FloatArray) -> tuple[IntArray, IntArray]:
    """Return where each drawdown starts (last bar on the peak) and ends (first bar back, or the length)."""
    under = np.concatenate(([False], curve > 0.0, [False]))
    edges = np.flatnonzero(under[1:] != under[:-1])
    first_below, first_back = edges[::2], edges[1::2]
    return np.maximum(first_below - 1, 0), first_back


def _drawdown(open_time_ms: IntArray, curve: FloatArray, start: int, valley: int, end: int | None) -> Drawdown:
    last = len(curve) - 1 if end is None else end
    return Drawdown(
        depth=float(curve[valley]),
        start_ms=int(open_time_ms[start]),
        valley_ms=int(open_time_ms[valley]),
        end_ms=None if end is None else int(open_time_ms[end]),
        days=(int(open_time_ms[last]) - int(open_time_ms[start])) / DAY_MS,
    )
