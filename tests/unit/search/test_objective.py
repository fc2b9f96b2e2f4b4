"""Which trials are better, by one objective and by several."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.search.objective import pareto_front, ranked

NAN = np.nan


def front(rows, *directions):
    values = np.array(rows, dtype=np.float64)
    return pareto_front(values, directions or ["maximize"] * values.shape[1], np.ones(len(values), dtype=bool)).tolist()


def test_the_best_value_comes_first_and_what_has_none_last():
    values = np.array([[1.0], [NAN], [3.0], [2.0], [3.0]])
    assert ranked(values, ["maximize"], np.zeros(5, dtype=int)).tolist() == [2, 4, 3, 0, 1]
    assert ranked(values, ["minimize"], np.zeros(5, dtype=int)).tolist() == [0, 3, 2, 4, 1]


def test_trials_that_are_not_complete_come_last_by_how_they_ended():
    values = np.array([[9.0], [8.0], [7.0], [1.0], [2.0]])
    assert ranked(values, ["maximize"], np.array([3, 1, 1, 0, 0])).tolist() == [4, 3, 1, 2, 0]


def test_the_front_of_two_objectives():
    #    0 good and bad, 1 both middling, 2 beaten by 1, 3 equal to 1, 4 bad and good, 5 unknown
    rows = [(9, 1), (5, 5), (5, 4), (5, 5), (1, 9), (NAN, 99)]
    assert front(rows) == [0, 1, 3, 4]
    assert front([(a, -b) for a, b in rows], "maximize", "minimize") == [0, 1, 3, 4]


def test_only_usable_trials_count():
    values = np.array([[9.0, 9.0], [1.0, 1.0]])
    assert pareto_front(values, ["maximize", "maximize"], np.array([False, True])).tolist() == [1]


def test_the_front_comes_before_what_it_beats_and_the_balanced_first():
    #        front: 0 (sum of ranks 5), 1 (2 + 2), 2 (5); behind it 3, 4
    rows = np.array([(9.0, 1.0), (8.0, 8.0), (1.0, 9.0), (7.0, 7.0), (6.0, 0.0)])
    assert ranked(rows, ["maximize", "maximize"], np.zeros(5, dtype=int)).tolist() == [1, 0, 2, 3, 4]


@given(
    rows=st.integers(1, 3).flatmap(lambda k: st.lists(st.tuples(*[st.integers(0, 4) | st.just(NAN)] * k), min_size=1, max_size=25)),
    minimize=st.booleans(),
)  # fmt: skip
def test_the_front_is_what_no_other_trial_beats(rows, minimize):
    values = np.array(rows, dtype=np.float64)
    directions = ["minimize" if minimize else "maximize", *["maximize"] * (values.shape[1] - 1)]
    gains = values * np.array([-1.0 if minimize else 1.0, *[1.0] * (values.shape[1] - 1)])
    expected = [
        row
        for row, one in enumerate(gains)
        if not np.isnan(one).any() and not any((other >= one).all() and (other > one).any() for other in gains)
    ]
    assert front(rows, *directions) == expected


@pytest.mark.parametrize("third", [False, True])
def test_a_hundred_thousand_trials_that_are_all_on_the_front(third):
    first = np.random.default_rng(1).permutation(100_000).astype(np.float64)
    values = np.column_stack([first, -first, *([first % 7] if third else [])])
    begin = time.process_time()
    assert len(front(values)) == 100_000
    assert time.process_time() - begin < 3


def test_nothing_has_no_front():
    assert front(np.empty((0, 2))) == []
    assert front([(NAN, 1.0)]) == []
