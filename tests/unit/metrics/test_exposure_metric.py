"""Time in the market against values computed by hand and a loop."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.metrics.exposure import count_open_positions, exposure, max_concurrent_positions

PENDING = np.iinfo(np.int64).min


def test_literal_values():
    held = np.array([0, 1, 3, 1, 0])
    assert exposure(held) == 0.6
    assert max_concurrent_positions(held) == 3


def test_without_a_bar():
    assert math.isnan(exposure(np.empty(0, np.int64)))
    assert max_concurrent_positions(np.empty(0, np.int64)) == 0


def test_a_trade_without_an_exit_lasts_to_the_end():
    time = np.arange(5) * 10
    assert count_open_positions(time, np.array([10, 30]), np.array([20, PENDING])).tolist() == [0, 1, 0, 1, 1]


def test_a_trade_within_one_bar_is_not_open_at_a_close():
    assert count_open_positions(np.arange(3), np.array([1]), np.array([1])).tolist() == [0, 0, 0]


def test_without_a_trade():
    none = np.empty(0, np.int64)
    assert count_open_positions(np.arange(3), none, none).tolist() == [0, 0, 0]


@given(
    st.integers(1, 30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29), st.booleans()), max_size=12),
)
def test_equals_a_loop(bars, pairs):
    spans = [(min(a, b) % bars, max(a, b), done) for a, b, done in pairs]
    wanted = [sum(a <= bar and (not done or bar < b) for a, b, done in spans) for bar in range(bars)]
    entries = np.array([a for a, _, _ in spans], dtype=np.int64)
    exits = np.array([b if done else PENDING for _, b, done in spans], dtype=np.int64)
    assert count_open_positions(np.arange(bars), entries, exits).tolist() == wanted


@pytest.mark.parametrize("value", [1, 7])
def test_always_in_the_market(value):
    assert exposure(np.full(4, value)) == 1.0
