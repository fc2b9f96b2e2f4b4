"""Returns against values computed by hand."""

import math

import numpy as np
import pytest

from btbot.metrics.returns import annual_return, cagr, total_return


def test_total_return_is_the_gain_over_the_capital():
    assert total_return(15_000.0, 10_000.0) == 0.5
    assert total_return(0.0, 10_000.0) == -1.0
    assert total_return(-500.0, 10_000.0) == -1.05


def test_cagr_of_two_years_is_a_square_root():
    assert cagr(0.44, 730, periods_per_year=365) == pytest.approx(0.2, rel=1e-14)
    assert cagr(0.44, 504, periods_per_year=252) == pytest.approx(0.2, rel=1e-14)
    assert cagr(0.44, 365, periods_per_year=365) == pytest.approx(0.44, rel=1e-14)


@pytest.mark.parametrize(
    ("gain", "days", "wanted"),
    [(-1.0, 10, -1.0), (-1.2, 10, math.nan), (0.1, 0, math.nan), (9.0, 1, math.inf), (0.0, 5, 0.0)],
)
def test_cagr_at_its_edges(gain, days, wanted):
    assert cagr(gain, days, periods_per_year=365) == pytest.approx(wanted, nan_ok=True)


def test_annual_return_does_not_compound():
    assert annual_return(np.array([0.01, -0.005, 0.001]), periods_per_year=365) == pytest.approx(0.73)
    assert math.isnan(annual_return(np.empty(0), periods_per_year=365))
