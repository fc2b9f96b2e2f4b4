from __future__ import annotations

import numpy as np
import pytest

from btbot import indicators as ta


def test_a_touch_is_no_cross_but_leaving_it_is() -> None:
    first = np.array([1.0, 2.0, 3.0, 2.0, 2.0, 1.0, 3.0])
    second = np.full(7, 2.0)
    assert np.flatnonzero(ta.crossover(first, second)).tolist() == [2, 6]
    assert np.flatnonzero(ta.crossunder(first, second)).tolist() == [5]


def test_nan_does_not_cross() -> None:
    first = np.array([np.nan, 3.0, 1.0, np.nan, 3.0])
    assert not ta.crossover(first, 2.0).any()
    assert np.flatnonzero(ta.crossunder(first, 2.0)).tolist() == [2]


def test_either_side_may_be_a_number_or_empty() -> None:
    assert ta.crossover(2.0, [1.0, 3.0, 1.0]).tolist() == [False, False, True]
    assert ta.crossover([], 2.0).shape == (0,)
    assert ta.crossover([], []).dtype == bool


@pytest.mark.parametrize("seed", range(20))
def test_every_form_of_four_values(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.choice([np.nan, -np.inf, 0.0, 1.0, 2.0, np.inf], size=(2, 200))
    expected = [False] + [
        a0 <= b0 and a1 > b1 for a0, b0, a1, b1 in zip(first, second, first[1:], second[1:], strict=False)
    ]
    assert ta.crossover(first, second).tolist() == expected
    assert ta.crossunder(second, first).tolist() == expected
