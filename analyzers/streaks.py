"""Streaks: the longest rows of winning and of losing trades, and what they brought."""

import numpy as np

from btbot.analyzer import TradesAnalyzer
from btbot.metrics.trades import longest_losing_streak, longest_winning_streak, streak_extremes


class Streaks(TradesAnalyzer):
    def compute(self, trades):
        pnl = trades["pnl"].to_numpy(np.float64)
        best, worst = streak_extremes(pnl)
        return {
            "longest_winning_streak": longest_winning_streak(pnl),
            "longest_losing_streak": longest_losing_streak(pnl),
            "best_streak_profit": best,
            "worst_streak_loss": worst,
        }
