"""Parameter drift and walk-forward efficiency."""

import math

import pytest

from btbot.search.stability import drift, efficiency


def test_a_parameter_that_never_moves():
    found = drift("fast", [20, 20, 20], [5, 50])
    assert (found.chosen, found.counts) == ((20, 20, 20), ((20, 3),))
    assert (found.kept, found.mean_change, found.largest_change) == (1.0, 0.0, 0.0)


def test_changes_are_shares_of_the_range():
    found = drift("fast", [10, 20, 20, 50], [10, 50])
    assert found.kept == pytest.approx(1 / 3)
    assert found.mean_change == pytest.approx((0.25 + 0.0 + 0.75) / 3)
    assert found.largest_change == 0.75
    assert found.counts == ((20, 2), (10, 1), (50, 1))


def test_windows_without_a_setting_are_skipped():
    found = drift("fast", [None, 10, None, 30], [10, 50])
    assert (found.kept, found.mean_change, found.largest_change) == (0.0, 0.5, 0.5)
    assert found.chosen == (None, 10, None, 30)


def test_words_and_switches_move_by_all_or_nothing():
    assert drift("kind", ["sma", "ema", "ema"], ["sma", "ema", "wma"]).mean_change == 0.5
    assert drift("short", [True, False, True], [True, False]).mean_change == 1.0
    assert drift("short", [True, False, True], [True, False]).counts == ((True, 2), (False, 1))


def test_numbers_as_choices_have_a_distance():
    assert drift("atr", [2.0, 4.0], [2.0, 3.0, 6.0]).largest_change == 0.5


def test_one_window_says_nothing_about_moving():
    found = drift("fast", [10], [10, 50])
    assert [math.isnan(one) for one in (found.kept, found.mean_change, found.largest_change)] == [True] * 3


def test_efficiency_needs_a_gain_in_sample():
    assert efficiency(0.06, 0.12) == 0.5
    assert efficiency(-0.06, 0.12) == -0.5
    assert math.isnan(efficiency(0.06, 0.0))
    assert math.isnan(efficiency(0.06, -0.1))
    assert math.isnan(efficiency(math.nan, math.nan))
