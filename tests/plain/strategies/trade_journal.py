"""Bookkeeping in notify_trade and notify_order decides: larger after a gain, a pause after a loss."""

import backtrader as bt


class TradeJournal(bt.Strategy):
    params = (("period", 9), ("pause", 6))

    def __init__(self):
        self.average = bt.indicators.EMA(self.data.close, period=self.p.period)
        self.order = None
        self.stake = 1.0
        self.resume = 0
        self.fees = 0.0
        self.opened = 0

    def notify_order(self, order):
        if order.status in (order.Submitted, order.Accepted):
            return
        if order.status == order.Completed:
            self.fees += order.executed.comm
        self.order = None

    def notify_trade(self, trade):
        if trade.justopened:
            self.opened += 1
        if not trade.isclosed:
            return
        if trade.pnlcomm > 0:
            self.stake = min(4.0, self.stake * 1.5)
        else:
            self.stake = 1.0
            self.resume = len(self) + self.p.pause

    def notify_cashvalue(self, cash, value):
        self.last_value = value

    def next(self):
        if self.order or len(self) < self.resume or self.fees > self.last_value * 0.2:
            return
        above = self.data.close[0] > self.average[0]
        if above and not self.position:
            self.order = self.buy(size=self.stake)
        elif not above and self.position:
            self.order = self.close()
