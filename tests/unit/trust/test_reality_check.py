"""White's and Hansen's tests against arch 8.0.0 (`arch.bootstrap.SPA`, 50,000 draws), and what they are for."""

import numpy as np
import pytest

from btbot.trust.bootstrap import resampled, resampling_weights
from btbot.trust.reality_check import p_value, reality_check
from btbot.trust.superior_ability import best_scores_of_luck

DAYS = 300


@pytest.fixture(scope="module")
def returns():
    """25 correlated strategies: one is good, one is very bad, one is wild."""
    rng = np.random.default_rng(3)
    common = rng.standard_normal((DAYS, 1))
    found = 0.01 * (0.6 * common + 0.8 * rng.standard_normal((DAYS, 25)))
    found[:, 4] += 0.0021
    found[:, 9] -= 0.01
    found[:, 3] *= 3
    return found


def statistics(returns):
    deviations = returns.std(axis=0, ddof=1)
    return returns.mean(axis=0) / deviations * DAYS**0.5, deviations


def test_the_reality_check_equals_archs_upper_p_value(returns):
    weights = resampling_weights(DAYS, 10_000, block=8.0, rng=np.random.default_rng(1))
    observed, deviations = statistics(returns)
    assert reality_check(observed, resampled(returns, weights)[0], deviations) == pytest.approx(0.236, abs=0.012)


def test_superior_ability_equals_archs_consistent_p_value_of_returns_over_their_deviation(returns):
    # arch divides no mean by a deviation, so its columns were divided before; nor does a draw of it have its own
    weights = resampling_weights(DAYS, 10_000, block=1.0, rng=np.random.default_rng(1))
    observed, _ = statistics(returns)
    maxima = best_scores_of_luck(observed, resampled(returns, weights)[0], observations=DAYS)
    assert p_value(maxima, observed.max()) == pytest.approx(0.093, abs=0.009)


def test_wild_strategies_blunt_the_reality_check_and_hopeless_ones_do_not_blunt_the_other(returns):
    weights = resampling_weights(DAYS, 2_000, block=1.0, rng=np.random.default_rng(1))
    hopeless = np.column_stack([returns, np.random.default_rng(5).standard_normal((DAYS, 500)) * 0.01 - 0.006])
    p_values = []
    for one in (returns, hopeless):
        observed, deviations = statistics(one)
        means, scores = resampled(one, weights)
        p_values.append(p_value(best_scores_of_luck(observed, scores, observations=DAYS), observed.max()))
        p_values.append(reality_check(observed, means, deviations))
    ability, check, ability_among_hopeless, check_among_hopeless = p_values
    assert ability < check / 2
    assert ability_among_hopeless < ability + 0.01
    assert check_among_hopeless > check + 0.05


def test_a_p_value_is_never_zero():
    assert p_value(np.zeros(99), 1.0) == 0.01
    assert p_value(np.ones(99), 1.0) == 1.0
