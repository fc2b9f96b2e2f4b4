"""The bound of Bailey, Borwein, Lopez de Prado and Zhu (2014)."""

import math

import pytest

from btbot.trust.backtest_length import minimum_backtest_length


def test_five_years_bear_forty_five_trials():
    assert minimum_backtest_length(45, 1.0) <= 5.0 < minimum_backtest_length(46, 1.0)


def test_twice_the_ratio_needs_a_quarter_of_the_time():
    assert minimum_backtest_length(100, 2.0) == pytest.approx(minimum_backtest_length(100, 1.0) / 4)


def test_the_ends():
    assert minimum_backtest_length(1, 1.0) == 0.0
    assert minimum_backtest_length(10, 0.0) == math.inf
    assert minimum_backtest_length(10, math.nan) == math.inf
