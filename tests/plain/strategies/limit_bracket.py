"""A bracket around a limit entry below the market that is withdrawn after a while."""

import datetime

import backtrader as bt


class LimitBracket(bt.Strategy):
    params = (("discount", 0.006), ("risk", 0.02), ("reward", 0.02), ("patience", 5))

    def __init__(self):
        self.rsi = bt.indicators.RSI_Safe(self.data.close, period=10)
        self.group = []

    def notify_order(self, order):
        if self.group and not any(item.alive() for item in self.group):
            self.group = []

    def next(self):
        if self.group or self.rsi[0] > 45:
            return
        limit = self.data.close[0] * (1 - self.p.discount)
        self.group = self.buy_bracket(
            price=limit,
            size=3,
            valid=datetime.timedelta(hours=self.p.patience),
            stopprice=limit * (1 - self.p.risk),
            limitprice=limit * (1 + self.p.reward),
        )
