"""Enter on a break by a stop-limit order that is good until the end of the day."""

import backtrader as bt


class StopLimitBreak(bt.Strategy):
    params = (("period", 15), ("room", 0.004))

    def __init__(self):
        self.top = bt.indicators.Highest(self.data.high, period=self.p.period)
        self.average = bt.indicators.SMA(self.data.close, period=self.p.period)
        self.entry = None

    def next(self):
        if self.position:
            if self.data.close[0] < self.average[0]:
                self.close()
        elif self.entry is None or not self.entry.alive():
            self.entry = self.buy(
                exectype=bt.Order.StopLimit,
                price=self.top[0],
                plimit=self.top[0] * (1 + self.p.room),
                valid=bt.Order.DAY,
            )
