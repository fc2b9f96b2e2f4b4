"""A target for each bar, written by hand."""

import numpy as np

from btbot import Strategy, Targets


class Wanted(Strategy):
    params = dict(exposure=(), band=0.1)

    @staticmethod
    def signals(bars, p):
        return Targets(np.array(p.exposure, dtype=float)[: len(bars)], band=p.band)
