"""The dictionary of a run: a run computed by hand, a bar-by-bar reference, quantstats, and the edges."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.metrics import LABELS, summarize

HOUR = 3_600_000
START = 1_704_067_200_000  # 2024-01-01T00:00Z, a Monday
REQUIRED = [
    "final_equity",
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "max_drawdown_days",
    "total_trades",
    "win_rate",
    "profit_factor",
    "expectancy",
    "exposure",
    "fees_paid",
    "bars",
]


def table(pnl, reasons=None, first=START):
    """Return a trades table with one trade an hour."""
    count = len(pnl)
    entries = pd.to_datetime(first + np.arange(count) * HOUR, unit="ms", utc=True)
    reasons = reasons or ["signal"] * count
    closed = np.array(reasons, dtype=object) != "open"
    return pd.DataFrame(
        {
            "strategy": "s",
            "symbol": "BTC/USDT",
            "side": "long",
            "size": 1.0,
            "entry_time": entries,
            "entry_price": 1.0,
            "exit_time": (entries + pd.Timedelta(hours=1)).where(closed),
            "exit_price": np.where(closed, 1.0, np.nan),
            "pnl": np.array(pnl, dtype=float),
            "fees": 0.1,
            "bars_held": np.arange(1, count + 1),
            "exit_reason": reasons,
        }
    )


def run(equity, *, capital=1_000.0, pnl=(), reasons=None, step=HOUR, held=None, benchmark=None, year=365.0, **paid):
    equity = np.array(equity, dtype=float)
    costs = dict.fromkeys(("fees_paid", "funding_paid", "borrow_paid", "slippage_paid", "traded_notional"), 0.0)
    return summarize(
        open_time_ms=START + np.arange(len(equity), dtype=np.int64) * step,
        equity=equity,
        capital=capital,
        trades=table(pnl, reasons),
        open_positions=np.zeros(len(equity), np.int64) if held is None else np.array(held),
        benchmark=benchmark,
        periods_per_year=year,
        **{**costs, **paid},
    )


def test_a_run_of_three_days_computed_by_hand():
    figures = run(
        [1_100.0, 990.0, 1_188.0],
        step=24 * HOUR,
        pnl=[100.0, -50.0, 7.0],
        reasons=["signal", "stop", "open"],
        held=[0, 2, 1],
        benchmark=np.array([1_000.0, 800.0, 1_050.0]),
        fees_paid=3.0,
        funding_paid=-1.0,
        borrow_paid=0.5,
        slippage_paid=2.0,
        traded_notional=2 * 3_278.0 / 3,
    )
    times = [f"2024-01-0{day}T00:00:00Z" for day in (1, 2, 3)]
    peak_valley_end = [figures.pop(f"max_drawdown_{name}") for name in ("start", "valley", "end")]
    assert [figures.pop("first_bar"), figures.pop("last_bar")] == [times[0], times[2]]
    assert peak_valley_end == times
    mean, deviation = 0.2 / 3, math.sqrt(((0.1 / 3) ** 2 + (0.5 / 3) ** 2 + (0.4 / 3) ** 2) / 2)
    assert figures == pytest.approx(
        {
            "capital": 1_000.0,
            "final_equity": 1_188.0,
            "net_profit": 188.0,
            "total_return": 0.188,
            "cagr": 1.188 ** (365 / 3) - 1,
            "bars": 3,
            "days": 3,
            "max_drawdown": 0.1,
            "max_drawdown_days": 2.0,
            "longest_drawdown_days": 2.0,
            "annual_return": mean * 365,
            "volatility": deviation * math.sqrt(365),
            "sharpe": mean / deviation * math.sqrt(365),
            "sortino": mean / math.sqrt(0.01 / 3) * math.sqrt(365),
            "value_at_risk": 0.08,  # a tenth of the way from -0.1 to 0.1
            "expected_shortfall": 0.1,
            "best_month": 0.188,
            "worst_month": 0.188,
            "average_month": 0.188,
            "total_trades": 2,
            "open_trades": 1,
            "winning_trades": 1,
            "losing_trades": 1,
            "win_rate": 0.5,
            "profit_factor": 2.0,
            "payoff_ratio": 2.0,
            "expectancy": 25.0,
            "gross_profit": 100.0,
            "gross_loss": -50.0,
            "average_win": 100.0,
            "average_loss": -50.0,
            "largest_win": 100.0,
            "largest_loss": -50.0,
            "longest_winning_streak": 1,
            "longest_losing_streak": 1,
            "average_bars_held": 1.5,
            "exposure": 2 / 3,
            "max_concurrent_positions": 2,
            "fees_paid": 3.0,
            "funding_paid": -1.0,
            "borrow_paid": 0.5,
            "slippage_paid": 2.0,
            "costs_paid": 4.5,
            "traded_notional": 6_556.0 / 3,
            "turnover": 2.0,
            "annual_turnover": 2.0 * 365 / 3,
            "benchmark_return": 0.05,
            "benchmark_max_drawdown": 0.2,
            "excess_return": 0.138,
            "calmar": (1.188 ** (365 / 3) - 1) / 0.1,
            "recovery_factor": 1.88,
        },
        rel=1e-9,
    )


def test_has_the_promised_names_and_a_label_for_each():
    figures = run([1_000.0, 1_010.0])
    assert set(REQUIRED) <= set(figures)
    assert set(LABELS) == set(figures)
    assert len({label.text for label in LABELS.values()}) == len(LABELS)
    assert all(label.text.strip() == label.text != "" for label in LABELS.values())


@pytest.mark.parametrize(
    ("kind", "kinds"),
    [
        ("count", {int}),
        ("time", {str}),
        ("percent", {float}),
        ("money", {float}),
        ("ratio", {float}),
        ("days", {float}),
    ],
)
def test_values_have_the_type_that_their_label_says(kind, kinds):
    equity = 1_000 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.01, 3_000)))
    figures = run(equity, pnl=[3.0, -1.0, 2.0], benchmark=equity[::-1].copy(), held=np.ones(3_000), traded_notional=1.0)
    for name, label in LABELS.items():
        if label.kind == kind and figures[name] is not None:
            assert type(figures[name]) in kinds, name


@pytest.mark.parametrize("equity", [[], [1_000.0], [1_000.0] * 100, [0.0, 0.0], [1_000.0, 0.0, -50.0], [500.0]])
def test_edges_give_numbers_or_none_and_the_same_names(equity):
    figures = run(equity)
    assert set(figures) == set(LABELS)
    json.dumps(figures, allow_nan=False)
    assert figures["sharpe"] is None or math.isfinite(figures["sharpe"])


def test_a_run_without_trades():
    figures = run([1_000.0] * 72)
    nothing = [
        "win_rate",
        "profit_factor",
        "payoff_ratio",
        "expectancy",
        "average_win",
        "average_loss",
        "largest_win",
        "largest_loss",
        "average_bars_held",
        "sharpe",
        "sortino",
        "calmar",
        "recovery_factor",
        "max_drawdown_start",
        "max_drawdown_end",
        "benchmark_return",
    ]
    assert {name: figures[name] for name in nothing} == dict.fromkeys(nothing)
    zero = [
        "total_return",
        "cagr",
        "volatility",
        "max_drawdown",
        "max_drawdown_days",
        "total_trades",
        "exposure",
        "turnover",
    ]
    assert {name: figures[name] for name in zero} == dict.fromkeys(zero, 0)


def test_one_bar():
    figures = run([1_050.0], pnl=[50.0])
    assert figures["days"] == figures["bars"] == 1
    assert figures["total_return"] == pytest.approx(0.05)
    assert figures["volatility"] is figures["sharpe"] is figures["sortino"] is figures["profit_factor"] is None
    assert figures["win_rate"] == 1.0


def test_only_open_trades_are_no_trades():
    figures = run([1_000.0, 900.0], pnl=[-100.0], reasons=["open"])
    assert (figures["total_trades"], figures["open_trades"], figures["win_rate"]) == (0, 1, None)
    assert figures["max_drawdown_end"] is None
    assert figures["gross_loss"] == 0.0


def test_everything_lost():
    figures = run([500.0, 0.0], step=24 * HOUR)
    assert (figures["total_return"], figures["cagr"], figures["max_drawdown"]) == (-1.0, -1.0, 1.0)
    assert run([-100.0])["cagr"] is None


def test_a_gain_beyond_every_number_is_none():
    assert run([1e7], capital=1.0)["cagr"] is None


def reference(time, equity, capital, pnl):
    """Return a few figures by walking over bars and trades in plain Python."""
    days, before, peak, depth = {}, capital, capital, 0.0
    for moment, value in zip(time, equity, strict=True):
        days[moment // (24 * HOUR)] = value
        peak = max(peak, value)
        depth = max(depth, (peak - value) / peak)
    returns = []
    for day in range(min(days), max(days) + 1):
        value = days.get(day, before)
        returns.append(value / before - 1.0)
        before = value
    mean = sum(returns) / len(returns)
    deviation = math.sqrt(sum((r - mean) ** 2 for r in returns) / (len(returns) - 1))
    below = math.sqrt(sum(r * r for r in returns if r < 0) / len(returns))
    return {
        "total_return": before / capital - 1.0,
        "cagr": (before / capital) ** (365.0 / len(returns)) - 1.0,
        "volatility": deviation * math.sqrt(365.0),
        "sharpe": mean / deviation * math.sqrt(365.0),
        "sortino": mean / below * math.sqrt(365.0),
        "max_drawdown": depth,
        "win_rate": sum(p > 0 for p in pnl) / len(pnl),
        "profit_factor": sum(p for p in pnl if p > 0) / -sum(p for p in pnl if p < 0),
        "expectancy": sum(pnl) / len(pnl),
    }


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9_999), step=st.sampled_from([HOUR // 4, HOUR, 4 * HOUR, 24 * HOUR, 72 * HOUR]))
def test_equals_a_walk_over_the_bars(seed, step):
    rng = np.random.default_rng(seed)
    equity = 1_000 * np.exp(np.cumsum(rng.normal(0, 0.01, 700)))
    pnl = [*rng.normal(0, 5, 30), 1.0, -1.0]
    figures = run(equity, step=step, pnl=pnl)
    time = [START + bar * step for bar in range(len(equity))]
    wanted = reference(time, equity.tolist(), 1_000.0, pnl)
    assert {name: figures[name] for name in wanted} == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9_999), factor=st.sampled_from([0.5, 8.0, 4_096.0]))
def test_scaling_money_scales_money_alone(seed, factor):
    rng = np.random.default_rng(seed)
    equity, pnl = 1_000 * np.exp(np.cumsum(rng.normal(0, 0.01, 300))), rng.normal(0, 5, 20)
    costs = {"fees_paid": 2.0, "slippage_paid": 1.0, "traded_notional": 900.0}
    one = run(equity, pnl=pnl, benchmark=equity[::-1], **costs)
    scaled = {name: value * factor for name, value in costs.items()}
    many = run(equity * factor, capital=1_000.0 * factor, pnl=pnl * factor, benchmark=equity[::-1] * factor, **scaled)
    for name, label in LABELS.items():
        money = label.kind == "money"
        assert many[name] == pytest.approx(one[name] * factor if money else one[name]), name


@pytest.mark.parametrize("year", [365, 252])
def test_the_tearsheet_shows_the_same_values(year):
    """The values that quantstats computes for its page, from daily returns with the same days a year."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantstats = pytest.importorskip("quantstats")
    from btbot.metrics import daily_returns

    time = START + np.arange(24 * 200, dtype=np.int64) * HOUR
    equity = 1_000 * np.exp(np.cumsum(np.random.default_rng(5).normal(0.0001, 0.004, len(time))))
    figures = run(equity, year=float(year))
    day, daily = daily_returns(time, equity, 1_000.0, periods_per_year=year)
    series = pd.Series(daily, index=pd.to_datetime(day, unit="ms"))
    page = quantstats.reports.metrics(series, display=False, periods_per_year=year, mode="full", match_dates=False)
    shown = page.iloc[:, 0]
    assert float(shown["Sharpe"]) == pytest.approx(figures["sharpe"], abs=0.0051)
    assert float(shown["Sortino"]) == pytest.approx(figures["sortino"], abs=0.0051)
    stats = quantstats.stats
    assert stats.sharpe(series, periods=year) == pytest.approx(figures["sharpe"], rel=1e-9)
    assert stats.sortino(series, periods=year) == pytest.approx(figures["sortino"], rel=1e-9)
    assert stats.volatility(series, periods=year) == pytest.approx(figures["volatility"], rel=1e-9)
    assert stats.cagr(series, periods=year) == pytest.approx(figures["cagr"], rel=1e-9)
    assert -stats.max_drawdown(series) <= figures["max_drawdown"]
