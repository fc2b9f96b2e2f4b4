"""Value at risk and expected shortfall of a day, from the days of the run."""

from btbot.analyzer import Analyzer, account
from btbot.metrics.daily import daily_returns
from btbot.metrics.risk import expected_shortfall, value_at_risk


class ValueAtRisk(Analyzer):
    params = (("confidence", 0.95),)

    def compute(self, result):
        book = account(result)
        _, daily = daily_returns(book.open_time_ms, book.equity, book.capital, periods_per_year=book.periods_per_year)
        return {
            "confidence": self.p.confidence,
            "value_at_risk": value_at_risk(daily, confidence=self.p.confidence),
            "expected_shortfall": expected_shortfall(daily, confidence=self.p.confidence),
        }
