"""The figures of a run from its sums, compiled; equal to those of `btbot.metrics`."""

from __future__ import annotations

import math

from btbot.kernel.compiling import part
from btbot.kernel.figures import FIGURES
from btbot.kernel.reading import book_at

_ROUNDING = 1e-15  # as in `btbot.metrics.risk`
(
    FINAL, RETURN, CAGR, VOLATILITY, SHARPE, SORTINO, CALMAR, DRAWDOWN, TRADES, OPEN, WINS, LOSSES, WIN_RATE,
    PROFIT_FACTOR, PAYOFF, EXPECTANCY, GROSS_PROFIT, GROSS_LOSS, BARS_HELD, EXPOSURE, FEES, FUNDING, BORROW, SLIPPAGE,
    NOTIONAL, DAYS, MEAN, DEVIATION, SKEWNESS, KURTOSIS,
) = range(len(FIGURES))  # fmt: skip


@part
def summarise(books, account, terms, day_equity, symbols, closes, days, figures):
    """Write every figure of `FIGURES`; NaN where there is none."""
    gain = account.equity / terms.capital - 1.0
    figures[FINAL], figures[RETURN], figures[DRAWDOWN] = account.equity, gain, account.drawdown
    growth = math.nan
    if days > 0 and 1.0 + gain >= 0.0:
        growth = math.pow(1.0 + gain, terms.per_year / days) - 1.0
        growth = growth if math.isfinite(growth) else math.nan
    figures[CAGR] = growth
    figures[CALMAR] = growth / account.drawdown if account.drawdown > 0.0 else math.nan
    opened = 0
    for symbol in range(symbols):
        opened += 1 if book_at(books, symbol).open_size != 0.0 else 0
    figures[OPEN] = opened
    figures[EXPOSURE] = account.in_market / closes
    figures[FEES], figures[FUNDING], figures[BORROW] = account.fees, account.funding, account.borrow
    figures[SLIPPAGE], figures[NOTIONAL], figures[DAYS] = account.slippage, account.notional, days
    of_trades(account, figures)
    of_days(day_equity, terms.capital, terms.per_year, days, figures)


@part
def of_trades(account, figures):
    """Write the figures of closed trades."""
    trades, wins, losses = account.trades, account.wins, account.losses
    won, lost = account.gross_profit, account.gross_loss
    figures[TRADES], figures[WINS], figures[LOSSES] = trades, wins, losses
    figures[GROSS_PROFIT], figures[GROSS_LOSS] = won, lost
    figures[PROFIT_FACTOR] = won / -lost if lost < 0.0 else math.nan
    figures[PAYOFF] = (won / wins) / -(lost / losses) if wins > 0 and losses > 0 else math.nan
    figures[WIN_RATE] = wins / trades if trades > 0 else math.nan
    figures[EXPECTANCY] = account.net / trades if trades > 0 else math.nan
    figures[BARS_HELD] = account.bars_held / trades if trades > 0 else math.nan


@part
def of_days(day_equity, capital, per_year, days, figures):
    """Write the figures of daily returns; trading days without a bar have the return 0."""
    total = downside = 0.0
    before = capital
    for day in range(len(day_equity)):
        earned = day_equity[day] / before - 1.0 if before > 0.0 else 0.0
        before = day_equity[day]
        day_equity[day] = earned
        total += earned
        downside += min(earned, 0.0) ** 2
    for place in (VOLATILITY, SHARPE, SORTINO, MEAN, DEVIATION, SKEWNESS, KURTOSIS):
        figures[place] = math.nan
    if days < 1:
        return
    mean, rest = total / days, days - len(day_equity)
    second, third, fourth = rest * mean**2, -rest * mean**3, rest * mean**4
    for earned in day_equity:
        gap = earned - mean
        second += gap**2
        third += gap**3
        fourth += gap**4
    year = math.sqrt(per_year)
    figures[MEAN] = mean
    if math.sqrt(downside / days) > _ROUNDING:
        figures[SORTINO] = mean / math.sqrt(downside / days) * year
    if days > 1:
        deviation = math.sqrt(second / (days - 1))
        figures[DEVIATION] = deviation
        figures[VOLATILITY] = deviation * year if deviation > _ROUNDING else 0.0
        if deviation > _ROUNDING:
            figures[SHARPE] = mean / deviation * year
    if second / days > 1e-30:
        figures[SKEWNESS] = third / days / (second / days) ** 1.5
        figures[KURTOSIS] = fourth / days / (second / days) ** 2
