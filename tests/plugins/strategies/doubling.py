"""Enters by signals and buys once more by hand when it hears of the new trade."""

import backtrader as bt
import numpy as np

from btbot import Signals, Strategy


class Doubling(Strategy):
    # limit: price of the additional order, None for a market order.
    params = dict(enter_long=(), exit_long=(), limit=None)

    @staticmethod
    def signals(bars, p):
        enter, leave = (np.isin(np.arange(len(bars)), numbers) for numbers in (p.enter_long, p.exit_long))
        return Signals(enter_long=enter, exit_long=leave)

    def notify_trade(self, trade):
        if trade.justopened:
            if self.p.limit is None:
                self.buy(size=5)
            else:
                self.buy(size=5, exectype=bt.Order.Limit, price=self.p.limit)
