"""Two data feeds: buy the weaker and sell the stronger when their ratio strays from its mean."""

import backtrader as bt


class PairSpread(bt.Strategy):
    params = (("period", 30), ("wide", 1.3), ("narrow", 0.3), ("cash", 2000.0))

    def __init__(self):
        ratio = self.data0.close / self.data1.close
        mean = bt.indicators.SMA(ratio, period=self.p.period)
        deviation = bt.indicators.StdDev(ratio, period=self.p.period)
        self.score = (ratio - mean) / deviation

    def next(self):
        first, second = self.datas[0], self.datas[1]
        score = self.score[0]
        if not self.getposition(first).size:
            if abs(score) > self.p.wide:
                long, short = (second, first) if score > 0 else (first, second)
                self.buy(data=long, size=round(self.p.cash / long.close[0], 4))
                self.sell(data=short, size=round(self.p.cash / short.close[0], 4))
        elif abs(score) < self.p.narrow:
            self.close(data=first)
            self.close(data=second)
