"""Monthly returns: years by months, with the return of the whole year."""

from btbot.analyzer import Analyzer, account
from btbot.metrics.monthly import monthly_table, yearly_returns


class Monthly(Analyzer):
    def compute(self, result):
        book = account(result)
        curve = (book.open_time_ms, book.equity, book.capital)
        return monthly_table(*curve).assign(Year=yearly_returns(*curve))
