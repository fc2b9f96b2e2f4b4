"""Two strategies, neither called like the file."""

import backtrader as bt


class First(bt.Strategy):
    pass


class Second(bt.Strategy):
    pass
