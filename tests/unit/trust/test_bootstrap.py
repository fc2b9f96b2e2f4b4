"""The stationary bootstrap against its own theory, and what resampled strategies look like."""

import numpy as np
import pytest

from btbot.trust import bootstrap
from btbot.trust.bootstrap import resampled, resampling_weights


def generator(seed=0):
    return np.random.default_rng(seed)


def test_every_draw_has_as_many_days_as_the_data():
    weights = resampling_weights(37, 50, block=4.5, rng=generator())
    assert weights.shape == (50, 37)
    assert (weights.sum(axis=1) == 37).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(37), abs=0.7)


def test_the_variance_of_the_mean_is_that_of_the_theory():
    # Politis and Romano 1994, lemma 1: weighted autocovariances.
    series, count, jump = np.cumsum(generator(3).standard_normal(60)), 60, 1 / 8
    centred = series - series.mean()
    lags = np.arange(1, count)
    covariance = np.array([centred[lag:] @ centred[: count - lag] / count for lag in range(count)])
    weight = (1 - lags / count) * (1 - jump) ** lags + lags / count * (1 - jump) ** (count - lags)
    theory = (covariance[0] + 2 * np.sum(weight * covariance[1:])) / count
    means = resampling_weights(count, 40_000, block=8.0, rng=generator()) @ series / count
    assert np.var(means) == pytest.approx(theory, rel=0.03)


def test_blocks_of_endless_length_are_rotations():
    weights = resampling_weights(20, 10, block=1e12, rng=generator())
    assert (weights == 1).all()


def test_the_memory_is_bounded_without_another_result(monkeypatch):
    # One draw at a time is a different stream of numbers, but as good a sample.
    monkeypatch.setattr(bootstrap, "_AT_ONCE", 1)
    weights = resampling_weights(30, 1000, block=1.0, rng=generator())
    assert weights.mean() == 1.0
    assert weights.var() == pytest.approx(1.0 - 1 / 30, rel=0.03)


def test_means_and_statistics_of_a_draw_by_hand():
    returns = np.array([[0.03, 1.0], [-0.01, -1.0], [0.01, 3.0]])
    weights = np.array([[1, 1, 1], [2, 1, 0], [0, 3, 0]], np.float32)
    means, scores = resampled(returns, weights)
    # column 0: mean 0.01, deviation 0.02, so 1, -1, 0 standardised by n - 1; draw 1 has mean 1/3 of that
    assert means[:, 0] == pytest.approx([0.0, 3**0.5 / 3, -(3**0.5)], abs=1e-6)
    # days 0.02, 0.02, -0.02 around the old mean: mean 0.02/3, deviation (n - 1) 0.02 * sqrt(4/3)
    assert scores[1, 0] == pytest.approx(3**0.5 * (0.02 / 3) / (0.02 * (4 / 3) ** 0.5), rel=1e-5)
    # a draw of one day over and over has no deviation of its own; what is left is finite and of the right sign
    assert np.isfinite(scores[2]).all()
    assert scores[2, 0] < 0 and scores[2, 1] < 0  # noqa: PT018


def test_many_small_gains_and_few_large_losses_do_not_look_like_skill():
    # exponential losses: the best of 100 such columns reaches its 5 % bar about as often as it should
    reached = [0, 0]
    for seed in range(40):
        rng = generator(seed)
        returns = 1.33 - rng.exponential(1.0, (200, 40)) ** 1.5
        returns -= 1.33 - 1.3293403881791370
        observed = (returns.mean(axis=0) / returns.std(axis=0, ddof=1)).max() * 200**0.5
        means, scores = resampled(returns, resampling_weights(200, 200, block=1.0, rng=rng))
        for at, one in enumerate((means, scores)):
            reached[at] += observed > np.quantile(one.max(axis=1), 0.95)
    assert reached[0] >= 10  # with the deviation of the data: far more than the 2 of 40
    assert reached[1] <= 6
