"""Signals by the number of the bar, written down as the hooks of Backtrader see them."""

import backtrader as bt
import numpy as np

from btbot import Signals, Strategy


class Listening(Strategy):
    params = dict(enter_long=(), exit_long=(), enter_short=(), exit_short=())

    def start(self):
        self.heard = [("start",)]

    def stop(self):
        self.heard.append(("stop", len(self.data), self.broker.getvalue()))

    @staticmethod
    def signals(bars, p):
        names = ("enter_long", "exit_long", "enter_short", "exit_short")
        flags = {name: np.isin(np.arange(len(bars)), getattr(p, name)) for name in names}
        return Signals(**flags)

    def _now(self):
        return len(self), len(self.data), self.data.close[0], self.datetime.datetime(0), self.broker.getvalue()

    def notify_order(self, order):
        assert isinstance(order, bt.Order)
        done = order.executed
        self.heard.append(
            ("order", order.data._name, order.getstatusname(), order.getordername(), order.isbuy(), order.size,
             order.created.price, done.size, done.price, done.comm, done.pnl, done.remsize, *self._now())
        )  # fmt: skip

    def notify_trade(self, trade):
        self.heard.append(
            ("trade", trade.data._name, trade.status_names[trade.status], trade.size, trade.price, trade.pnl,
             trade.pnlcomm, trade.barlen, trade.open_datetime(), *self._now())
        )  # fmt: skip
