"""Long while the last closed day rose; bars of the run are hours."""

from btbot import Signals, Strategy


class TwoTimeframes(Strategy):
    @staticmethod
    def signals(bars, p):
        days = bars.resample("1d")
        rose = bars.align(days, days.close > days.open)
        fell = bars.align(days, days.close < days.open)
        return Signals(enter_long=rose, exit_long=fell)
