"""Signals beside a ``next_open`` that writes down what it sees and sends one order of its own."""

import numpy as np

from btbot import Signals, Strategy


class OpeningBell(Strategy):
    # buys: the open of this bar, by its number.
    params = dict(enter_long=(), exit_long=(), buys=None)

    @staticmethod
    def signals(bars, p):
        enter, leave = (np.isin(np.arange(len(bars)), numbers) for numbers in (p.enter_long, p.exit_long))
        return Signals(enter_long=enter, exit_long=leave)

    def start(self):
        self.opens = []

    def next_open(self):
        self.opens.append((len(self.data), self.data.open[0]))
        if len(self.data) - 1 == self.p.buys:
            self.buy(size=1)
