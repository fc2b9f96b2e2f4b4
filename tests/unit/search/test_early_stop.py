"""When a search has gone long enough."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.search.early_stop import EarlyStop


def after(values, patience, *, maximize=True):
    rule = EarlyStop(patience, maximize=maximize)
    rule.follow(np.array(values, dtype=np.float64))
    return rule.best, rule.end


@pytest.mark.parametrize(("values", "patience", "expected"), [
    ([1, 2, 2, 1, 9], 3, (9.0, None)),  # the fifth trial is better, three after the second
    ([1, 2, 2, 1, 1, 9], 3, (2.0, 5)),
    ([3, 4, 5], 1, (5.0, None)),
    ([3, 3, 5], 1, (3.0, 2)),
    ([1, 2, 3], None, (3.0, None)),
])  # fmt: skip
def test_it_ends_after_so_many_trials_without_a_better_best(values, patience, expected):
    assert after(values, patience) == expected


def test_less_may_be_better():
    assert after([3, 2, 5, 5, 1], 2, maximize=False) == (2.0, 4)


def test_trials_without_a_value_count():
    best, end = after([math.nan] * 5, 4)
    assert math.isnan(best)
    assert end == 4


@given(
    values=st.lists(st.integers(0, 4) | st.just(math.nan), max_size=30),
    cuts=st.lists(st.integers(0, 30), max_size=4),
    patience=st.integers(1, 6),
    maximize=st.booleans(),
)
def test_it_is_the_same_however_the_trials_come_in(values, cuts, patience, maximize):
    rule = EarlyStop(patience, maximize=maximize)
    for part in np.split(np.array(values, dtype=np.float64), sorted(min(cut, len(values)) for cut in cuts)):
        rule.follow(part)
    best, last, end = math.nan, 0, None
    for number, value in enumerate(values, 1):
        if math.isnan(best) or (value > best if maximize else value < best):
            best, last = (value, number) if not math.isnan(value) else (best, last)
        if number - last >= patience:
            end = number
            break
    assert rule.end == end
    assert rule.best == best or (math.isnan(rule.best) and math.isnan(best))
