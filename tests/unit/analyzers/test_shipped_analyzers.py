"""Every shipped analyzer on a small run whose figures are known."""

import importlib.util
import json
import sys

import numpy as np
import pandas as pd
import pytest

from btbot.analyzer import figure, label
from btbot.bars import Bars
from btbot.metrics import summarize
from btbot.metrics.benchmark import buy_and_hold
from btbot.metrics.exposure import count_open_positions
from btbot.records import RunResult
from btbot.timeframe import Timeframe

DAY = 86_400_000
START = 1_703_980_800_000  # 2023-12-31T00:00Z, a Sunday
EQUITY = np.array([1_000.0, 1_100.0, 990.0, 1_045.0, 1_210.0, 1_089.0])
NAMES = [
    "buy_and_hold",
    "costs_paid",
    "drawdown",
    "exposure",
    "monthly",
    "pain_ratio",
    "returns",
    "streaks",
    "trades",
    "turnover",
    "value_at_risk",
]


@pytest.fixture(scope="module")
def shipped(checkout):
    """Return the class that an analyzer file defines."""

    def load(name):
        path = checkout / "analyzers" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"shipped_analyzer_{name}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        (found,) = [
            kind
            for kind in vars(module).values()
            if getattr(kind, "__module__", None) == spec.name and isinstance(kind, type)
        ]
        return found

    return load


def day(number):
    return pd.Timestamp(START + number * DAY, unit="ms", tz="UTC")


@pytest.fixture(scope="module")
def result():
    close = np.array([10.0, 12.0, 9.0, 9.0, 15.0, 20.0])
    time = START + np.arange(6, dtype=np.int64) * DAY
    bars = {name: Bars(name, Timeframe.parse("1d"), time, close, close, close, close, close) for name in ("A", "B")}
    rows = [
        ("A", "long", 0, 2, 50.0, "signal"),
        ("B", "short", 1, 3, -20.0, "stop"),
        ("A", "long", 3, 4, -10.0, "signal"),
        ("A", "long", 5, None, 69.0, "open"),
    ]
    trades = pd.DataFrame(rows, columns=["symbol", "side", "entry", "exit", "pnl", "exit_reason"])
    trades["entry_time"] = [day(number) for number in trades.pop("entry")]
    trades["exit_time"] = pd.DatetimeIndex(
        [pd.NaT if np.isnan(number) else day(number) for number in trades.pop("exit")]
    )
    trades["bars_held"] = [3, 2, 1, 1]
    orders = pd.DataFrame({"filled": [10.0, -10.0, 0.0], "fill_price": [60.0, 47.25, np.nan]})
    equity = pd.DataFrame({"time": pd.to_datetime(time + DAY, unit="ms", utc=True), "equity": EQUITY, "cash": 0.0})
    config = {"capital": 1_000.0, "timeframe": "1d", "calendar": "crypto"}
    paid = {"fees_paid": 6.0, "funding_paid": 1.0, "borrow_paid": 0.0, "slippage_paid": 4.0}
    held = sum(
        count_open_positions(
            time,
            part["entry_time"].dt.as_unit("ms").astype("int64").to_numpy(),
            pd.DatetimeIndex(part["exit_time"]).as_unit("ms").asi8,
        )
        for _, part in trades.groupby("symbol")
    )
    metrics = summarize(
        open_time_ms=time,
        equity=EQUITY,
        capital=1_000.0,
        trades=trades,
        open_positions=held,
        traded_notional=1_072.5,
        benchmark=buy_and_hold(bars, time + DAY, 1_000.0),
        periods_per_year=365.0,
        **paid,
    )
    return RunResult("test", config, metrics, trades, orders, equity, bars=bars)


