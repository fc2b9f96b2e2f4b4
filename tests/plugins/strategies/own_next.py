"""A subclass of btbot's Strategy that trades in its own ``next``."""

from btbot import Strategy


class OwnNext(Strategy):
    def next(self):
        if len(self.data) == 2:
            self.buy(size=1)
        if len(self.data) == 4:
            self.close()
