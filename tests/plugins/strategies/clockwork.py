"""Buy at one hour of the day and sell an hour later, so that a test knows which hour pays."""

import numpy as np

from btbot import Signals, Strategy


class Clockwork(Strategy):
    params = dict(hour=0)

    @staticmethod
    def signals(bars, p):
        hour = bars.time // 3_600_000 % 24
        return Signals(
            enter_long=hour == p.hour, exit_long=hour == (p.hour + 1) % 24, plot={"hour": hour.astype(np.float64)}
        )
