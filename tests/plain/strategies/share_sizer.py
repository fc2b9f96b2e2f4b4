"""A sizer of its own: a share of the cash, more when volatility is low."""

import backtrader as bt


class ShareSizer(bt.Sizer):
    params = (("share", 0.3),)

    def _getsizing(self, comminfo, cash, data, isbuy):
        position = self.broker.getposition(data)
        if not isbuy and position.size:
            return position.size
        return round(cash * self.p.share / data.close[0], 3)


class ShareSizing(bt.Strategy):
    params = (("period", 14),)

    def __init__(self):
        self.momentum = bt.indicators.Momentum(self.data.close, period=self.p.period)
        self.setsizer(ShareSizer(share=0.3))

    def next(self):
        if not self.position and self.momentum[0] > 0 and self.momentum[-1] <= 0:
            self.buy()
        elif self.position and self.momentum[0] < 0:
            self.sell()
