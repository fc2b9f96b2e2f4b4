"""Optimal f: known solutions, and against a grid of the terminal wealth relative."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.sizing import optimal_f, optimal_f_percent

trades = st.lists(st.floats(-0.9, 3.0).map(lambda value: round(value, 4)), min_size=1, max_size=30)


def wealth(returns, fraction):
    holding_periods = 1 + fraction * returns / -returns.min()
    return np.log(np.maximum(holding_periods, 1e-300)).sum()


def test_a_coin_that_pays_two_to_one():
    # ln(1 + 2f) + ln(1 - f) is largest where 2 / (1 + 2f) = 1 / (1 - f): f = 1/4, Vince's own example.
    assert optimal_f(np.array([2.0, -1.0])) == pytest.approx(0.25, abs=1e-14)
    assert optimal_f(np.array([0.04, -0.02])) == pytest.approx(0.25, abs=1e-14)
    assert optimal_f(np.array([0.002, -0.001])) == pytest.approx(0.25, abs=1e-14)


def test_a_very_small_edge():
    # Even odds at a payoff of 1.01: f = 0.5 - 0.5 / 1.01.
    assert optimal_f(np.array([1.01, -1.0])) == pytest.approx(0.5 - 0.5 / 1.01, abs=1e-14)


def test_three_trades():
    # Returns over the largest loss 1, 1, -1: 2 / (1 + f) = 1 / (1 - f), f = 1/3.
    assert optimal_f(np.array([0.1, -0.1, 0.1])) == pytest.approx(1 / 3, abs=1e-14)


def test_vinces_list_of_nine_trades():
    # The list of Vince (1990), chapter 2, whose optimal f he gives as .24.
    returns = np.array([9.0, 18.0, 7.0, 1.0, 10.0, -5.0, -3.0, -17.0, -7.0])
    assert optimal_f(returns) == pytest.approx(0.24, abs=0.005)


def test_no_trades_no_edge_no_loss():
    assert optimal_f(np.array([])) == 0.0
    assert optimal_f(np.array([0.1, -0.2])) == 0.0
    assert optimal_f(np.array([0.5, -0.5])) == 0.0
    assert optimal_f(np.array([0.1, 0.2])) == 1.0


@settings(deadline=None)
@given(trades)
def test_no_point_of_a_grid_is_better(values):
    returns = np.array(values)
    best = optimal_f(returns)
    assert 0.0 <= best <= 1.0
    if returns.min() < 0.0:
        grid = np.linspace(0.0, 0.9999, 500)
        assert wealth(returns, best) >= max(wealth(returns, f) for f in grid) - 1e-9


@given(trades, st.integers(-8, 8))
def test_scale_and_order_do_not_matter(values, exponent):
    returns = np.array(values)
    best = optimal_f(returns)
    assert optimal_f(returns * 2.0**exponent) == pytest.approx(best, abs=1e-12)
    if abs(returns.sum()) > 1e-9:
        assert optimal_f(returns[::-1]) == pytest.approx(best, abs=1e-12)


def test_as_a_share_of_equity():
    # f of 0.25 and a worst trade of 10 % of the position: 2.5 times equity, a fifth of it is 0.5.
    assert optimal_f_percent(0.25, -0.1, 40, 0.2, 1.0, 30, 0.1) == pytest.approx(0.5, rel=1e-14)
    assert optimal_f_percent(0.25, 0.1, 40, 0.2, 1.0, 30, 0.1) == pytest.approx(0.5, rel=1e-14)


def test_the_worst_trade_again_loses_f():
    assert 0.10 * optimal_f_percent(0.25, -0.10, 40, 1.0, 9.0, 30, 0.1) == pytest.approx(0.25, rel=1e-14)


def test_cap_and_first_trades():
    assert optimal_f_percent(0.25, -0.1, 40, 1.0, 1.0, 30, 0.1) == 1.0
    assert optimal_f_percent(0.25, -0.1, 29, 0.2, 1.0, 30, 0.1) == 0.1
    assert optimal_f_percent(0.25, -0.1, 30, 0.2, 1.0, 30, 0.1) == pytest.approx(0.5, rel=1e-14)
    assert optimal_f_percent(0.0, 0.0, 0, 0.2, 0.05, 0, 0.1) == 0.05


def test_without_edge_nothing_and_without_loss_the_cap():
    assert optimal_f_percent(0.0, -0.1, 40, 0.5, 1.0, 30, 0.1) == 0.0
    assert optimal_f_percent(0.0, 0.0, 40, 0.5, 1.0, 30, 0.1) == 0.0
    assert optimal_f_percent(1.0, 0.0, 40, 0.5, 0.8, 30, 0.1) == 0.8
    assert optimal_f_percent(0.01, 0.0, 40, 0.5, 0.8, 30, 0.1) == 0.8


@given(st.floats(0, 1), st.floats(0, 2), st.floats(0.01, 1), st.floats(0.01, 5))
def test_share_in_range(optimal, loss, fraction, cap):
    assert 0.0 <= optimal_f_percent(optimal, loss, 40, fraction, cap, 30, 0.1) <= cap
