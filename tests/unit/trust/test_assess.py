"""The whole judgement: what goes in, what comes out, and what it says."""

import math

import numpy as np
import pytest

from btbot.trust.assess import assess
from btbot.trust.overfit import Overfit
from btbot.trust.plateau import Plateau

KEYS = {
    "trials", "trials_before", "effective_trials", "sharpe", "probabilistic_sharpe", "deflated_sharpe",
    "expected_max_sharpe", "luck_probability", "pbo", "pbo_loss", "pbo_slope", "splits", "spa_pvalue",
    "reality_check_pvalue", "minimum_backtest_days", "minimum_track_days", "days", "active_days", "plateau_ratio",
    "plateau_neighbours", "holding_sharpe", "verdict",
}  # fmt: skip


def noise(days=400, trials=30, seed=0, drift=0.0):
    found = np.random.default_rng(seed).standard_normal((days, trials)) * 0.01
    found[:, 0] += drift
    return found


def judged(returns, **keys):
    best = int(np.argmax(returns.mean(axis=0) / returns.std(axis=0)))
    return assess(returns, best, **{"trials": returns.shape[1], "periods_per_year": 365.0, **keys})


def test_an_edge_is_skill_and_noise_is_not():
    edge = judged(noise(drift=0.003)).figures()
    assert edge["verdict"] == "skill"
    assert edge["luck_probability"] < 0.001
    assert edge["deflated_sharpe"] > 0.99
    assert edge["pbo"] < 0.01
    lucky = judged(noise(seed=1)).figures()
    assert lucky["verdict"] in ("luck", "unproven")
    assert lucky["luck_probability"] == lucky["spa_pvalue"] > 0.05
    assert lucky["minimum_backtest_days"] > 100


def test_the_same_keys_always():
    assert judged(noise()).figures().keys() == KEYS
    assert assess(np.empty((0, 1)), 0, trials=5, periods_per_year=365.0).figures().keys() == KEYS


def test_it_is_the_same_every_time_and_another_seed_says_nearly_the_same():
    one, again, other = (judged(noise(), seed=seed).figures() for seed in (3, 3, 4))
    assert one == again != other
    assert other["luck_probability"] == pytest.approx(one["luck_probability"], abs=0.06)


def test_independent_trials_count_as_such_and_copies_do_not():
    assert judged(noise(days=2000)).figures()["effective_trials"] == pytest.approx(30, rel=0.2)
    copies = noise(days=2000, trials=3).repeat(10, axis=1) + noise(days=2000) * 1e-3
    assert judged(copies).figures()["effective_trials"] == pytest.approx(3, rel=0.2)


def test_what_was_tried_before_counts_as_far_as_it_is_something_new():
    independent = noise(drift=0.0016)
    alone, after = (judged(independent, trials_before=before).figures() for before in (0, 2970))
    assert alone["verdict"] == "skill"
    assert after["verdict"] != "skill"
    # a hundred times as many independent trials: nearly a hundred times as much room for luck
    assert 60 < after["effective_trials"] / alone["effective_trials"] <= 100
    assert after["spa_pvalue"] == alone["spa_pvalue"]
    copies = independent[:, :1] + noise() * 1e-3
    assert judged(copies, trials_before=2970).figures()["effective_trials"] < 2


def test_trials_that_are_not_given_count_like_those_before():
    returns = noise(drift=0.0016)
    unseen, before = judged(returns, trials=3000), judged(returns, trials_before=2970)
    assert unseen.figures()["luck_probability"] == before.figures()["luck_probability"]


def test_only_a_random_sample_shows_whether_trials_are_new():
    rng = np.random.default_rng(5)
    good = rng.standard_normal((400, 1)) * 0.01 + rng.standard_normal((400, 40)) * 1e-4
    returns = np.column_stack([good, noise(trials=40)])
    whole = judged(returns, trials=8000).figures()["effective_trials"]
    sampled = judged(returns, trials=8000, sample=np.arange(40, 80)).figures()["effective_trials"]
    assert sampled > whole


def test_settings_that_never_traded_do_not_matter():
    returns = noise(drift=0.003)
    idle = np.zeros((400, 10))
    idle[3, :] = 0.05
    found = assess(np.column_stack([idle, returns]), 10, trials=40, periods_per_year=365.0).figures()
    assert found["verdict"] == "skill"
    assert found["pbo"] == judged(returns).figures()["pbo"]


def test_too_little_to_judge():
    idle = np.zeros((400, 2))
    idle[:7, 0] = 0.01
    found = assess(idle, 0, trials=2, periods_per_year=365.0)
    assert found.verdict == "unproven"
    assert found.figures()["luck_probability"] is None
    assert found.sentences[0] == (
        "Unproven: on 7 of 400 days did the best setting earn or lose anything, too few to judge it."
    )
    assert found.logits.shape == (0,)
    assert found.is_oos.shape == (0, 2)


def test_a_single_trial_is_judged_without_splits():
    found = assess(noise(trials=1, drift=0.003), 0, trials=1, periods_per_year=365.0)
    assert found.verdict == "skill"
    assert found.figures()["effective_trials"] == pytest.approx(1.0, abs=0.1)
    assert found.figures()["pbo"] is None
    assert "1 setting was tried." in found.sentences


def test_arrays_for_the_charts():
    found = judged(noise(), plateau=Plateau(0.5, np.array([4, 2])))
    assert found.logits.shape == (12_870,)
    assert found.is_oos.shape == (12_870, 2)
    assert found.neighbours.tolist() == [4, 2]
    own = np.mean(found.is_oos[:, 0])
    assert 2.0 < own < 6.0  # annual: the best of 30 on 200 days, 2 deviations of 1.35


def test_few_days_make_fewer_splits():
    assert judged(noise(days=65)).figures()["splits"] == 20
    assert judged(noise(days=39)).figures()["splits"] == 2


def test_a_best_setting_that_is_not_the_one_of_the_highest_ratio():
    returns = noise(drift=0.003)
    worst = int(np.argmin(returns.mean(axis=0)))
    found = assess(returns, worst, trials=30, periods_per_year=365.0).figures()
    assert found["verdict"] == "luck"
    assert found["spa_pvalue"] < 0.001


def test_a_figure_without_a_value_is_none():
    found = Overfit({"verdict": "unproven", "a": math.nan, "b": math.inf, "c": 2, "d": 0.5})
    assert found.figures() == {"verdict": "unproven", "a": None, "b": None, "c": 2, "d": 0.5}
