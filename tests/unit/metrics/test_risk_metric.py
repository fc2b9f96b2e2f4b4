"""Ratios against values computed by hand, against plain loops and against quantstats."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.metrics import returns, risk
from btbot.metrics.drawdown import max_drawdown

DAILY = np.array([0.02, -0.01, 0.03, -0.02, 0.0])  # mean 0.004, sum of squared deviations 0.00172
daily_arrays = st.integers(0, 99_999).map(
    lambda seed: np.random.default_rng(seed).standard_t(4, size=2 + seed % 400) * 0.02
)


def test_literal_values():
    assert risk.volatility(DAILY, periods_per_year=365) == pytest.approx(math.sqrt(0.00172 / 4 * 365), rel=1e-14)
    assert risk.sharpe(DAILY, periods_per_year=365) == pytest.approx(
        0.004 / math.sqrt(0.00043) * math.sqrt(365), rel=1e-13
    )
    # squares of the two losing days: 0.0001 + 0.0004, mean over five days 0.0001
    assert risk.sortino(DAILY, periods_per_year=365) == pytest.approx(0.4 * math.sqrt(365), rel=1e-13)
    assert risk.calmar(0.3, 0.15) == pytest.approx(2.0)
    assert risk.recovery_factor(-0.1, 0.2) == -0.5


def test_value_at_risk_lies_between_the_two_worst_of_twenty_one_days():
    daily = np.arange(-10, 11) / 100.0  # 5 % of 20 steps: exactly the second worst
    assert risk.value_at_risk(daily) == pytest.approx(0.09, rel=1e-12)
    assert risk.value_at_risk(daily, confidence=0.9) == pytest.approx(0.08, rel=1e-12)
    # from the 0.975 quantile on, only the worst day is left
    assert risk.expected_shortfall(daily, confidence=0.975) == pytest.approx(0.10)
    assert risk.expected_shortfall(np.array([0.01, 0.02])) == pytest.approx(-0.01)


@pytest.mark.parametrize("ratio", [risk.sharpe, risk.sortino])
@pytest.mark.parametrize("daily", [[], [0.0], [0.0] * 50, [1e-16, -1e-16, 0.0]])
def test_ratios_are_undefined_without_variation(ratio, daily):
    assert math.isnan(ratio(np.array(daily), periods_per_year=365))


def test_other_edges():
    assert math.isnan(risk.volatility(np.array([0.1]), periods_per_year=365))
    assert risk.volatility(np.full(30, 0.01), periods_per_year=365) == 0.0
    assert math.isnan(risk.sharpe(np.full(30, 0.01), periods_per_year=365))
    assert math.isnan(risk.sortino(np.array([0.1, 0.2]), periods_per_year=365))
    assert math.isnan(risk.calmar(0.5, 0.0))
    assert math.isnan(risk.recovery_factor(0.5, 0.0))
    assert math.isnan(risk.value_at_risk(np.empty(0)))
    assert math.isnan(risk.expected_shortfall(np.empty(0)))


@settings(max_examples=50, deadline=None)
@given(daily=daily_arrays)
def test_equals_the_standard_library(daily):
    values = daily.tolist()
    deviation = statistics.stdev(values)
    below = math.sqrt(sum(value * value for value in values if value < 0) / len(values))
    assert risk.volatility(daily, periods_per_year=252) == pytest.approx(deviation * math.sqrt(252), rel=1e-11)
    wanted = statistics.fmean(values) / deviation * math.sqrt(252)
    assert risk.sharpe(daily, periods_per_year=252) == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    if below:
        wanted = statistics.fmean(values) / below * math.sqrt(252)
        assert risk.sortino(daily, periods_per_year=252) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(daily=daily_arrays, factor=st.floats(0.01, 50.0))
def test_ratios_do_not_depend_on_scale_and_have_the_sign_of_the_mean(daily, factor):
    for ratio in (risk.sharpe, risk.sortino):
        value = ratio(daily, periods_per_year=365)
        if not math.isnan(value):
            assert ratio(daily * factor, periods_per_year=365) == pytest.approx(value, rel=1e-9)
            assert np.sign(value) == np.sign(daily.mean())
    assert risk.sharpe(-daily, periods_per_year=365) == pytest.approx(-risk.sharpe(daily, periods_per_year=365))
    assert risk.expected_shortfall(daily) >= risk.value_at_risk(daily)


@pytest.fixture(scope="module")
def quantstats():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("quantstats")


@pytest.mark.parametrize("periods_per_year", [365, 252])
@pytest.mark.parametrize("seed", range(8))
def test_equals_quantstats_for_the_same_daily_returns(quantstats, seed, periods_per_year):
    size = 40 + 90 * seed
    daily = np.random.default_rng(seed).standard_t(4, size=size) * 0.01 + 0.0005
    series = pd.Series(daily, index=pd.date_range("2021-03-01", periods=size, freq="D"))
    stats, year = quantstats.stats, {"periods_per_year": periods_per_year}
    equity = np.cumprod(1.0 + daily)
    growth = returns.cagr(equity[-1] - 1.0, size, **year)
    depth = max_drawdown(equity, 1.0)
    pairs = {
        "cagr": (growth, stats.cagr(series, periods=periods_per_year)),
        "volatility": (risk.volatility(daily, **year), stats.volatility(series, periods=periods_per_year)),
        "sharpe": (risk.sharpe(daily, **year), stats.sharpe(series, periods=periods_per_year)),
        "sortino": (risk.sortino(daily, **year), stats.sortino(series, periods=periods_per_year)),
        "max_drawdown": (depth, -stats.max_drawdown(series)),
        "calmar": (risk.calmar(growth, depth), stats.calmar(series, periods=periods_per_year)),
        "value_at_risk": (risk.value_at_risk(daily), -series.quantile(1 - 0.95)),
        "expected_shortfall": (risk.expected_shortfall(daily), -stats.cvar(series, method="historical")),
    }
    for name, (ours, theirs) in pairs.items():
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), name


def test_where_quantstats_means_something_else(quantstats):
    series = pd.Series([-0.5, 0.1], index=pd.date_range("2024-01-01", periods=2, freq="D"))
    assert quantstats.stats.recovery_factor(series) == pytest.approx(0.8)  # a loss that looks like a gain
    assert risk.recovery_factor(0.5 * 1.1 - 1.0, 0.5) == pytest.approx(-0.9)
    # mean -0.2, deviation 0.6/sqrt(2), 1.6449 deviations below: a value that no day came near
    assert quantstats.stats.var(series) == pytest.approx(-0.2 - 1.644853627 * 0.6 / math.sqrt(2), rel=1e-8)
    assert risk.value_at_risk(series.to_numpy()) == pytest.approx(0.5 - 0.05 * 0.6)
