"""Decides before the bar opens for the broker: `next_open` under cheat-on-open."""

import backtrader as bt


class OpenCheat(bt.Strategy):
    params = (("fast", 4), ("slow", 15))

    def __init__(self):
        fast = bt.indicators.EMA(self.data.close, period=self.p.fast)
        slow = bt.indicators.EMA(self.data.close, period=self.p.slow)
        self.cross = bt.indicators.CrossOver(fast, slow)
        self.wish = 0

    def next(self):
        self.wish = int(self.cross[0])

    def next_open(self):
        size = round(self.broker.getcash() * 0.2 / self.data.open[0], 3)
        if self.wish > 0 and not self.position:
            self.buy(size=size)
        elif self.wish < 0 and self.position:
            self.close()
