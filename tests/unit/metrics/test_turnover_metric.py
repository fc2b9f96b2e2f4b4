"""Turnover against values computed by hand."""

import math

import numpy as np
import pytest

from btbot.metrics.turnover import annual_turnover, turnover


def test_turnover_counts_both_sides_against_the_mean_equity():
    assert turnover(6_000.0, np.array([1_000.0, 2_000.0, 3_000.0])) == 3.0
    assert turnover(0.0, np.array([1_000.0])) == 0.0


def test_annual_turnover_is_the_pace_of_the_run():
    assert annual_turnover(3.0, 73, periods_per_year=365) == pytest.approx(15.0)


@pytest.mark.parametrize("equity", [[], [0.0, 0.0], [-5.0]])
def test_undefined_without_equity(equity):
    assert math.isnan(turnover(10.0, np.array(equity)))
    assert math.isnan(annual_turnover(1.0, 0, periods_per_year=365))
