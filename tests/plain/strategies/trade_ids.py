"""Two trades at once on one symbol, told apart by their ids."""

import backtrader as bt


class TradeIds(bt.Strategy):
    params = (("fast", 5), ("slow", 13))

    def __init__(self):
        self.fast = bt.indicators.SMA(period=self.p.fast)
        self.slow = bt.indicators.SMA(period=self.p.slow)
        self.sizes = {1: 0, 2: 0}

    def next(self):
        for number, average in ((1, self.fast), (2, self.slow)):
            above = self.data.close[0] > average[0]
            if above and not self.sizes[number]:
                self.buy(size=number, tradeid=number)
                self.sizes[number] = number
            elif not above and self.sizes[number]:
                self.sell(size=number, tradeid=number)
                self.sizes[number] = 0
