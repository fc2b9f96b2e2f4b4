"""Returns: what the account earned, in total and by the year."""

from btbot.analyzer import Analyzer, account
from btbot.metrics.daily import daily_returns
from btbot.metrics.returns import annual_return, cagr, total_return
from btbot.metrics.risk import sharpe, sortino, volatility


class Returns(Analyzer):
    def compute(self, result):
        book = account(result)
        year = {"periods_per_year": book.periods_per_year}
        _, daily = daily_returns(book.open_time_ms, book.equity, book.capital, **year)
        gain = total_return(book.equity[-1], book.capital)
        return {
            "total_return": gain,
            "cagr": cagr(gain, len(daily), **year),
            "annual_return": annual_return(daily, **year),
            "volatility": volatility(daily, **year),
            "sharpe": sharpe(daily, **year),
            "sortino": sortino(daily, **year),
            "best_day": daily.max(),
            "worst_day": daily.min(),
            "winning_days": (daily > 0).mean(),
        }
