"""Enter on a break of the channel; the stop is its middle, the target a multiple of that risk."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from btbot import Signals, Strategy


class ChannelBreak(Strategy):
    params = (("period", 20), ("reward", 2.0))

    @staticmethod
    def signals(bars, p):
        top = _shifted(bars.high, p.period, np.max)
        bottom = _shifted(bars.low, p.period, np.min)
        middle = (top + bottom) / 2
        target = bars.close + p.reward * (bars.close - middle)
        # Every third bar names no target: NaN means none.
        target = np.where(np.arange(len(target)) % 3 != 0, target, np.nan)
        return Signals(
            enter_long=bars.close > top,
            enter_short=bars.close < bottom,
            stop_long=middle,
            stop_short=middle,
            target_long=target,
            target_short=target,
        )


def _shifted(values, period, reduce):
    result = np.full(len(values), np.nan)
    if len(values) > period:
        result[period:] = reduce(sliding_window_view(values, period), axis=1)[:-1]
    return result
