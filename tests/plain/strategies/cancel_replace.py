"""A bid that follows the market: cancelled and sent anew at every bar until it fills."""

import backtrader as bt


class CancelReplace(bt.Strategy):
    params = (("depth", 0.5), ("period", 10))

    def __init__(self):
        self.range = bt.indicators.AverageTrueRange(period=self.p.period)
        self.bid = None
        self.offer = None

    def next(self):
        for order in (self.bid, self.offer):
            if order is not None and order.alive():
                self.cancel(order)
        distance = self.p.depth * self.range[0]
        if self.position.size < 2:
            self.bid = self.buy(exectype=bt.Order.Limit, price=self.data.close[0] - distance)
        if self.position.size > 0:
            self.offer = self.sell(exectype=bt.Order.Limit, price=self.data.close[0] + distance)
