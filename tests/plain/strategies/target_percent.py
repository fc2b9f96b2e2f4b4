"""Rebalance to a target share by the RSI; several kinds of targets."""

import backtrader as bt


class TargetPercent(bt.Strategy):
    params = (("period", 8), ("every", 6))

    def __init__(self):
        self.rsi = bt.indicators.RSI_Safe(self.data, period=self.p.period)

    def next(self):
        step, left = divmod(len(self), self.p.every)
        if left:
            return
        if step % 3 == 0:
            self.order_target_percent(target=0.5 if self.rsi[0] < 50 else -0.2)
        elif step % 3 == 1:
            self.order_target_value(target=3000.0 if self.rsi[0] < 60 else 0.0)
        else:
            self.order_target_size(target=5 if self.rsi[0] < 40 else 2)
