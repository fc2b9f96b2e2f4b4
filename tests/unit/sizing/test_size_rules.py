"""The rules that need no history: units, cash, percent, risk and volatility."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.sizing import fixed_cash, fixed_risk, fixed_units, percent, volatility_target

equities = st.floats(1, 1e9)
prices = st.floats(1e-6, 1e6)
shares = st.floats(0.001, 5)
factors = st.integers(-10, 10).map(lambda exponent: 2.0**exponent)


def test_units():
    assert fixed_units(0.25) == 0.25
    assert fixed_units(-1.0) == 0.0


def test_cash():
    assert fixed_cash(500.0, 40_000.0) == 0.0125
    assert fixed_cash(-500.0, 40_000.0) == 0.0


def test_percent():
    assert percent(10_000.0, 40_000.0, 0.2) == 0.05
    assert percent(10_000.0, 40_000.0, 3.0) == 0.75
    assert percent(-10_000.0, 40_000.0, 0.2) == 0.0


@given(equities, prices, shares)
def test_percent_to_the_last_digit_as_the_rules_write_it(equity, close, share):
    assert percent(equity, close, share) == equity * share / close


def test_a_hundred_at_risk_over_a_stop_of_eight():
    assert fixed_risk(10_000.0, 0.01, 8.0) == 12.5


@pytest.mark.parametrize("distance", [0.0, -8.0, math.nan])
def test_no_stop_no_size(distance):
    assert fixed_risk(10_000.0, 0.01, distance) == 0.0


def test_no_size_without_equity():
    assert fixed_risk(-10_000.0, 0.01, 8.0) == 0.0
    assert volatility_target(-10_000.0, 100.0, 0.2, 0.4, 1.0) == 0.0


@given(equities, st.floats(0.001, 0.5), st.floats(0.01, 1e4))
def test_hitting_the_stop_loses_what_was_put_at_risk(equity, risk, distance):
    assert fixed_risk(equity, risk, distance) * distance == pytest.approx(equity * risk, rel=1e-14)


@pytest.mark.parametrize(
    ("realized", "expected"),
    [(0.8, 25.0), (0.4, 50.0), (0.2, 100.0), (0.1, 200.0), (0.05, 200.0), (0.0, 200.0), (math.nan, 0.0)],
)
def test_volatility_target_of_20_percent_at_most_twice(realized, expected):
    assert volatility_target(10_000.0, 100.0, 0.2, realized, 2.0) == expected


@given(equities, prices, st.floats(0.01, 1), st.floats(0.01, 5), st.floats(0.1, 10))
def test_volatility_of_the_position_is_the_target_or_the_cap_holds(equity, close, target, realized, cap):
    exposure = volatility_target(equity, close, target, realized, cap) * close / equity
    assert exposure == pytest.approx(min(target / realized, cap), rel=1e-12)


@given(equities, prices, st.floats(0.01, 1), st.floats(0, 5), st.floats(0, 5))
def test_a_wilder_market_never_gets_a_larger_size(equity, close, target, realized, more):
    calm = volatility_target(equity, close, target, realized, 2.0)
    assert volatility_target(equity, close, target, realized + more, 2.0) <= calm * (1 + 1e-14)


@given(equities, equities, prices, shares)
def test_more_equity_never_gets_a_smaller_size(equity, more, close, share):
    assert percent(equity + more, close, share) >= percent(equity, close, share) >= 0.0
    assert fixed_cash(equity + more, close) >= fixed_cash(equity, close) >= 0.0
    assert fixed_risk(equity + more, 0.01, close) >= fixed_risk(equity, 0.01, close) >= 0.0
    assert volatility_target(equity + more, close, 0.2, share, 1.0) >= volatility_target(equity, close, 0.2, share, 1.0)


@given(equities, prices, shares, factors)
def test_scaling_prices_and_money_changes_no_size(equity, close, share, factor):
    assert percent(equity * factor, close * factor, share) == percent(equity, close, share)
    assert fixed_cash(equity * factor, close * factor) == fixed_cash(equity, close)
    assert fixed_risk(equity * factor, 0.01, close * factor) == fixed_risk(equity, 0.01, close)
    scaled = volatility_target(equity * factor, close * factor, 0.2, share, 1.0)
    assert scaled == volatility_target(equity, close, 0.2, share, 1.0)
