"""Sends a far limit order when its trade opens, cancels it when it rests, and writes down what it hears."""

import backtrader as bt
import numpy as np

from btbot import Signals, Strategy


class ChangingMind(Strategy):
    params = dict(enter_long=())

    @staticmethod
    def signals(bars, p):
        return Signals(enter_long=np.isin(np.arange(len(bars)), p.enter_long))

    def start(self):
        self.heard = []

    def notify_trade(self, trade):
        if trade.justopened:
            self.buy(size=1, exectype=bt.Order.Limit, price=1.0)

    def notify_order(self, order):
        if order.exectype != bt.Order.Limit:
            return
        self.heard.append((order.getstatusname(), self.datetime.datetime(0).hour))
        if order.status == order.Accepted:
            self.cancel(order)
