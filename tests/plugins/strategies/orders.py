"""A plain Backtrader strategy that sends the orders of a script, so that a test can write them by hand."""

import backtrader as bt


class Orders(bt.Strategy):
    # steps: (bar, name, method, keywords); `oco`, `parent` and `order` name an earlier step.
    params = dict(script=())

    def __init__(self):
        self.made = {}

    def next(self):
        for bar, name, method, keywords in self.p.script:
            if bar != len(self.data) - 1:
                continue
            given = {
                key: self.made[value] if key in ("oco", "parent", "order") else value for key, value in keywords.items()
            }
            self.made[name] = getattr(self, method)(**given)