def test_all_shipped_files_are_here(checkout):
    assert sorted(path.stem for path in (checkout / "analyzers").glob("*.py")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_file_has_a_label_and_a_figure_that_a_report_can_hold(shipped, result, name):
    kind = shipped(name)
    assert len(label(kind)) > 10
    value = figure(kind(), result, name=name)
    if isinstance(value, pd.DataFrame):
        value = json.loads(value.to_json(date_format="iso"))
    assert json.dumps(value, allow_nan=False) not in ("{}", "null")


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("returns", ["total_return", "cagr", "annual_return", "volatility", "sharpe", "sortino"]),
        ("exposure", ["exposure", "max_concurrent_positions"]),
        ("costs_paid", ["fees_paid", "funding_paid", "borrow_paid", "slippage_paid", "costs_paid"]),
        ("turnover", ["traded_notional", "turnover", "annual_turnover"]),
        ("streaks", ["longest_winning_streak", "longest_losing_streak"]),
        ("value_at_risk", ["value_at_risk", "expected_shortfall"]),
    ],
)
def test_figures_equal_those_of_the_metrics(shipped, result, name, same):
    value = figure(shipped(name)(), result)
    assert {key: value[key] for key in same} == pytest.approx({key: result.metrics[key] for key in same})


def test_returns(shipped, result):
    value = figure(shipped("returns")(), result)
    assert value["best_day"] == pytest.approx(1_210 / 1_045 - 1)
    assert value["worst_day"] == pytest.approx(-0.1)
    assert value["winning_days"] == 0.5


def test_drawdown(shipped, result):
    table = figure(shipped("drawdown")(count=1), result)
    assert len(table) == 1
    assert table["depth"].tolist() == pytest.approx([0.1])
    assert table.loc[0, "start"] == day(1)
    assert table.loc[0, "end"] == day(4)
    assert len(figure(shipped("drawdown")(), result)) == 2


def test_exposure(shipped, result):
    value = figure(shipped("exposure")(), result)
    assert value["exposure"] == pytest.approx(5 / 6)
    assert value["max_concurrent_positions"] == 2
    assert value["symbols.A"] == pytest.approx(4 / 6)
    assert value["symbols.B"] == pytest.approx(2 / 6)


def test_costs(shipped, result):
    value = figure(shipped("costs_paid")(), result)
    assert value["costs_paid"] == 11.0
    assert value["share_of_capital"] == pytest.approx(0.011)
    assert value["share_of_gross_result"] == pytest.approx(11 / 100)


def test_monthly(shipped, result):
    table = figure(shipped("monthly")(), result)
    assert table.loc[2023, "Dec"] == 0.0
    assert table.loc[2024, "Jan"] == table.loc[2024, "Year"] == pytest.approx(0.089)


def test_streaks(shipped, result):
    wanted = {
        "longest_winning_streak": 1,
        "longest_losing_streak": 2,
        "best_streak_profit": 50.0,
        "worst_streak_loss": -30.0,
    }
    assert figure(shipped("streaks")(), result) == wanted


def test_trades(shipped, result):
    table = figure(shipped("trades")(), result)
    assert table["trades"].to_dict() == {"all": 3, "long": 2, "short": 1, "A": 2, "B": 1}
    assert table["net_profit"].to_dict() == {"all": 20.0, "long": 40.0, "short": -20.0, "A": 40.0, "B": -20.0}
    assert table.loc["long", "win_rate"] == 0.5
    assert table.loc["all", "average_bars_held"] == 2.0


def test_value_at_risk_takes_a_confidence(shipped, result):
    value = figure(shipped("value_at_risk")(confidence=0.5), result)
    assert value["confidence"] == 0.5
    assert value["value_at_risk"] < result.metrics["value_at_risk"]


def test_buy_and_hold(shipped, result):
    value = figure(shipped("buy_and_hold")(), result)
    assert value["return"] == pytest.approx(1.0) == result.metrics["benchmark_return"]
    assert value["max_drawdown"] == pytest.approx(0.25) == result.metrics["benchmark_max_drawdown"]
    assert value["excess_return"] == pytest.approx(0.089 - 1.0) == result.metrics["excess_return"]


def test_pain_ratio(shipped, result):
    pain = (0.1 + 0.05 + 0.1) / 6
    assert figure(shipped("pain_ratio")(), result) == pytest.approx((1.089 ** (365 / 5) - 1) / pain)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_of_one_bar_without_trades_breaks_nothing(shipped, result, name):
    quiet = RunResult(
        "quiet",
        result.config,
        {"final_equity": 1_000.0, "fees_paid": 0.0},
        result.trades.iloc[:0],
        result.orders.iloc[:0],
        result.equity.iloc[:1],
        bars=result.bars,
    )
    figure(shipped(name)(), quiet, name=name)
