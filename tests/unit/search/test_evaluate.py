"""Settings through the compiled kernel are what Cerebro makes of them, values and complaints alike."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config, with_setting
from btbot.errors import BtbotError, ConfigError
from btbot.kernel import FIGURES, worst_difference
from btbot.search.evaluate import Evaluator, hosted, hosted_figures

START_MS, HOUR_MS = 1_704_067_200_000, 3_600_000
DAY_MS = 24 * HOUR_MS
PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "strategies" / "two_sides.py"

HOOK = '''
    def notify_fund(self, cash, value, fundvalue, shares):
        """Cerebro calls this; it changes nothing."""
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder of the strategy two_sides, the same with a hook as `heard`, and a file of funding rates."""
    place = tmp_path_factory.mktemp("evaluated")
    source = PLUGIN.read_text()
    (place / "two_sides.py").write_text(source)
    (place / "heard.py").write_text(source.replace("TwoSides", "Heard") + HOOK)
    rates = [f"{START_MS + 8 * HOUR_MS * number},{0.0005 * (-1) ** number}" for number in range(60)]
    (place / "funding.csv").write_text("timestamp,funding_rate\n" + "\n".join(rates) + "\n")
    return place


@pytest.fixture(scope="module")
def frames():
    """260 hours of two random markets; the second has holes."""
    rng = np.random.default_rng(7)
    made = {}
    for symbol in ("A/X", "B/X"):
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, 260)))
        opened = np.r_[100.0, close[:-1]]
        high, low = np.maximum(opened, close) * 1.004, np.minimum(opened, close) * 0.996
        index = pd.date_range("2024-01-01", periods=260, freq="1h", tz="UTC")
        made[symbol] = pd.DataFrame(
            {"open": opened, "high": high, "low": low, "close": close, "volume": 1e4}, index=index
        )
    made["B/X"] = made["B/X"][rng.random(260) > 0.05]
    return made


@pytest.fixture
def configured(folder, frames):
    def make(name="two_sides", **keys):
        return load_config({
            "symbols": list(frames), "timeframe": "1h", "feed": {"name": "frame", "frame": frames},
            "data": {"on_error": "warn"}, "strategies": [{"name": name}], "plugins": {"strategies": [str(folder)]},
            "allow_short": True, "sizing": {"name": "percent", "percent": 0.4}, "report": [], **keys,
        })  # fmt: skip

    return make


@pytest.fixture
def pair(configured):
    """The same configuration through the kernel and through Cerebro."""

    def make(**keys):
        compiled, plain = Evaluator(configured("two_sides", **keys)), Evaluator(configured("heard", **keys))
        assert compiled.obstacle == ""
        assert plain.obstacle == "heard has its own notify_fund(), which only Cerebro calls"
        return compiled, plain

    return make


def assert_same(compiled, plain, setting, window=None):
    assert worst_difference(compiled.trace(setting, window), plain.trace(setting, window)) <= 1e-9
    figures = compiled.figures(setting, window)
    assert figures == pytest.approx(plain.figures(setting, window), rel=1e-9, abs=1e-12, nan_ok=True)
    return dict(zip(FIGURES, figures.tolist(), strict=True))


SETTINGS = {
    "nothing": {},
    "parameters": {"strategies.0.params.fast": 5, "strategies.0.params.slow": 14},
    "a word": {"strategies.0.params.mode": "long"},
    "an exit": {"exits.trailing.atr": 2.5},
    "exits": {"exits.stop.percent": 0.01, "exits.take_profit.atr": 2.0, "exits.max_hold_bars": 12, "exits.atr_period": 5},
    "an exit as a section": {"exits.break_even": {"after_percent": 0.01, "offset_percent": 0.001}},
    "no exit": {"exits.stop": None},
    "opposite": {"exits.opposite": False},
    "a size": {"sizing.percent": 0.1},
    "another sizing": {"sizing": {"name": "kelly", "minimum_trades": 3}},
    "sizing by volatility": {"sizing": {"name": "volatility_target", "annual_volatility": 0.3}},
    "costs": {"costs.taker_fee": 0.002, "costs.slippage_bps": 3.0, "costs.borrow_rate": 0.2},
    "impact": {"costs.impact": 0.4, "costs.slippage_volatility": 0.1},
    "latency": {"costs.latency_ms": 90_000, "costs.latency_bars": 1},
    "volume": {"costs.max_volume_share": 0.001},
    "funding": {"costs.funding": "funding.csv"},
    "leverage": {"leverage": 3, "sizing.percent": 2.5, "maintenance_margin": 0.05},
    "no shorts": {"allow_short": False},
    "capital": {"capital": 777.0},
    "limits": {"risk.max_drawdown": 0.04, "risk.max_daily_loss": 0.02},
    "units": {"instruments.A/X.step": 0.5, "instruments.B/X.min_notional": 3_000},
    "timeframe": {"timeframe": "2h"},
    "timeframe of the strategy": {"strategies.0.timeframe": "4h"},
    "one symbol": {"symbols": ["B/X"]},
    "span": {"start": "2024-01-03", "end": "2024-01-10"},
    "sessions": {"calendar": "stocks"},
    "parameter, exit and data": {"strategies.0.params.fast": 4, "exits.stop.atr": 1.0, "timeframe": "2h"},
    "stock fills": {"fills": "stock", "costs.maker_fee": 0.001, "costs.taker_fee": 0.001},
}  # fmt: skip
WINDOW = engine.Window(START_MS + 3 * DAY_MS, START_MS + 9 * DAY_MS + 5 * HOUR_MS, flat_at_end=True)


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name, pair, folder):
    setting = {key: str(folder / value) if value == "funding.csv" else value for key, value in SETTINGS[name].items()}
    compiled, plain = pair()
    without = dict(zip(FIGURES, compiled.figures({}).tolist(), strict=True))
    found = assert_same(compiled, plain, setting)
    assert (found != without) == (name not in ("nothing", "no exit"))
    assert worst_difference(compiled.trace(setting, WINDOW), plain.trace(setting, WINDOW)) <= 1e-9


