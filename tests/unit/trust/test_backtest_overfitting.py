"""Combinatorially symmetric cross-validation by hand, by plain loops, and on what is known to be luck or skill."""

import math
from itertools import combinations

import numpy as np
import pytest

from btbot.trust import backtest_overfitting
from btbot.trust.backtest_overfitting import CrossValidation, cross_validate


def by_loops(returns, blocks):
    """As the paper tells it, one split after the other; blocks must divide the days."""
    parts = np.split(returns, blocks)
    found = []
    for own in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[at] for at in own])
        outside = np.concatenate([parts[at] for at in range(blocks) if at not in own])
        sharpes = [part.mean(axis=0) / part.std(axis=0, ddof=1) for part in (inside, outside)]
        best = int(np.argmax(sharpes[0]))
        rank = 1 + np.sum(sharpes[1] < sharpes[1][best])
        share = rank / (returns.shape[1] + 1)
        found.append((math.log(share / (1 - share)), sharpes[0][best], sharpes[1][best]))
    return np.array(sorted(found))


def test_it_equals_plain_loops():
    returns = np.random.default_rng(0).standard_t(4, (96, 17)) * 0.02 + 0.001
    found = cross_validate(returns, blocks=8)
    rows = np.array(sorted(map(tuple, np.column_stack([found.logits, found.sharpes]).tolist())))
    assert rows == pytest.approx(by_loops(returns, 8), rel=1e-9)


def test_two_blocks_by_hand():
    # block 1: ratios 0, 1/2 sqrt 2, -1/2 sqrt 2; block 2: 1/2 sqrt 2, 0, -1/2 sqrt 2 (gains of 0, 2 or -2 around)
    returns = np.array([[1.0, 2.0, -2.0], [-1.0, 0.0, 0.0], [2.0, 1.0, 0.0], [0.0, -1.0, -2.0]])
    found = cross_validate(returns, blocks=2)
    # the best of block 1 is column 1, second of three in block 2; the best of block 2 is column 0, second in block 1
    assert found.logits == pytest.approx([0.0, 0.0])
    assert found.sharpes == pytest.approx(np.array([[0.5**0.5, 0.0], [0.5**0.5, 0.0]]))
    assert (found.probability, found.probability_of_loss) == (1.0, 0.0)
    assert math.isnan(found.degradation)


def test_figures_of_a_validation_by_hand():
    found = CrossValidation(
        np.array([-1.0, 0.0, 2.0, 3.0]), np.array([[1.0, 3.0], [2.0, 1.0], [3.0, -1.0], [2.0, 1.0]])
    )
    assert found.probability == 0.5
    assert found.probability_of_loss == 0.25
    assert found.degradation == pytest.approx(-2.0)


def test_days_that_do_not_fill_the_blocks_are_not_lost():
    returns = np.random.default_rng(1).standard_normal((101, 5))
    found = cross_validate(returns, blocks=4)
    assert len(found.logits) == 6
    assert np.isfinite(found.logits).all()


def test_the_memory_is_bounded_without_another_result(monkeypatch):
    returns = np.random.default_rng(2).standard_normal((80, 6))
    whole = cross_validate(returns, blocks=6)
    monkeypatch.setattr(backtest_overfitting, "_AT_ONCE", 1)
    single = cross_validate(returns, blocks=6)
    assert sorted(whole.logits) == pytest.approx(sorted(single.logits))


def test_a_setting_that_is_really_better_is_chosen_rightly():
    returns = np.random.default_rng(3).standard_normal((1000, 50)) * 0.01
    returns[:, 7] += 0.003
    found = cross_validate(returns)
    assert len(found.logits) == 12_870
    assert found.probability < 0.01
    assert found.probability_of_loss < 0.01


def test_the_best_of_noise_is_a_coin_toss_at_best():
    shares = [
        cross_validate(np.random.default_rng(seed).standard_normal((400, 40)), blocks=8).probability
        for seed in range(12)
    ]
    assert 0.4 < np.mean(shares) < 0.75


def test_settings_that_never_trade_are_zero_and_equal():
    returns = np.zeros((40, 3))
    found = cross_validate(returns, blocks=4)
    assert (found.sharpes == 0.0).all()
    assert found.logits == pytest.approx(np.zeros(6))


@pytest.mark.parametrize(("days", "settings", "blocks"), [(100, 1, 4), (100, 5, 5), (7, 5, 4), (100, 5, 0)])
def test_what_cannot_be_split(days, settings, blocks):
    with pytest.raises(ValueError, match=rf"^{days} days of {settings} settings cannot be split into {blocks} blocks$"):
        cross_validate(np.zeros((days, settings)), blocks=blocks)
