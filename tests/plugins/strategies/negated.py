"""Conditions that are true of NaN: only the wait for warm indicators keeps them quiet."""

from btbot import Signals, Strategy, ta


class Negated(Strategy):
    @staticmethod
    def signals(bars, p):
        slow = bars.resample("4h")
        quiet = bars.align(slow, ta.sma(slow.close, 2))
        return Signals(enter_long=~(bars.close < ta.sma(bars.close, 5)) | (quiet < 0))
