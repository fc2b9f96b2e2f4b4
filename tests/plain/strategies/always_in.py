"""Always in the market: one order closes the old side and opens the new one, with steps in between."""

import backtrader as bt


class AlwaysIn(bt.Strategy):
    params = (("period", 11), ("unit", 1.0))

    def __init__(self):
        self.macd = bt.indicators.MACDHisto(self.data.close, period_me1=5, period_me2=self.p.period, period_signal=4)

    def next(self):
        histogram, size = self.macd.histo[0], self.position.size
        if histogram > 0 and size <= 0:
            self.buy(size=self.p.unit - size)
        elif histogram < 0 and size >= 0:
            self.sell(size=self.p.unit + size)
        elif len(self) % 9 == 0 and 0 < abs(size) < 4:
            (self.buy if size > 0 else self.sell)(size=self.p.unit / 2)
        elif len(self) % 13 == 0 and abs(size) > 1:
            (self.sell if size > 0 else self.buy)(size=abs(size) / 2)
