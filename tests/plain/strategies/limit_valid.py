"""Bids below and offers above the market, each for a few hours only."""

import datetime

import backtrader as bt


class LimitValid(bt.Strategy):
    params = (("distance", 0.008), ("hours", 4))

    def __init__(self):
        self.order = None
        self.expired = 0

    def notify_order(self, order):
        if order.status == order.Expired:
            self.expired += 1
        if not order.alive():
            self.order = None

    def next(self):
        if self.order:
            return
        # Wait longer after every expiry, up to a day.
        until = self.data.datetime.datetime(0) + datetime.timedelta(hours=self.p.hours + self.expired % 20)
        price = self.data.close[0]
        if self.position:
            limit = price * (1 + self.p.distance)
            self.order = self.sell(exectype=bt.Order.Limit, price=limit, valid=until)
        else:
            limit = price * (1 - self.p.distance)
            self.order = self.buy(exectype=bt.Order.Limit, price=limit, valid=until)
