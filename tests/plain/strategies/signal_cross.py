"""No `next` at all: Backtrader's signals trade the crossing of two averages."""

import backtrader as bt


class SignalCross(bt.SignalStrategy):
    params = (("fast", 6), ("slow", 21))

    def __init__(self):
        fast = bt.ind.EMA(period=self.p.fast)
        slow = bt.ind.EMA(period=self.p.slow)
        self.signal_add(bt.SIGNAL_LONGSHORT, bt.ind.CrossOver(fast, slow))
        self.signal_add(bt.SIGNAL_LONGEXIT, bt.ind.CrossDown(self.data.close, slow))
