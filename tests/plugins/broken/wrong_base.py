"""A class that is something else."""

import backtrader as bt


class WrongBase(bt.Indicator):
    pass
