"""Timers: buy at eight, sell at twenty, and once a week take everything off."""

import datetime

import backtrader as bt


class TimerRotation(bt.Strategy):
    def __init__(self):
        self.add_timer(when=datetime.time(8, 0), name="in")
        self.add_timer(when=datetime.time(20, 0), name="out")
        self.add_timer(when=datetime.time(12, 0), weekdays=[5], name="weekly")
        self.seen = 0

    def notify_timer(self, timer, when, *args, **kwargs):
        self.seen += 1
        name = kwargs["name"]
        if name == "in" and not self.position:
            self.buy(size=2 + self.seen % 3)
        elif self.position and (name == "weekly" or (name == "out" and self.seen % 4)):
            self.close()

    def next(self):
        pass
