"""How a report names and shows the figures of `btbot.metrics.summary`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["percent", "money", "ratio", "count", "days", "time"]


@dataclass(frozen=True, slots=True)
class Label:
    """Text of a figure and the kind of its value.

    Parameters
    ----------
    text
        What a reader sees.
    kind
        ``percent``: a fraction to show times 100. ``money``: quote currency. ``ratio``: a plain number.
        ``count``: a whole number. ``days``: a length in days. ``time``: ISO 8601 UTC text.
    """

    text: str
    kind: Kind


LABELS: dict[str, Label] = {
    "capital": Label("Starting capital", "money"),
    "final_equity": Label("Final equity", "money"),
    "net_profit": Label("Net profit", "money"),
    "total_return": Label("Total return", "percent"),
    "cagr": Label("CAGR", "percent"),
    "bars": Label("Bars", "count"),
    "days": Label("Trading days", "count"),
    "first_bar": Label("First bar opens", "time"),
    "last_bar": Label("Last bar opens", "time"),
    "max_drawdown": Label("Max drawdown", "percent"),
    "max_drawdown_days": Label("Max drawdown, duration", "days"),
    "max_drawdown_start": Label("Max drawdown, peak", "time"),
    "max_drawdown_valley": Label("Max drawdown, valley", "time"),
    "max_drawdown_end": Label("Max drawdown, recovered", "time"),
    "longest_drawdown_days": Label("Longest drawdown", "days"),
    "annual_return": Label("Annual return (arithmetic)", "percent"),
    "volatility": Label("Volatility (annual)", "percent"),
    "sharpe": Label("Sharpe ratio", "ratio"),
    "sortino": Label("Sortino ratio", "ratio"),
    "value_at_risk": Label("Value at risk (daily, 95 %)", "percent"),
    "expected_shortfall": Label("Expected shortfall (daily, 95 %)", "percent"),
    "best_month": Label("Best month", "percent"),
    "worst_month": Label("Worst month", "percent"),
    "average_month": Label("Average month", "percent"),
    "total_trades": Label("Closed trades", "count"),
    "open_trades": Label("Open trades", "count"),
    "winning_trades": Label("Winning trades", "count"),
    "losing_trades": Label("Losing trades", "count"),
    "win_rate": Label("Win rate", "percent"),
    "profit_factor": Label("Profit factor", "ratio"),
    "payoff_ratio": Label("Payoff ratio", "ratio"),
    "expectancy": Label("Expectancy per trade", "money"),
    "gross_profit": Label("Gross profit", "money"),
    "gross_loss": Label("Gross loss", "money"),
    "average_win": Label("Average win", "money"),
    "average_loss": Label("Average loss", "money"),
    "largest_win": Label("Largest win", "money"),
    "largest_loss": Label("Largest loss", "money"),
    "longest_winning_streak": Label("Longest winning streak", "count"),
    "longest_losing_streak": Label("Longest losing streak", "count"),
    "average_bars_held": Label("Average bars held", "ratio"),
    "exposure": Label("Exposure", "percent"),
    "max_concurrent_positions": Label("Max concurrent positions", "count"),
    "fees_paid": Label("Fees paid", "money"),
    "funding_paid": Label("Funding paid", "money"),
    "borrow_paid": Label("Borrow interest paid", "money"),
    "slippage_paid": Label("Slippage paid", "money"),
    "costs_paid": Label("All costs paid", "money"),
    "traded_notional": Label("Value of all fills", "money"),
    "turnover": Label("Turnover (times mean equity)", "ratio"),
    "annual_turnover": Label("Turnover a year", "ratio"),
    "benchmark_return": Label("Buy and hold, return", "percent"),
    "benchmark_max_drawdown": Label("Buy and hold, max drawdown", "percent"),
    "excess_return": Label("Return over buy and hold", "percent"),
    "calmar": Label("Calmar ratio", "ratio"),
    "recovery_factor": Label("Recovery factor", "ratio"),
}