@pytest.mark.parametrize(("window", "days"), [(None, 11), (WINDOW, 7)], ids=["all", "window"])
def test_daily_returns(window, days, pair):
    compiled, plain = pair()
    daily = compiled.daily({}, window)
    np.testing.assert_allclose(daily, plain.daily({}, window), rtol=1e-9, atol=1e-12)
    assert len(daily) == days


@pytest.mark.parametrize("name", ["ewma_trend", "ma_cross", "mean_reversion", "reversal_trailing", "trend_following"])
def test_shipped_strategies(name, configured):
    """They declare exits and parameters of their own."""
    evaluator = Evaluator(configured(name, leverage=2))
    for setting in ({}, {"exits.trailing.atr": 2.0, "exits.cooldown_bars": 3}):
        _, expected = hosted(with_setting(evaluator.config, setting), evaluator.market)
        assert worst_difference(evaluator.trace(setting), expected) <= 1e-9


def test_strategies_of_several_timeframes(configured):
    def entries(name):
        return [{"name": name, "symbols": ["A/X"]}, {"name": name, "symbols": ["B/X"], "timeframe": "4h"}]

    compiled, plain = (Evaluator(configured(strategies=entries(name))) for name in ("two_sides", "heard"))
    assert (compiled.obstacle, plain.obstacle != "") == ("", True)
    setting = {"strategies.1.params.fast": 2, "strategies.1.params.slow": 4, "strategies.0.params.fast": 6}
    for hours in (None, 100, 101, 103):
        window = None if hours is None else engine.Window(START_MS + 30 * HOUR_MS, START_MS + hours * HOUR_MS)
        assert_same(compiled, plain, setting, window)


def test_the_order_of_settings_does_not_matter(configured):
    """Nothing of one setting is left for the next."""
    several = [
        {"strategies.0.params.fast": fast, "exits.stop.percent": stop, **more}
        for fast in (2, 5) for stop in (0.005, 0.03)
        for more in ({}, {"sizing": {"name": "optimal_f", "minimum_trades": 2}}, {"timeframe": "2h"}, {"costs.impact": 0.2})
    ]  # fmt: skip
    windows = [None, WINDOW, engine.Window(None, START_MS + 5 * DAY_MS)]
    config = configured()
    alone = {(at, place): Evaluator(config).figures(several[at], windows[place]) for at, place in np.ndindex(16, 3)}
    order = list(alone) * 2
    random.Random(5).shuffle(order)
    evaluator = Evaluator(config)
    for at, place in order:
        np.testing.assert_array_equal(evaluator.figures(several[at], windows[place]), alone[at, place])


