"""Which trials go on after the first bars."""

from __future__ import annotations

import math

import numpy as np
import pytest

from btbot.search.pruning import bar, goes_on

EARLY = np.array([0.5, np.nan, -1.0, 2.0, 0.1, 0.9])


@pytest.mark.parametrize(("keep", "maximize", "expected"), [
    (0.5, True, 0.5),  # three of six: 2.0, 0.9, 0.5
    (0.5, False, 0.5),  # -1.0, 0.1, 0.5
    (0.01, True, 2.0),
    (0.34, True, 0.5),  # 2.04 of six are three
    (5 / 6, True, -1.0),
])  # fmt: skip
def test_the_share_that_goes_on_sets_the_bar(keep, maximize, expected):
    assert bar(EARLY, keep=keep, maximize=maximize) == expected


def test_where_too_few_have_a_value_all_go_on():
    assert math.isnan(bar(EARLY, keep=0.9, maximize=True))
    assert math.isnan(bar(np.array([]), keep=0.5, maximize=True))
    assert goes_on(EARLY, math.nan, maximize=True).all()


def test_who_reaches_the_bar_goes_on():
    assert goes_on(EARLY, 0.5, maximize=True).tolist() == [True, False, False, True, False, True]
    assert goes_on(EARLY, 0.5, maximize=False).tolist() == [True, False, True, False, True, False]
