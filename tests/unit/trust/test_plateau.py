"""Neighbours on grids and among scattered points, and what they keep of the best one's lead."""

import math

import numpy as np
import pytest

from btbot.trust.plateau import Axis, plateau


def grid(fast, slow):
    """Axes of all pairs; the second changes fastest."""
    first, second = (part.ravel() for part in np.meshgrid(fast, slow, indexing="ij"))
    return [
        Axis(first.astype(float), fast[0], fast[-1], size=len(fast)),
        Axis(second.astype(float), slow[0], slow[-1], size=len(slow)),
    ]


def test_the_neighbours_on_a_grid_are_the_adjacent_points():
    axes = grid(range(5, 55, 5), range(20, 220, 20))
    assert sorted(plateau(axes, np.arange(100.0), 55).neighbours) == [44, 45, 46, 54, 56, 64, 65, 66]
    assert sorted(plateau(axes, np.arange(100.0), 0).neighbours) == [1, 10, 11]


def test_a_peak_a_plain_and_a_pit():
    axes = grid(range(10), range(10))
    flat = np.zeros(100)
    flat[[44, 45, 46, 54, 56, 64, 65, 66]] = 1.0
    flat[55] = 2.0
    assert plateau(axes, flat, 55).ratio == 0.5
    alone = np.zeros(100)
    alone[55] = 2.0
    assert plateau(axes, alone, 55).ratio == 0.0
    pit = flat.copy()
    pit[[44, 45, 46, 54, 56, 64, 65, 66]] = -2.0
    assert plateau(axes, pit, 55).ratio == -1.0


def test_unit_and_direction_of_the_objective_do_not_matter():
    axes = grid(range(10), range(10))
    objective = np.random.default_rng(0).standard_normal(100)
    objective[55] = 5.0
    ratio = plateau(axes, objective, 55).ratio
    assert plateau(axes, -3.0 * objective - 7.0, 55).ratio == pytest.approx(ratio)


def test_words_are_not_next_to_each_other_and_logarithms_are():
    words = Axis(np.array([0.0, 0.0, 1.0]), 0.0, 1.0, size=2, ordered=False)
    number = Axis(np.array([1.0, 2.0, 1.0]), 1.0, 2.0, size=2)
    assert plateau([words, number], np.array([1.0, 0.5, 0.9]), 0).neighbours.tolist()[0] == 1
    scale = Axis(np.array([1.0, 10.0, 100.0, 1000.0]), 1.0, 1000.0, log=True)
    assert sorted(plateau([scale], np.array([0.0, 1.0, 0.5, 0.2]), 1).neighbours) == [0, 2]


def test_scattered_points_have_about_as_many_neighbours():
    rng = np.random.default_rng(1)
    axes = [Axis(rng.random(1000), 0.0, 1.0) for _ in range(3)]
    counts = [len(plateau(axes, np.arange(1000.0), at).neighbours) for at in range(0, 1000, 50)]
    assert 4 <= np.mean(counts) <= 12
    assert min(counts) >= 3


def test_trials_that_do_not_count_are_no_neighbours():
    axis = Axis(np.arange(7.0), 0.0, 6.0, size=7)
    objective = np.array([0.0, 0.0, np.nan, 4.0, 2.0, 0.0, 0.0])
    found = plateau([axis], objective, 3)
    assert found.neighbours.tolist() == [4]
    assert found.ratio == 0.5


def test_where_there_is_nothing_to_compare():
    axis = Axis(np.zeros(3), 5.0, 5.0, size=1)
    assert math.isnan(plateau([axis], np.array([1.0, np.nan, np.nan]), 0).ratio)
    assert math.isnan(plateau([axis], np.ones(3), 0).ratio)
    assert math.isnan(plateau([axis], np.array([np.nan, 1.0, 2.0]), 0).ratio)
