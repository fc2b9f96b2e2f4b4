"""Drawdowns: the deepest falls from a peak, when they began, how low they went, when they were over."""

from btbot.analyzer import Analyzer, account
from btbot.metrics.drawdown import drawdown_curve, drawdown_table


class Drawdown(Analyzer):
    params = (("count", 5),)

    def compute(self, result):
        book = account(result)
        curve = drawdown_curve(book.equity, book.capital)
        return drawdown_table(book.open_time_ms, curve, count=self.p.count)
