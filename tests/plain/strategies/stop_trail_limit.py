"""A trailing stop that becomes a limit order, with a plain close when it is missed."""

import backtrader as bt


class StopTrailLimit(bt.Strategy):
    params = (("period", 8), ("percent", 0.015), ("patience", 25))

    def __init__(self):
        self.slope = self.data.close - bt.indicators.SMA(self.data.close, period=self.p.period)
        self.stop_order = None
        self.since = 0

    def next(self):
        if not self.position:
            self.stop_order = None
            if self.slope[0] > 0 >= self.slope[-1]:
                self.buy()
                self.since = len(self)
            return
        price = self.data.close[0]
        if self.stop_order is None:
            self.stop_order = self.sell(
                exectype=bt.Order.StopTrailLimit,
                price=price,
                plimit=price * 0.999,
                trailpercent=self.p.percent,
            )
        elif len(self) - self.since > self.p.patience:
            self.cancel(self.stop_order)
            self.close()
