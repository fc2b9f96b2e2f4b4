"""When a search ends depends on its trials, not on who was faster."""

from __future__ import annotations

import math

import numpy as np

from btbot.search.record import Record

DONE, FAILED = 0.0, 3.0


def record(total=100, patience=None):
    return Record(total, patience=patience, maximize=True)


def test_trials_count_once_all_before_them_are_there():
    one = record()
    one.add(2, np.array([DONE]), np.array([9.0]))
    assert (one.seen, math.isnan(one.best)) == (0, True)
    one.add(0, np.array([DONE, DONE]), np.array([1.0, 2.0]))
    assert (one.seen, one.best) == (3, 9.0)


def test_the_end_is_the_same_in_whatever_order_trials_come():
    values = [(0, [1.0, 5.0]), (2, [4.0, 3.0]), (4, [2.0, 9.0])]
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        one = record(patience=3)
        for at in order:
            first, objective = values[at]
            one.add(first, np.zeros(2), np.array(objective))
        assert (one.end, one.best) == (5, 5.0)


def test_only_complete_trials_are_a_best():
    one = record(patience=2)
    one.add(0, np.array([DONE, 1.0, 2.0, DONE]), np.array([1.0, 7.0, 8.0, 3.0]))
    assert (one.end, one.best) == (3, 1.0)


def test_a_search_is_doomed_if_all_of_the_first_fail():
    one = record()
    one.add(0, np.full(49, FAILED), np.full(49, np.nan))
    assert not one.doomed
    one.add(49, np.array([FAILED]), np.array([np.nan]))
    assert one.doomed


def test_one_that_succeeds_among_the_first_is_enough():
    one = record()
    one.add(0, np.r_[np.full(49, FAILED), DONE, np.full(20, FAILED)], np.full(70, np.nan))
    assert not one.doomed


def test_a_small_search_is_doomed_when_all_of_it_fails():
    one = record(total=3)
    one.add(0, np.full(3, FAILED), np.full(3, np.nan))
    assert one.doomed
