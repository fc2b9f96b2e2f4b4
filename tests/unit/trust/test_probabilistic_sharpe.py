"""The figures that Bailey and Lopez de Prado (2012) print."""

import math

import pytest

from btbot.trust.probabilistic_sharpe import minimum_track_record, probabilistic_sharpe


def test_the_two_years_of_the_paper_with_and_without_the_shape_of_the_returns():
    normal = probabilistic_sharpe(0.458, 0.0, observations=24, skewness=0.0, kurtosis=3.0)
    real = probabilistic_sharpe(0.458, 0.0, observations=24, skewness=-2.448, kurtosis=10.164)
    assert normal == pytest.approx(0.982, abs=5e-4)
    assert real == pytest.approx(0.913, abs=5e-4)


@pytest.mark.parametrize(
    ("periods", "skewness", "kurtosis", "years"),
    [(250, 0.0, 3.0, 2.73), (52, 0.0, 3.0, 2.83), (12, 0.0, 3.0, 3.24), (12, -0.72, 5.78, 4.99)],
)
def test_track_records_of_the_paper_for_an_annual_2_above_an_annual_1(periods, skewness, kurtosis, years):
    needed = minimum_track_record(2 / periods**0.5, 1 / periods**0.5, skewness=skewness, kurtosis=kurtosis)
    assert needed / periods == pytest.approx(years, abs=0.01)


def test_the_record_is_just_long_enough():
    needed = minimum_track_record(0.1, 0.02, skewness=-0.5, kurtosis=5.0, confidence=0.9)
    just = probabilistic_sharpe(0.1, 0.02, observations=needed, skewness=-0.5, kurtosis=5.0)
    assert just == pytest.approx(0.9, rel=1e-12)


def test_where_there_is_no_answer():
    assert minimum_track_record(0.1, 0.1, skewness=0.0, kurtosis=3.0) == math.inf
    assert minimum_track_record(math.nan, 0.0, skewness=0.0, kurtosis=3.0) == math.inf
    assert math.isnan(probabilistic_sharpe(0.1, 0.0, observations=1, skewness=0.0, kurtosis=3.0))
    assert math.isnan(probabilistic_sharpe(2.0, 0.0, observations=9, skewness=1.0, kurtosis=1.0))
