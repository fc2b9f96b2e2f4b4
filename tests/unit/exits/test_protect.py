"""Protective levels by hand: where they lie, when they move, at which price they trigger."""

import math

import pytest

from btbot.exits import breached, distance_level, moved_to_break_even, reached, tighter, trailed

NAN = math.nan


def same(found, expected):
    return found == expected or (math.isnan(found) and math.isnan(expected))


def test_level_lies_at_a_distance_in_a_direction():
    assert distance_level(100.0, -1, 5.0) == 95.0
    assert distance_level(100.0, 1, 5.0) == 105.0
    assert math.isnan(distance_level(100.0, 1, NAN))


@pytest.mark.parametrize(
    ("side", "first", "second", "level"),
    [
        (1, 95, 97, 97), (1, 97, 95, 97), (-1, 105, 103, 103), (-1, 103, 105, 103),
        (1, NAN, 95, 95), (1, 95, NAN, 95), (-1, NAN, 95, 95), (-1, NAN, NAN, NAN),
    ],
)  # fmt: skip
def test_tighter_is_hit_earlier(side, first, second, level):
    assert same(tighter(side, first, second), level)


@pytest.mark.parametrize(
    ("side", "level", "best", "distance", "after"),
    [
        (1, 95, 101, 5, 96), (1, 95, 99, 5, 95), (1, NAN, 99, 5, 94), (1, 95, 120, NAN, 95),
        (-1, 105, 99, 5, 104), (-1, 105, 101, 5, 105), (-1, NAN, 101, 5, 106),
    ],
)  # fmt: skip
def test_trailing_level_never_loosens(side, level, best, distance, after):
    assert same(trailed(side, level, best, distance), after)


@pytest.mark.parametrize(
    ("side", "level", "best", "after", "offset", "stop"),
    [
        (1, NAN, 104.9, 5, 0, NAN), (1, NAN, 105, 5, 0, 100), (1, NAN, 105, 5, 0.2, 100.2), (1, 101, 106, 5, 0, 101),
        (-1, NAN, 95.1, 5, 0, NAN), (-1, NAN, 95, 5, 0.2, 99.8), (1, NAN, 100, 0, 0, 100), (1, NAN, 200, NAN, 0, NAN),
    ],
)  # fmt: skip
def test_break_even_is_set_once_the_move_is_made(side, level, best, after, offset, stop):
    assert same(moved_to_break_even(side, level, 100.0, best, after, offset), stop)


@pytest.mark.parametrize(
    ("side", "stop", "bar", "price"),
    [
        (1, 95, (100, 101, 96), NAN), (1, 95, (100, 101, 95), 95), (1, 95, (100, 101, 90), 95), (1, 95, (94, 99, 90), 94),
        (1, 95, (95, 99, 95), 95), (1, NAN, (1, 2, 1), NAN),
        (-1, 105, (100, 104, 99), NAN), (-1, 105, (100, 105, 99), 105), (-1, 105, (106, 108, 99), 106),
        (-1, NAN, (1, 2, 1), NAN),
    ],
)  # fmt: skip
def test_stop_triggers_at_its_level_or_at_a_worse_open(side, stop, bar, price):
    assert same(breached(side, stop, *bar), price)


@pytest.mark.parametrize(
    ("side", "target", "bar", "price"),
    [
        (1, 110, (100, 109, 99), NAN), (1, 110, (100, 110, 99), 110), (1, 110, (112, 113, 111), 112),
        (-1, 90, (100, 101, 91), NAN), (-1, 90, (100, 101, 90), 90), (-1, 90, (88, 92, 87), 88), (1, NAN, (1, 9, 1), NAN),
    ],
)  # fmt: skip
def test_target_fills_at_its_level_or_at_a_better_open(side, target, bar, price):
    assert same(reached(side, target, *bar), price)
