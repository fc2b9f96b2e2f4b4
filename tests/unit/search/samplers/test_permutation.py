"""A shuffled order without a list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.search.samplers.permutation import shuffled


@given(size=st.integers(1, 3000), key=st.integers(0, 2**62))
def test_every_number_stands_somewhere(size, key):
    assert np.sort(shuffled(np.arange(size), size, key)).tolist() == list(range(size))


@given(size=st.integers(1, 2**62), key=st.integers(0, 2**62), data=st.data())
def test_numbers_are_in_their_bounds_and_differ(size, key, data):
    positions = np.array(data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=20).map(sorted)))
    numbers = shuffled(positions, size, key)
    assert ((numbers >= 0) & (numbers < size)).all()
    assert len(set(numbers.tolist())) == len(positions)


def test_a_position_has_its_number_whoever_else_is_asked():
    whole = shuffled(np.arange(1000), 1000, 7)
    assert [int(shuffled(np.array([at]), 1000, 7)[0]) for at in (0, 499, 999)] == whole[[0, 499, 999]].tolist()


def test_each_position_may_have_a_key_of_its_own():
    positions = np.array([3, 3, 3])
    keys = np.array([1, 2, 3])
    assert shuffled(positions, 1000, keys).tolist() == [int(shuffled(positions[:1], 1000, key)[0]) for key in (1, 2, 3)]


@pytest.mark.parametrize("size", [4, 10, 1000])
def test_it_looks_random(size):
    # Where position 0 goes, over many keys: each place is as likely as the next.
    counts = np.bincount(shuffled(np.zeros(20_000, dtype=np.int64), size, np.arange(20_000)), minlength=size)
    expected = 20_000 / size
    chi_squared = float(((counts - expected) ** 2 / expected).sum())
    assert chi_squared < size - 1 + 4 * np.sqrt(2 * (size - 1))
    order = shuffled(np.arange(10_000), 10_000, 5)
    assert abs(np.corrcoef(order[:-1], order[1:])[0, 1]) < 0.04
