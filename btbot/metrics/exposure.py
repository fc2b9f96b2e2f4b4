"""How much of the time, and with how many positions, the account was in the market."""

from __future__ import annotations

import math

import numpy as np

from btbot.bars import IntArray


def exposure(open_positions: IntArray) -> float:
    """Return the share of bars with a position, in [0, 1]; NaN without a bar.

    quantstats counts the days with a return other than zero and rounds up to a whole percent.

    Parameters
    ----------
    open_positions
        Integers of shape (n,): number of symbols in position at each bar's close.

    Examples
    --------
    >>> exposure(np.array([0, 1, 2, 0]))
    0.5
    """
    return int(np.count_nonzero(open_positions)) / len(open_positions) if len(open_positions) else math.nan


def max_concurrent_positions(open_positions: IntArray) -> int:
    """Return the largest number of symbols in position at one bar's close, 0 without a bar."""
    return int(np.max(open_positions)) if len(open_positions) else 0


def count_open_positions(open_time_ms: IntArray, entry_ms: IntArray, exit_ms: IntArray) -> IntArray:
    """Return how many trades are open at each bar's close.

    A trade is open from the bar in which it is entered to the one before the bar of its exit.

    Parameters
    ----------
    open_time_ms
        int64 of shape (n,), epoch milliseconds UTC of each bar's open, increasing.
    entry_ms, exit_ms
        int64 of shape (t,), opens of the bars of entry and exit; the most negative integer (which is what NaT
        becomes) is an exit that has not happened.

    Returns
    -------
    int64 of shape (n,).

    Examples
    --------
    >>> count_open_positions(np.array([0, 10, 20, 30]), np.array([10]), np.array([30])).tolist()
    [0, 1, 1, 0]
    """
    pending = np.iinfo(np.int64).min
    entered = np.searchsorted(open_time_ms, entry_ms)
    left = np.searchsorted(open_time_ms, exit_ms[exit_ms != pending])
    size = len(open_time_ms) + 1
    change = np.bincount(entered, minlength=size) - np.bincount(left, minlength=size)
    return np.cumsum(change)[:-1]
