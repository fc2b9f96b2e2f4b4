"""The crossover with its signals one bar late: a planted fault."""

import numpy as np

from btbot import Signals, Strategy, ta


class MaCross(Strategy):
    params = (("ma_fast", 20), ("ma_slow", 50))

    @staticmethod
    def signals(bars, p):
        gap = ta.sma(bars.close, p.ma_fast) - ta.sma(bars.close, p.ma_slow)
        up, down = np.zeros(len(gap), bool), np.zeros(len(gap), bool)
        up[2:] = (gap[1:-1] > 0) & (gap[:-2] <= 0)
        down[2:] = (gap[1:-1] < 0) & (gap[:-2] >= 0)
        return Signals(enter_long=up, exit_long=down, enter_short=down, exit_short=up)
