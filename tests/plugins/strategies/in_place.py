"""Writes into what an indicator returned."""

import numpy as np

from btbot import Signals, Strategy, ta


class InPlace(Strategy):
    params = dict(length=5)

    @staticmethod
    def signals(bars, p):
        mean = ta.sma(bars.close, p.length)
        mean[np.isnan(mean)] = 0.0
        mean *= 1.001
        return Signals(enter_long=bars.close > mean, exit_long=bars.close < mean)
