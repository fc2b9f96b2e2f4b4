"""One searched key: its values as numbers, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.config.ranges import Range
from btbot.search.dimension import Dimension


def dimension(values):
    return Dimension.of("strategies.0.params.a", "a", values)


def test_whole_numbers_stay_whole():
    one = dimension(Range(low=5, high=50, step=5))
    assert (one.kind, one.size, one.ends()) == ("int", 10, (5, 50))
    assert one.at(np.array([0, 1, 9])).tolist() == [5.0, 10.0, 50.0]
    assert type(one.value(10.0)) is int


def test_whole_ends_have_steps_of_one():
    assert dimension(Range(low=-3, high=3)).size == 7


def test_stepped_numbers_are_those_of_the_configuration():
    one = dimension(Range(low=0.1, high=0.7, step=0.1))
    assert (one.kind, one.size) == ("float", 7)
    assert one.at(np.arange(7)).tolist() == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]


def test_a_whole_step_between_fractions():
    assert dimension(Range(low=0.5, high=2.5, step=1)).at(np.arange(3)).tolist() == [0.5, 1.5, 2.5]


def test_anything_in_between():
    one = dimension(Range(low=0.5, high=2.5))
    assert (one.kind, one.size) == ("float", None)
    assert one.spread(np.array([0.0, 0.5])).tolist() == [0.5, 1.5]


def test_choices_are_held_by_position():
    one = dimension((2.0, "fast", False))
    assert (one.kind, one.size, one.ends()) == ("choice", 3, (2.0, "fast", False))
    assert [one.value(number) for number in (0.0, 1.0, 2.0)] == [2.0, "fast", False]
    assert [one.number(value) for value in (2.0, "fast", False)] == [0.0, 1.0, 2.0]
    assert one.spread(np.array([0.0, 0.34, 0.99])).tolist() == [0.0, 1.0, 2.0]


def test_a_constraint_sees_the_numbers_behind_choices():
    assert dimension((2.0, 30.0)).compared(np.array([1.0, 0.0])).tolist() == [30.0, 2.0]


def test_each_step_is_spread_over_the_same_share():
    shares = (np.arange(1000) + 0.5) / 1000
    values, counts = np.unique(dimension(Range(low=5, high=50, step=5)).spread(shares), return_counts=True)
    assert values.tolist() == list(range(5, 51, 5))
    assert counts.tolist() == [100] * 10


def test_each_power_of_ten_is_spread_over_the_same_share():
    values = dimension(Range(low=0.01, high=100.0, log=True)).spread((np.arange(1000) + 0.5) / 1000)
    assert np.histogram(values, [0.01, 0.1, 1, 10, 100])[0].tolist() == [250, 250, 250, 250]


def test_whole_numbers_on_a_log_scale():
    values = dimension(Range(low=1, high=1000, log=True)).spread((np.arange(10_000) + 0.5) / 10_000)
    assert (values == np.round(values)).all()
    assert (values.min(), values.max()) == (1.0, 1000.0)
    # From 0.5 to 1000.5, the number 1 has the share of 0.5 to 1.5: ln 3 / ln 2001.
    assert np.mean(values == 1.0) == pytest.approx(np.log(3) / np.log(2001), abs=1e-3)


@given(
    low=st.integers(-500, 500), step=st.integers(1, 40), count=st.integers(0, 300), digits=st.integers(0, 6),
)  # fmt: skip
def test_position_undoes_at_and_the_ends_are_exact(low, step, count, digits):
    scale = 10**digits
    values = Range(low=low / scale, high=(low + step * count) / scale, step=step / scale)
    one = dimension(values)
    positions = np.arange(one.size)
    assert one.size == count + 1
    assert one.position(one.at(positions)).tolist() == positions.tolist()
    assert one.at(positions).tolist() == [(low + step * at) / scale for at in range(count + 1)]
