"""A forecast that changes sign, rests at zero and now and then says nothing."""

import numpy as np

from btbot import Strategy, Targets


class Wavering(Strategy):
    params = (("period", 20), ("band", 0.1))

    @staticmethod
    def signals(bars, p):
        change = np.full(len(bars), np.nan)
        change[p.period :] = bars.close[p.period :] / bars.close[: -p.period] - 1
        exposure = np.clip(np.round(change * 10, 1), -1, 1)
        exposure[::11] = np.nan
        return Targets(exposure, band=p.band)
