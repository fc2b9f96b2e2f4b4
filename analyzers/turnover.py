"""Turnover: the value of all fills in multiples of the mean equity."""

import numpy as np

from btbot.analyzer import Analyzer, account
from btbot.metrics.daily import daily_returns
from btbot.metrics.turnover import annual_turnover, turnover


class Turnover(Analyzer):
    def compute(self, result):
        book = account(result)
        filled = result.orders[result.orders["filled"].to_numpy(np.float64) != 0.0]
        notional = float((filled["filled"].abs() * filled["fill_price"]).sum())
        year = {"periods_per_year": book.periods_per_year}
        days, _ = daily_returns(book.open_time_ms, book.equity, book.capital, **year)
        multiple = turnover(notional, book.equity)
        return {
            "traded_notional": notional,
            "turnover": multiple,
            "annual_turnover": annual_turnover(multiple, len(days), **year),
        }
