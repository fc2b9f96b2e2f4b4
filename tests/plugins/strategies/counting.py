"""Writes down each time that its signals are asked for."""

from pathlib import Path

from btbot import Signals, Strategy, ta


class Counting(Strategy):
    params = dict(length=5, log="")

    @staticmethod
    def signals(bars, p):
        with Path(p.log).open("a") as file:
            file.write(f"{bars.symbol} {p.length}\n")
        mean = ta.sma(bars.close, p.length)
        return Signals(enter_long=bars.close > mean, exit_long=bars.close < mean)
