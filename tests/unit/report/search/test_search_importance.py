import numpy as np
import pytest

from btbot.report.search.finished import Finished
from btbot.report.search.importance import grouped, importance, interactions, main_effects


def test_shares_are_those_of_an_analysis_of_variance_by_hand():
    # Group means 2 and 5, grand mean 3.5: between 13.5, within 2 + 2 = 4, whole 17.5; epsilon squared is
    # 1 - (4 / 4) / (17.5 / 5) = 5 / 7.
    codes = np.array([0, 0, 0, 1, 1, 1])
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert main_effects([codes], values) == pytest.approx([5 / 7])


def test_what_does_nothing_explains_nothing_and_what_does_all_explains_all():
    rng = np.random.default_rng(0)
    first, second, idle = rng.integers(0, 10, (3, 20_000))
    values = first.astype(float)
    assert main_effects([first, second], values) == pytest.approx([1.0, 0.0], abs=0.002)
    shares = main_effects([first, second, idle], first + second + 0.0)
    assert shares == pytest.approx([0.5, 0.5, 0.0], abs=0.02)


def test_two_parameters_that_only_work_together_are_found():
    rng = np.random.default_rng(1)
    first, second, idle = rng.integers(0, 2, (3, 5_000))
    values = (first ^ second) * 2.0 + rng.normal(0, 0.01, 5_000)
    assert main_effects([first, second, idle], values) == pytest.approx([0, 0, 0], abs=0.01)
    together = interactions([first, second, idle], values)
    assert together[0, 1] == together[1, 0] == pytest.approx(1.0, abs=0.01)
    assert together[0, 2] == pytest.approx(0.0, abs=0.01)
    assert np.isnan(np.diag(together)).all()


def test_the_scale_of_the_objective_does_not_matter():
    rng = np.random.default_rng(2)
    codes, values = rng.integers(0, 5, 500), rng.normal(0, 1, 500)
    shares = main_effects([codes], values + codes)
    assert main_effects([codes], 1e6 + 1e-3 * (values + codes)) == pytest.approx(shares, abs=1e-6)


@pytest.mark.parametrize("values", [np.full(10, 0.1), np.zeros(10), np.array([]), np.arange(2.0)])
def test_where_it_cannot_be_told_it_is_not_a_number(values):
    assert np.isnan(main_effects([np.arange(len(values))], values)).all()


def test_neighbouring_groups_are_put_together():
    assert grouped(np.arange(8, dtype=np.uint16), 8).tolist() == list(range(8))
    assert grouped(np.arange(9, dtype=np.uint16), 3).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_the_shares_of_a_search(make_search):
    found = importance(Finished.of(make_search()), 0)
    assert [name for name, _ in found.ranked()] == ["ma_fast", "ma_slow", "atr"]
    assert found.pairs(6)[0][0] == "ma_fast with ma_slow"
    assert found.alone.sum() + found.pairs(1)[0][1] == pytest.approx(1.0, abs=0.1)


def test_few_trials_or_equal_ones_tell_nothing(make_search):
    assert importance(Finished.of(make_search(trials=5, sampler="random")), 0) is None
    result = make_search()
    finished = Finished.of(result)
    still = Finished(finished.trials, finished.numbers, (np.ones(len(finished)),), 0)
    assert importance(still, 0) is None
