"""Looks ahead in the way that it is told."""

import numpy as np
import pandas as pd

from btbot import Signals, Strategy, Targets


class Peeking(Strategy):
    params = dict(how="honest")

    @staticmethod
    def signals(bars, p):
        close = pd.Series(bars.close)
        if p.how == "shift":
            return Signals(enter_long=(close.shift(-1) > close).to_numpy())
        if p.how == "centred":
            return Signals(exit_short=(close > close.rolling(9, center=True).mean()).to_numpy())
        if p.how == "maximum":
            return Targets(close.to_numpy() / close.max())
        if p.how == "level":
            return Signals(enter_long=np.ones(len(close), dtype=bool), stop_long=np.full(len(close), close.min()))
        if p.how == "confidence":
            return Signals(enter_long=np.ones(len(close), dtype=bool), confidence=(close / close.max()).to_numpy())
        if p.how == "length":
            return Signals(enter_long=np.arange(len(close)) == len(close) - 50)
        return Signals(enter_long=(close.shift(1) < close).to_numpy(), exit_long=(close.shift(1) > close).to_numpy())
