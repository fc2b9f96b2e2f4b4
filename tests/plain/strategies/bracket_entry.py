"""Market entries with a stop and a target as one bracket."""

import backtrader as bt


class BracketEntry(bt.Strategy):
    params = (("fast", 5), ("slow", 18), ("risk", 0.02), ("reward", 0.03))

    def __init__(self):
        fast = bt.indicators.SMA(self.data.close, period=self.p.fast)
        slow = bt.indicators.SMA(self.data.close, period=self.p.slow)
        self.cross = bt.indicators.CrossOver(fast, slow)
        self.refs = []

    def notify_order(self, order):
        if not order.alive() and order.ref in self.refs:
            self.refs.remove(order.ref)

    def next(self):
        if self.refs:
            return
        price = self.data.close[0]
        if self.cross[0] > 0:
            orders = self.buy_bracket(
                exectype=bt.Order.Market,
                stopprice=price * (1 - self.p.risk),
                limitprice=price * (1 + self.p.reward),
            )
        elif self.cross[0] < 0:
            orders = self.sell_bracket(
                exectype=bt.Order.Market,
                stopprice=price * (1 + self.p.risk),
                limitprice=price * (1 - self.p.reward),
            )
        else:
            return
        self.refs = [order.ref for order in orders]
