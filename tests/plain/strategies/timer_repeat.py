"""A timer of a session's start that repeats every few hours, cheating ahead of the broker."""

import datetime

import backtrader as bt


class TimerRepeat(bt.Strategy):
    params = (("every", 6),)

    def __init__(self):
        self.add_timer(when=bt.timer.SESSION_START, repeat=datetime.timedelta(hours=self.p.every))
        self.add_timer(when=datetime.time(15, 0), cheat=True, monthdays=[1, 3, 5, 9], monthcarry=True)
        self.calls = 0

    def notify_timer(self, timer, when, *args, **kwargs):
        self.calls += 1
        if self.calls % 2:
            self.buy()
        elif self.position.size > 0:
            self.sell(size=self.position.size)

    def next(self):
        if self.position.size > 3:
            self.close()
