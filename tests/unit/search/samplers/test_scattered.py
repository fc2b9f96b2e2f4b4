"""Grid, random, Latin hypercube and Sobol: settings by number, from the seed alone."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest

from btbot.errors import ConfigError
from btbot.search.samplers import make_sampler
from btbot.search.samplers.candidates import Listed, Numbered

COARSE = {"fast": {"low": 5, "high": 50, "step": 5}, "slow": {"low": 20, "high": 200, "step": 10}, "kind": ["a", "b"]}
FINE = {"fast": {"low": 1, "high": 400}, "slow": {"low": 1, "high": 400}}
SMOOTH = {"fast": {"low": 0.0, "high": 1.0}, "slow": {"low": 0.0, "high": 1.0}, "kind": ["a", "b"]}
SCATTERED = ["random", "latin_hypercube", "sobol"]
ORDERED = {"constraints": "fast < slow"}


@pytest.fixture(scope="session")
def sampler(searched, tmp_path_factory):
    def make(space, name, **keys):
        return make_sampler(*searched(space, sampler=name, **keys), tmp_path_factory.getbasetemp() / "unused")

    return make


def rows(columns):
    return list(zip(*[values.tolist() for values in columns.values()], strict=True))


def everything(found):
    return rows(found.batch(0, found.total))


def test_a_grid_is_complete_and_in_order(sampler):
    assert everything(sampler(COARSE, "grid")) == list(
        itertools.product(map(float, range(5, 51, 5)), map(float, range(20, 201, 10)), (0.0, 1.0))
    )


def test_a_grid_leaves_out_what_breaks_a_constraint(sampler):
    found = everything(sampler(COARSE, "grid", **ORDERED))
    assert found == [row for row in everything(sampler(COARSE, "grid")) if row[0] < row[1]]


@pytest.mark.parametrize("name", SCATTERED)
@pytest.mark.parametrize("space", [COARSE, FINE, SMOOTH], ids=["coarse", "fine", "smooth"])
@pytest.mark.parametrize("constraint", [{}, ORDERED], ids=["free", "bound"])
def test_they_are_deterministic_distinct_and_allowed(sampler, name, space, constraint):
    one, again, other = (sampler(space, name, trials=90, seed=seed, **constraint) for seed in (3, 3, 4))
    found = everything(one)
    assert one.total == len(found) == len(set(found)) == 90
    assert everything(again) == found
    assert everything(other) != found
    assert not constraint or all(fast < slow for fast, slow, *_ in found)


@pytest.mark.parametrize("space", [FINE, SMOOTH], ids=["fine", "smooth"])
@pytest.mark.parametrize("name", SCATTERED)
def test_any_part_may_be_asked_for_at_any_time(sampler, name, space):
    found = sampler(space, name, trials=20_000, **ORDERED)
    whole = found.batch(0, 20_000)
    cuts = [0, 1, 5_000, 16_383, 16_384, 16_390, 20_000]
    for start, stop in [*reversed(list(itertools.pairwise(cuts))), (4_000, 18_000)]:
        part = found.batch(start, stop)
        assert all((part[label] == whole[label][start:stop]).all() for label in whole)


@pytest.mark.parametrize("name", SCATTERED)
def test_who_wants_most_of_a_small_grid_gets_it_shuffled_and_without_repetition(sampler, name):
    grid = everything(sampler(COARSE, "grid", **ORDERED))
    for trials in (200, 100_000):
        found = everything(sampler(COARSE, name, trials=trials, **ORDERED))
        assert len(found) == min(trials, len(grid))
        assert set(found) <= set(grid)
        assert found != sorted(found)


def test_a_latin_hypercube_has_one_setting_in_each_slice(sampler):
    columns = sampler({**SMOOTH, "kind": {"low": -5.0, "high": 5.0}}, "latin_hypercube", trials=1000).batch(0, 1000)
    for label, low, width in (("fast", 0.0, 1.0), ("slow", 0.0, 1.0), ("kind", -5.0, 10.0)):
        slices = np.floor((columns[label] - low) / width * 1000).astype(int)
        assert np.sort(slices).tolist() == list(range(1000))
    assert abs(np.corrcoef(columns["fast"], columns["slow"])[0, 1]) < 0.1


def test_sobol_points_are_stratified_in_one_dimension_and_in_two(sampler):
    columns = sampler(SMOOTH, "sobol", trials=1024).batch(0, 1024)
    assert np.sort(np.floor(columns["fast"] * 1024)).tolist() == list(range(1024))
    squares = np.floor(columns["fast"] * 32) * 32 + np.floor(columns["slow"] * 32)
    assert np.sort(squares).tolist() == list(range(1024))


def test_random_settings_fill_the_space_evenly(sampler):
    columns = sampler(SMOOTH, "random", trials=40_000).batch(0, 40_000)
    counts = np.histogram2d(columns["fast"], columns["slow"], bins=10, range=[[0, 1], [0, 1]])[0]
    assert ((counts - 400) ** 2 / 400).sum() < 99 + 4 * np.sqrt(2 * 99)
    assert abs(columns["kind"].mean() - 0.5) < 0.01


def test_random_settings_are_even_within_a_constraint(sampler):
    columns = sampler(SMOOTH, "random", trials=20_000, **ORDERED).batch(0, 20_000)
    # Uniform over a triangle: the mean of the lesser coordinate is 1/3, that of the greater 2/3.
    assert columns["fast"].mean() == pytest.approx(1 / 3, abs=0.01)
    assert columns["slow"].mean() == pytest.approx(2 / 3, abs=0.01)


def test_a_million_settings_need_no_memory(sampler):
    space = {**SMOOTH, "kind": {"low": 1, "high": 10**12}}
    tracemalloc.start()
    found = sampler(space, "random", trials=1_000_000, **ORDERED)
    assert len(rows(found.batch(999_990, 1_000_000))) == 10
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10e6


def test_a_coarse_grid_is_listed_and_a_smooth_space_is_numbered(sampler):
    assert isinstance(sampler(FINE, "sobol", trials=100), Listed)
    assert isinstance(sampler(SMOOTH, "sobol", trials=100), Numbered)


@pytest.mark.parametrize(
    ("space", "keys", "message"),
    [
        (
            {name: {"low": 1, "high": 400} for name in "abc"}, {"sampler": "grid"},
            "optimize.space: the grid has 64,000,000 settings, more than 10,000,000; widen the steps, or draw some of them "
            "with sampler: random and trials: 10000",
        ),
        (
            COARSE, {"sampler": "grid", "constraints": ["fast > slow", "slow > 100"]},
            "optimize.constraints: no setting of the space meets them (fast > slow, slow > 100); widen the ranges",
        ),
        (
            COARSE, {"sampler": "random", "trials": 5, "constraints": "fast > 100"},
            "optimize.constraints: no setting of the space meets them (fast > 100); widen the ranges",
        ),
        (
            COARSE, {"sampler": "grid", "trials": 100},
            "optimize.trials: the grid has 380 settings, more than trials: 100; raise or remove trials, widen the steps, or "
            "write sampler: random",
        ),
        (
            SMOOTH, {"sampler": "random", "trials": 5, "constraints": "fast > 1"},
            "optimize.constraints: only 0 of 10,010,624 settings drawn at random meet them, too few for trials: 5; narrow "
            "the ranges to where they can be met, or lower trials",
        ),
    ],
)  # fmt: skip
def test_messages(searched, tmp_path, space, keys, message):
    with pytest.raises(ConfigError) as caught:
        make_sampler(*searched(space, **keys), tmp_path)
    assert str(caught.value) == message
