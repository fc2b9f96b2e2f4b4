"""All figures of a run in one dictionary, as they stand in ``metrics.json``."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from btbot.bars import FloatArray, IntArray
from btbot.metrics import drawdown, exposure, returns, risk, turnover
from btbot.metrics import trades as trading
from btbot.metrics.daily import daily_returns
from btbot.metrics.monthly import monthly_returns

Figure = float | int | str | None


def summarize(
    *,
    open_time_ms: IntArray,
    equity: FloatArray,
    capital: float,
    trades: pd.DataFrame,
    open_positions: IntArray,
    fees_paid: float,
    funding_paid: float,
    borrow_paid: float,
    slippage_paid: float,
    traded_notional: float,
    benchmark: FloatArray | None,
    periods_per_year: float,
) -> dict[str, Figure]:
    """Return every figure of a run by name; `btbot.metrics.labels` has a label for each.

    Parameters
    ----------
    open_time_ms
        int64 of shape (n,), epoch milliseconds UTC of each bar's open, increasing.
    equity
        float64 of shape (n,), account value at each bar's close.
    capital
        Starting capital, positive.
    trades
        Table with at least ``pnl, bars_held, exit_time, exit_reason``; rows whose reason is ``open`` count as
        ``open_trades`` and nowhere else.
    open_positions
        Integers of shape (n,): number of symbols in position at each bar's close.
    fees_paid, funding_paid, borrow_paid, slippage_paid
        Quote currency; funding received is negative. Slippage is what fills were worse than their reference
        price, so it is contained in the profits already.
    traded_notional
        Sum of size times price over all fills.
    benchmark
        float64 of shape (n,), equity of holding the symbols with the same capital, or None.
    periods_per_year
        Trading days of a year: 365 or 252.

    Returns
    -------
    Plain numbers and texts, never rounded; None where a formula gives NaN or infinity. Always the same keys.
    """
    days, daily = daily_returns(open_time_ms, equity, capital, periods_per_year=periods_per_year)
    figures: dict[str, Figure] = {
        **_account(open_time_ms, equity, capital, days=len(days), periods_per_year=periods_per_year),
        **_drawdowns(open_time_ms, equity, capital),
        **_risk(daily, periods_per_year=periods_per_year),
        **_months(open_time_ms, equity, capital),
        **_trades(trades),
        **_market_time(open_positions),
        **_costs(fees_paid, funding_paid, borrow_paid, slippage_paid),
        **_turnover(traded_notional, equity, days=len(days), periods_per_year=periods_per_year),
        **_benchmark(benchmark, equity, capital),
    }
    gain, growth, depth = (_number(figures[name]) for name in ("total_return", "cagr", "max_drawdown"))
    figures["calmar"] = risk.calmar(growth, depth)
    figures["recovery_factor"] = risk.recovery_factor(gain, depth)
    return {name: _finite(value) for name, value in figures.items()}


def _account(
    open_time_ms: IntArray, equity: FloatArray, capital: float, *, days: int, periods_per_year: float
) -> dict[str, Figure]:
    final = float(equity[-1]) if len(equity) else capital
    gain = returns.total_return(final, capital)
    return {
        "capital": capital,
        "final_equity": final,
        "net_profit": final - capital,
        "total_return": gain,
        "cagr": returns.cagr(gain, days, periods_per_year=periods_per_year),
        "bars": len(equity),
        "days": days,
        "first_bar": _stamp(int(open_time_ms[0])) if len(equity) else None,
        "last_bar": _stamp(int(open_time_ms[-1])) if len(equity) else None,
    }


def _risk(daily: FloatArray, *, periods_per_year: float) -> dict[str, Figure]:
    return {
        "annual_return": returns.annual_return(daily, periods_per_year=periods_per_year),
        "volatility": risk.volatility(daily, periods_per_year=periods_per_year),
        "sharpe": risk.sharpe(daily, periods_per_year=periods_per_year),
        "sortino": risk.sortino(daily, periods_per_year=periods_per_year),
        "value_at_risk": risk.value_at_risk(daily),
        "expected_shortfall": risk.expected_shortfall(daily),
    }


def _drawdowns(open_time_ms: IntArray, equity: FloatArray, capital: float) -> dict[str, Figure]:
    curve = drawdown.drawdown_curve(equity, capital)
    deepest = drawdown.deepest_drawdown(open_time_ms, curve)
    end_ms = deepest.end_ms if deepest else None
    return {
        "max_drawdown": deepest.depth if deepest else 0.0,
        "max_drawdown_days": deepest.days if deepest else 0.0,
        "max_drawdown_start": _stamp(deepest.start_ms) if deepest else None,
        "max_drawdown_valley": _stamp(deepest.valley_ms) if deepest else None,
        "max_drawdown_end": _stamp(end_ms) if end_ms is not None else None,
        "longest_drawdown_days": drawdown.longest_drawdown_days(open_time_ms, curve),
    }


def _months(open_time_ms: IntArray, equity: FloatArray, capital: float) -> dict[str, Figure]:
    _, values = monthly_returns(open_time_ms, equity, capital)
    return {
        "best_month": float(values.max()) if len(values) else None,
        "worst_month": float(values.min()) if len(values) else None,
        "average_month": float(values.mean()) if len(values) else None,
    }


def _trades(trades: pd.DataFrame) -> dict[str, Figure]:
    closed = trading.closing_order(trades)
    pnl = trades["pnl"].to_numpy(np.float64)[closed]
    held = trades["bars_held"].to_numpy(np.float64)[closed]
    return {
        "total_trades": len(pnl),
        "open_trades": len(trades) - len(pnl),
        "winning_trades": int(np.count_nonzero(pnl > 0.0)),
        "losing_trades": int(np.count_nonzero(pnl < 0.0)),
        "win_rate": trading.win_rate(pnl),
        "profit_factor": trading.profit_factor(pnl),
        "payoff_ratio": trading.payoff_ratio(pnl),
        "expectancy": trading.expectancy(pnl),
        "gross_profit": trading.gross_profit(pnl),
        "gross_loss": trading.gross_loss(pnl),
        "average_win": trading.average_win(pnl),
        "average_loss": trading.average_loss(pnl),
        "largest_win": trading.largest_win(pnl),
        "largest_loss": trading.largest_loss(pnl),
        "longest_winning_streak": trading.longest_winning_streak(pnl),
        "longest_losing_streak": trading.longest_losing_streak(pnl),
        "average_bars_held": float(held.mean()) if len(held) else None,
    }


def _market_time(open_positions: IntArray) -> dict[str, Figure]:
    return {
        "exposure": exposure.exposure(open_positions),
        "max_concurrent_positions": exposure.max_concurrent_positions(open_positions),
    }


def _costs(fees: float, funding: float, borrow: float, slippage: float) -> dict[str, Figure]:
    return {
        "fees_paid": fees,
        "funding_paid": funding,
        "borrow_paid": borrow,
        "slippage_paid": slippage,
        "costs_paid": fees + funding + borrow + slippage,
    }


def _turnover(traded_notional: float, equity: FloatArray, *, days: int, periods_per_year: float) -> dict[str, Figure]:
    multiple = turnover.turnover(traded_notional, equity)
    return {
        "traded_notional": traded_notional,
        "turnover": multiple,
        "annual_turnover": turnover.annual_turnover(multiple, days, periods_per_year=periods_per_year),
    }


def _benchmark(benchmark: FloatArray | None, equity: FloatArray, capital: float) -> dict[str, Figure]:
    if benchmark is None or not len(benchmark):
        return {"benchmark_return": None, "benchmark_max_drawdown": None, "excess_return": None}
    held = returns.total_return(float(benchmark[-1]), capital)
    return {
        "benchmark_return": held,
        "benchmark_max_drawdown": drawdown.max_drawdown(benchmark, capital),
        "excess_return": returns.total_return(float(equity[-1]), capital) - held,
    }


def _stamp(time_ms: int) -> str:
    return f"{np.datetime_as_string(np.datetime64(time_ms, 'ms'), unit='s')}Z"


def _number(value: Figure) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _finite(value: Figure) -> Figure:
    """Return the value as JSON can hold it: a plain int or float, None for NaN and infinity."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if math.isfinite(value) else None