class TestComplaints:
    WRONG = [
        (
            {"strategies.0.params.fats": 3},
            "unknown parameter 'fats'; allowed are fast, slow, mode; did you mean 'fast'?",
        ),
        (
            {"strategies.7.params.fast": 3},
            "strategies has 1 entry; after it must come a number from 0 to 1 (1 adds one), was '7'",
        ),
        ({"exits.trialing.atr": 2.0}, "exits.trialing: is not a key; allowed are"),
        ({"exits.trailing.atr": -2.0}, "exits.trailing.atr: must be > 0, was -2.0"),
        ({"exits.max_hold_bars": 2.5}, "exits.max_hold_bars: must be a whole number, was 2.5"),
        ({"sizing.percent": 1.5}, "sizing.percent: must be <= leverage (1), was 1.5; 0.2 is 20 %"),
        ({"costs.taker_fee": math.nan}, "costs.taker_fee: must be a finite number, was nan"),
        ({"instruments.A/X.step": -1}, "instruments.A/X.step: must be >= 0, was -1"),
        ({"symbols": ["C/X"]}, "feed.frame: has no C/X, only A/X, B/X"),
    ]
    FINE = [
        {"strategies.0.params.fast": 4}, {"exits.trailing.atr": 3.0}, {"exits.max_hold_bars": 7}, {"sizing.percent": 0.7},
        {"costs.taker_fee": 0.003}, {"instruments.A/X.step": 0.25},
    ]  # fmt: skip

    @pytest.mark.parametrize(("setting", "text"), WRONG, ids=[next(iter(setting)) for setting, _ in WRONG])
    def test_wrong_values(self, setting, text, pair):
        """The kernel complains in Cerebro's words, whatever was tried before."""
        compiled, plain = pair()
        for fine in self.FINE:
            compiled.figures(fine)
        said = []
        for evaluator in (compiled, plain):
            with pytest.raises(ConfigError) as complaint:
                evaluator.figures(setting)
            said.append(str(complaint.value).replace("heard", "two_sides"))
        assert text in said[0]
        assert said[0] == said[1]

    def test_an_exception_of_the_strategy_comes_out_as_it_is(self, pair):
        for evaluator in pair():
            with pytest.raises(ValueError, match=r"^20 is not faster than 9") as error:
                evaluator.figures({"strategies.0.params.fast": 20})
            assert "in signals() of strategy" in error.value.__notes__[0]
            assert len(evaluator.trace({}).fills) > 50

    def test_a_size_without_a_stop(self, pair):
        for evaluator in pair(sizing={"name": "fixed_risk", "risk": 0.01}, exits={"stop": {"percent": 0.02}}):
            assert len(evaluator.trace({"sizing.risk": 0.02}).fills) > 50
            with pytest.raises(
                ConfigError, match=r"sizing fixed_risk needs the distance of a stop, but (two_sides|heard) has"
            ):
                evaluator.figures({"exits.stop": None})

    def test_a_window_before_the_first_bar(self, pair):
        for evaluator in pair():
            with pytest.raises(BtbotError, match=r"A/X: no bar before 2023-12-31T00:00:00.000Z; choose a later window"):
                evaluator.figures({}, engine.Window(None, START_MS - DAY_MS))


class TestObjectives:
    SPACE = {"strategies.0.params.fast": {"low": 2, "high": 8}}

    @pytest.mark.parametrize(
        "objective", ["sharpe", {"metric": "max_drawdown", "direction": "minimize"}, ["total_return", "max_drawdown"]]
    )
    def test_values_are_those_of_the_metrics(self, objective, pair):
        compiled, plain = pair(optimize={"space": self.SPACE, "objective": objective, "sampler": "grid"})
        setting = {"strategies.0.params.fast": 4}
        values, figures = compiled.objective(setting)
        names = [goal.metric for goal in compiled.config.optimize.objectives]
        assert values.tolist() == [figures[FIGURES.index(name)] for name in names]
        expected, others = plain.objective(setting)
        assert values == pytest.approx(expected, rel=1e-9)
        assert figures == pytest.approx(others, rel=1e-9, abs=1e-12, nan_ok=True)

    def test_a_value_that_is_not_defined(self, pair):
        """A profit factor without a trade."""
        setting = {"strategies.0.params.slow": 250}
        for evaluator in pair(optimize={"space": self.SPACE, "objective": "profit_factor", "sampler": "grid"}):
            values, figures = evaluator.objective(setting)
            assert np.isnan(values).tolist() == [True]
            assert figures[FIGURES.index("total_trades")] == 0

    def test_figures_that_the_kernel_does_not_count(self, configured):
        evaluator = Evaluator(
            configured(optimize={"space": self.SPACE, "objective": "max_drawdown_days", "sampler": "grid"})
        )
        assert (
            evaluator.obstacle == "objective max_drawdown_days is not among the figures that the compiled kernel counts"
        )
        result, _ = hosted(evaluator.config, evaluator.market)
        values, figures = evaluator.objective({})
        assert values.tolist() == [result.metrics["max_drawdown_days"]]
        np.testing.assert_array_equal(figures, hosted_figures(result))

    def test_analyzers(self, configured):
        goal = {"analyzer": "pain_ratio", "direction": "maximize"}
        optimize = {"space": self.SPACE, "objective": goal, "sampler": "grid"}
        evaluator = Evaluator(configured(optimize=optimize, analyzers=["pain_ratio"]))
        assert evaluator.obstacle == "objective pain_ratio is an analyzer, which needs the result of a whole run"
        result, _ = hosted(evaluator.config, evaluator.market)
        assert evaluator.objective({})[0].tolist() == [result.figures["pain_ratio"]]


def test_bars_that_are_given_are_not_read_again(configured, frames):
    """Workers get bars without the feed that they came from."""
    full = configured()
    market = engine.load_market(full)
    bare = with_setting(full, {"feed": {"name": "ohlcv_csv", "path": "nowhere.csv"}})
    evaluator = Evaluator(bare, market)
    assert evaluator.market is market
    np.testing.assert_array_equal(evaluator.figures({}), Evaluator(full).figures({}))


def test_times_of_the_timeline(configured, frames):
    evaluator = Evaluator(configured())
    assert evaluator.open_time.tolist() == [START_MS + HOUR_MS * hour for hour in range(260)]
    assert (evaluator.time - evaluator.open_time == HOUR_MS).all()
    assert len(evaluator.trace({}).equity) == 260
