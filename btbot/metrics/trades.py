"""What the closed trades were like.

The formulas take ``pnl``: float64 of shape (t,), the profit of each closed trade in quote currency, net of
fees, in the order in which the trades were closed. A win is a profit above zero, a loss one below; a trade
at exactly zero is neither, but it is a trade. quantstats counts winning and losing **days** under the same
names, so its values are others.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import FloatArray, IntArray

OPEN = "open"


def closing_order(trades: pd.DataFrame) -> IntArray:
    """Return the row positions of the closed trades by exit time; equal times keep their order."""
    closed = np.flatnonzero(trades["exit_reason"].to_numpy() != OPEN)
    exits = pd.DatetimeIndex(trades["exit_time"]).asi8[closed]
    return closed[np.argsort(exits, kind="stable")]


def closed_trades(trades: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the closed trades in the order of their exits."""
    return trades.iloc[closing_order(trades)]


def win_rate(pnl: FloatArray) -> float:
    """Return the share of trades that won, in [0, 1]; NaN without a trade.

    Examples
    --------
    >>> win_rate(np.array([5.0, -1.0, 0.0, 2.0]))
    0.5
    """
    return float(np.mean(pnl > 0.0)) if len(pnl) else math.nan


def profit_factor(pnl: FloatArray) -> float:
    """Return all profits over all losses: infinity without a loss, NaN without a win and a loss.

    Examples
    --------
    >>> profit_factor(np.array([5.0, -1.0, 0.0, -3.0]))
    1.25
    """
    won, lost = gross_profit(pnl), gross_loss(pnl)
    if lost < 0.0:
        return won / -lost
    return math.inf if won > 0.0 else math.nan


def expectancy(pnl: FloatArray) -> float:
    """Return the mean profit of a trade in quote currency; NaN without a trade.

    References
    ----------
    Tharp, V. K. (1998), Trade Your Way to Financial Freedom; he divides it by the amount at risk.
    """
    return float(np.mean(pnl)) if len(pnl) else math.nan


def payoff_ratio(pnl: FloatArray) -> float:
    """Return the average win over the average loss, positive; NaN without a win or without a loss."""
    return average_win(pnl) / -average_loss(pnl)


def gross_profit(pnl: FloatArray) -> float:
    """Return the sum of all wins, 0 without one."""
    return float(np.sum(pnl[pnl > 0.0]))


def gross_loss(pnl: FloatArray) -> float:
    """Return the sum of all losses, negative; 0 without one."""
    return float(np.sum(pnl[pnl < 0.0]))


def average_win(pnl: FloatArray) -> float:
    """Return the mean of the wins, NaN without one."""
    wins = pnl[pnl > 0.0]
    return float(np.mean(wins)) if len(wins) else math.nan


def average_loss(pnl: FloatArray) -> float:
    """Return the mean of the losses, negative; NaN without one."""
    losses = pnl[pnl < 0.0]
    return float(np.mean(losses)) if len(losses) else math.nan


def largest_win(pnl: FloatArray) -> float:
    """Return the largest win, NaN without one."""
    wins = pnl[pnl > 0.0]
    return float(np.max(wins)) if len(wins) else math.nan


def largest_loss(pnl: FloatArray) -> float:
    """Return the largest loss, negative; NaN without one."""
    losses = pnl[pnl < 0.0]
    return float(np.min(losses)) if len(losses) else math.nan


def longest_winning_streak(pnl: FloatArray) -> int:
    """Return how many trades in a row won at most; a trade at zero ends the row."""
    return _longest_run(pnl > 0.0)


def longest_losing_streak(pnl: FloatArray) -> int:
    """Return how many trades in a row lost at most; a trade at zero ends the row.

    Examples
    --------
    >>> longest_losing_streak(np.array([-1.0, -1.0, 0.0, -1.0, 4.0]))
    2
    """
    return _longest_run(pnl < 0.0)


def _longest_run(flags: npt.NDArray[np.bool_]) -> int:
    padded = np.concatenate(([False], flags, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def streak_extremes(pnl: FloatArray) -> tuple[float, float]:
    """Return the sums of the most profitable row of wins and of the costliest row of losses, 0 without one.

    Examples
    --------
    >>> streak_extremes(np.array([5.0, 5.0, -8.0, 9.0, -6.0, -6.0]))
    (10.0, -12.0)
    """
    if not len(pnl):
        return 0.0, 0.0
    sign = np.sign(pnl)
    first = np.concatenate(([0], np.flatnonzero(sign[1:] != sign[:-1]) + 1))
    sums = np.add.reduceat(pnl, first)
    return max(float(sums.max()), 0.0), min(float(sums.min()), 0.0)
