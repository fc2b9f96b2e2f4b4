"""The figures that a sweep computes for every setting, by the names of ``metrics.json``."""

from __future__ import annotations

FIGURES: tuple[str, ...] = (
    "final_equity",
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "total_trades",
    "open_trades",
    "winning_trades",
    "losing_trades",
    "win_rate",
    "profit_factor",
    "payoff_ratio",
    "expectancy",
    "gross_profit",
    "gross_loss",
    "average_bars_held",
    "exposure",
    "fees_paid",
    "funding_paid",
    "borrow_paid",
    "slippage_paid",
    "traded_notional",
    "days",
    "daily_mean",
    "daily_deviation",
    "daily_skewness",
    "daily_kurtosis",
)
"""All but the last four stand in ``metrics.json``; those are the moments of the daily returns that the statistics of
overfitting need: mean, sample standard deviation (n - 1), skewness and kurtosis (3 for a normal distribution), of
one day. NaN where ``metrics.json`` has null."""
