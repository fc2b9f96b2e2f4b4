"""Follow a rise with a trailing stop in percent, a fall with one in money."""

import backtrader as bt


class StopTrail(bt.Strategy):
    params = (("period", 10), ("percent", 0.02))

    def __init__(self):
        self.top = bt.indicators.Highest(self.data.close(-1), period=self.p.period)
        self.bottom = bt.indicators.Lowest(self.data.close(-1), period=self.p.period)
        self.range = bt.indicators.ATR(self.data, period=self.p.period)
        self.entry = None

    def notify_order(self, order):
        if order.status != order.Completed or self.entry is None or order.ref != self.entry.ref:
            return
        if order.isbuy():
            self.sell(size=order.executed.size, exectype=bt.Order.StopTrail, trailpercent=self.p.percent)
        else:
            self.buy(size=-order.executed.size, exectype=bt.Order.StopTrail, trailamount=2 * self.range[0])

    def next(self):
        if self.position:
            return
        if self.data.close[0] > self.top[0]:
            self.entry = self.buy(size=1.5)
        elif self.data.close[0] < self.bottom[0]:
            self.entry = self.sell(size=1.5)
