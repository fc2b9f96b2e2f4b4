"""Buy and hold: what holding the same symbols in equal parts would have earned, without costs."""

from btbot.analyzer import Analyzer, account
from btbot.metrics.benchmark import buy_and_hold
from btbot.metrics.drawdown import max_drawdown
from btbot.metrics.returns import total_return


class BuyAndHold(Analyzer):
    def compute(self, result):
        book = account(result)
        closes = result.equity["time"].dt.as_unit("ms").astype("int64").to_numpy()
        held = buy_and_hold(result.bars, closes, book.capital)
        earned = total_return(held[-1], book.capital)
        return {
            "return": earned,
            "max_drawdown": max_drawdown(held, book.capital),
            "excess_return": total_return(book.equity[-1], book.capital) - earned,
        }
