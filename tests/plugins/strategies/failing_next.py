"""A plain Backtrader strategy that fails at its third bar."""

import backtrader as bt


class FailingNext(bt.Strategy):
    def next(self):
        if len(self.data) == 3:
            raise KeyError("next failed")
