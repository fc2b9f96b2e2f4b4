"""The probability of luck where it is known."""

from statistics import NormalDist

import numpy as np
import pytest

from btbot.trust.luck import luck_probability, verdict

MAXIMA = np.sort(np.random.default_rng(0).standard_normal((2000, 10)).max(axis=1))


def chance(statistic, trials=10):
    return 1.0 - NormalDist().cdf(statistic) ** trials


@pytest.mark.parametrize("statistic", [0.5, 1.5, 2.0, 2.5])
def test_where_there_are_draws_they_are_counted(statistic):
    counted = (1 + np.count_nonzero(statistic <= MAXIMA)) / 2001
    assert luck_probability(MAXIMA, statistic) == pytest.approx(counted, rel=1e-12)
    assert counted == pytest.approx(chance(statistic), abs=0.03)


@pytest.mark.parametrize("statistic", [3.2, 3.7, 4.2])
def test_beyond_the_draws_it_falls_on_and_errs_on_the_side_of_luck(statistic):
    assert 0.7 * chance(statistic) < luck_probability(MAXIMA, statistic) < 30 * chance(statistic)


def test_it_is_continuous_and_falls_everywhere():
    found = [luck_probability(MAXIMA, statistic) for statistic in np.linspace(0.0, 6.0, 600)]
    assert found == sorted(found, reverse=True)
    bar = MAXIMA[-50]
    assert luck_probability(MAXIMA, bar + 1e-9) == pytest.approx(luck_probability(MAXIMA, bar), rel=1e-3)


def test_several_searches_by_hand():
    # half of the draws reach it, so one of three searches does with 1 - 0.5^3
    maxima = np.r_[np.zeros(100), np.ones(99)]
    assert luck_probability(maxima, 1.0, searches=3.0) == pytest.approx(0.875)


def test_constant_draws():
    assert luck_probability(np.zeros(200), 1.0) == 0.0
    assert luck_probability(np.zeros(200), 0.0) == 1.0


def test_verdicts_at_their_bounds():
    assert [verdict(one) for one in (0.0, 0.05, 0.0501, 0.4999, 0.5, 1.0)] == [
        "skill", "skill", "unproven", "unproven", "luck", "luck",
    ]  # fmt: skip
