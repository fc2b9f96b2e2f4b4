"""A plain Backtrader strategy that sends its only order before the first bar."""

import backtrader as bt


class BuyingAtStart(bt.Strategy):
    params = dict(options={})

    def start(self):
        self.buy(size=1, **self.p.options)
