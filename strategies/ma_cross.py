"""Buy when a fast moving average crosses above a slow one, and sell when it crosses back.

Loses in sideways markets, where the averages cross back and forth and every crossing pays the costs.

Source: Brock, Lakonishok and LeBaron 1992, "Simple Technical Trading Rules and the Stochastic Properties of
Stock Returns", Journal of Finance 47. Copy this file to begin your own: its name is the strategy's name.
"""

from btbot import Signals, Strategy, ta


class MaCross(Strategy):
    params = dict(ma_fast=20, ma_slow=50)

    @staticmethod
    def signals(bars, p):
        fast, slow = ta.sma(bars.close, p.ma_fast), ta.sma(bars.close, p.ma_slow)
        up, down = ta.crossover(fast, slow), ta.crossunder(fast, slow)
        return Signals(
            enter_long=up,
            exit_long=down,
            enter_short=down,
            exit_short=up,
            plot={f"SMA {p.ma_fast}": fast, f"SMA {p.ma_slow}": slow},
        )
