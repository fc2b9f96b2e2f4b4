"""An indicator with lines of its own, `prenext`, `nextstart` and `stop`."""

import backtrader as bt


class Channel(bt.Indicator):
    lines = ("mid", "width")
    params = (("period", 16),)

    def __init__(self):
        self.addminperiod(self.p.period)

    def next(self):
        highs, lows = self.data.high.get(size=self.p.period), self.data.low.get(size=self.p.period)
        self.lines.mid[0] = (max(highs) + min(lows)) / 2
        self.lines.width[0] = max(highs) - min(lows)


class OwnIndicator(bt.Strategy):
    def __init__(self):
        self.channel = Channel(self.data, period=16)
        self.waited = 0
        self.first = None

    def prenext(self):
        self.waited += 1

    def nextstart(self):
        self.first = len(self)
        self.buy(size=1)

    def next(self):
        close, mid, width = self.data.close[0], self.channel.mid[0], self.channel.width[0]
        if not self.position and close < mid - 0.25 * width:
            self.buy(size=self.first / self.waited)
        elif self.position and close > mid:
            self.close()

    def stop(self):
        if self.position:
            self.close()
