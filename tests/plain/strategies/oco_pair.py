"""A breakout either way: two stop orders, of which one cancels the other; out after some bars."""

import backtrader as bt


class OcoPair(bt.Strategy):
    params = (("period", 12), ("hold", 7))

    def __init__(self):
        self.top = bt.indicators.Highest(self.data.high, period=self.p.period)
        self.bottom = bt.indicators.Lowest(self.data.low, period=self.p.period)
        self.pair = None
        self.since = 0

    def notify_order(self, order):
        if order.status == order.Completed and order.exectype == bt.Order.Stop:
            self.since = len(self)

    def next(self):
        if self.position:
            if len(self) - self.since >= self.p.hold:
                self.close()
                self.pair = None
            return
        if self.pair and any(order.alive() for order in self.pair):
            return
        up = self.buy(exectype=bt.Order.Stop, price=self.top[0])
        down = self.sell(exectype=bt.Order.Stop, price=self.bottom[0], oco=up)
        self.pair = (up, down)
