"""Fails where it is told to."""

import numpy as np

from btbot import Signals, Strategy


class Failing(Strategy):
    params = dict(where="signals")

    @staticmethod
    def signals(bars, p):
        if p.where == "signals":
            raise ZeroDivisionError("signals failed")
        return Signals(enter_long=np.arange(len(bars)) == 1)

    def notify_order(self, order):
        if self.p.where == "notify_order":
            raise ZeroDivisionError("notify_order failed")

    def stop(self):
        if self.p.where == "stop":
            raise ZeroDivisionError("stop failed")
