"""Orders that fill at the close of the session."""

import backtrader as bt


class CloseOrder(bt.Strategy):
    params = (("period", 5),)

    def __init__(self):
        self.average = bt.indicators.WMA(self.data.close, period=self.p.period)
        self.order = None

    def notify_order(self, order):
        if not order.alive():
            self.order = None

    def next(self):
        if self.order:
            return
        if not self.position and self.data.close[0] > self.average[0]:
            self.order = self.buy(exectype=bt.Order.Close)
        elif self.position and self.data.close[0] < self.average[0]:
            self.order = self.close(exectype=bt.Order.Close)
