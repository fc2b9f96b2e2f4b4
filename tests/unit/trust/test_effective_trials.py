"""Effective numbers of trials where the true one is known."""

import numpy as np
import pytest

from btbot.trust.effective_trials import effective_trials, growth


def draws(trials, copies=1, seed=0, count=4000):
    """Scores of independent trials, each tried several times under another name."""
    independent = np.random.default_rng(seed).standard_normal((count, trials)).astype(np.float32)
    return np.repeat(independent, copies, axis=1)


@pytest.mark.parametrize(("trials", "copies"), [(1, 40), (5, 10), (60, 1), (60, 5)])
def test_copies_do_not_count(trials, copies):
    assert effective_trials(draws(trials, copies).max(axis=1)) == pytest.approx(trials, rel=0.06)


def test_correlated_trials_count_less():
    rng = np.random.default_rng(2)
    common = rng.standard_normal((4000, 1))
    for share, least, most in ((0.2, 20, 50), (0.8, 2, 12)):
        scores = np.sqrt(share) * common + np.sqrt(1 - share) * rng.standard_normal((4000, 50))
        assert least < effective_trials(scores.max(axis=1)) < most


def test_the_number_is_never_below_one():
    assert effective_trials(np.full(10, -3.0)) == 1.0
    assert effective_trials(np.full(10, -100.0)) == 1.0


def test_new_trials_make_it_grow_and_repeated_ones_do_not():
    rng = np.random.default_rng(4)
    assert growth(draws(128, count=1500), rng=rng) == pytest.approx(1.0, abs=0.05)
    assert growth(draws(1, 128, count=1500), rng=rng) == pytest.approx(0.0, abs=0.02)
    # 8 groups of 16: by half of them, nearly all groups are met
    assert 0.0 < growth(draws(8, 16, count=1500), rng=rng) < 0.45


def test_a_small_sample_is_not_trusted_to_show_it():
    assert growth(draws(1, 15), rng=np.random.default_rng(0)) == 1.0


def test_it_foretells_the_number_of_a_larger_search():
    rng = np.random.default_rng(6)
    places = np.arange(1024)
    nearness = np.exp(-np.abs(places[:, None] - places) / 30.0)
    scores = (rng.standard_normal((1500, 1024)) @ np.linalg.cholesky(nearness + 1e-9 * np.eye(1024)).T).astype(
        np.float32
    )
    whole = effective_trials(scores.max(axis=1))
    some = scores[:, rng.permutation(1024)[:256]]
    foretold = effective_trials(some.max(axis=1)) * 4 ** growth(some, rng=rng)
    assert effective_trials(some.max(axis=1)) < 0.8 * whole
    assert whole * 0.9 < foretold < whole * 1.6
