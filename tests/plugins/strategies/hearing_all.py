"""As `listening`, with the hooks that Backtrader calls at every bar; the file stands alone as plug-ins do."""

import numpy as np

from btbot import Signals, Strategy


class HearingAll(Strategy):
    params = dict(enter_long=(), exit_long=())

    @staticmethod
    def signals(bars, p):
        enter, leave = (np.isin(np.arange(len(bars)), numbers) for numbers in (p.enter_long, p.exit_long))
        return Signals(enter_long=enter, exit_long=leave)

    def start(self):
        self.heard = []

    def notify_order(self, order):
        self.heard.append((len(self), order.getstatusname(), order.executed.price))

    def notify_cashvalue(self, cash, value):
        self.heard.append((len(self), "cashvalue", cash, value, self.data.close[0]))

    def notify_fund(self, cash, value, fundvalue, shares):
        self.heard.append((len(self), "fund", fundvalue, shares))
