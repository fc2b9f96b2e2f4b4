"""The decision table row by row, and targets."""

from __future__ import annotations

import itertools
import math

import pytest

from btbot.exits import (
    FLAT_FOR_EVER,
    REASON_HOLD,
    REASON_MAX_HOLD,
    REASON_OPPOSITE,
    REASON_SIGNAL,
    decide,
    exit_reason,
    rebalance,
)

FLAGS = ("enter_long", "exit_long", "enter_short", "exit_short")


def wanted(side=0, held=1, since=FLAT_FOR_EVER, *on, allow_short=True, max_hold=0, cooldown=0):
    return decide(side, held, since, *(name in on for name in FLAGS), allow_short, max_hold, cooldown)


# Each row: side, bars_held, bars_since_exit, flags that are on, options, target.
ROWS = [
    # in position: own exit signal
    (1, 1, 0, ("exit_long",), {}, 0),
    (-1, 1, 0, ("exit_short",), {}, 0),
    # in position: the opposite entry signal, also where it may open nothing
    (1, 1, 0, ("enter_short",), {}, 0),
    (-1, 1, 0, ("enter_long",), {}, 0),
    (1, 1, 0, ("enter_short",), {"allow_short": False}, 0),
    # in position: the signals of the other side's exit mean nothing
    (1, 1, 0, ("exit_short",), {}, 1),
    (-1, 1, 0, ("exit_long",), {}, -1),
    # in position: bars_held >= max_hold_bars
    (1, 4, 0, (), {"max_hold": 5}, 1),
    (1, 5, 0, (), {"max_hold": 5}, 0),
    (1, 6, 0, (), {"max_hold": 5}, 0),
    (-1, 5, 0, (), {"max_hold": 5}, 0),
    (1, 1, 0, (), {"max_hold": 1}, 0),
    (1, 10**6, 0, (), {"max_hold": 0}, 1),
    # in position otherwise unchanged, whatever enters on the same side and whatever the cooldown says
    (1, 1, 0, (), {}, 1),
    (-1, 1, 0, (), {}, -1),
    (1, 1, 0, ("enter_long",), {}, 1),
    (-1, 1, 0, ("enter_short",), {}, -1),
    (1, 1, 1, (), {"cooldown": 10}, 1),
    # flat: bars_since_exit < cooldown_bars
    (0, 0, 9, ("enter_long",), {"cooldown": 10}, 0),
    (0, 0, 10, ("enter_long",), {"cooldown": 10}, 1),
    (0, 0, 11, ("enter_short",), {"cooldown": 10}, -1),
    (0, 0, 1, ("enter_long",), {"cooldown": 1}, 1),
    (0, 0, 1, ("enter_long",), {"cooldown": 2}, 0),
    (0, 0, FLAT_FOR_EVER, ("enter_long",), {"cooldown": 10**9}, 1),
    # flat: both entries
    (0, 0, FLAT_FOR_EVER, ("enter_long", "enter_short"), {}, 0),
    (0, 0, FLAT_FOR_EVER, ("enter_long", "enter_short"), {"allow_short": False}, 0),
    # flat: one entry, exits mean nothing
    (0, 0, FLAT_FOR_EVER, ("enter_long",), {}, 1),
    (0, 0, FLAT_FOR_EVER, ("enter_long", "exit_long"), {}, 1),
    (0, 0, FLAT_FOR_EVER, ("enter_short",), {}, -1),
    (0, 0, FLAT_FOR_EVER, ("enter_short",), {"allow_short": False}, 0),
    (0, 0, FLAT_FOR_EVER, ("exit_long", "exit_short"), {}, 0),
    (0, 0, FLAT_FOR_EVER, (), {}, 0),
]


@pytest.mark.parametrize(("side", "held", "since", "on", "options", "target"), ROWS)
def test_row_of_the_decision_table(side, held, since, on, options, target):
    assert wanted(side, held, since, *on, **options) == target


def test_no_input_turns_a_position_over_in_one_close():
    for flags in itertools.product((False, True), repeat=4):
        for side in (-1, 1):
            assert decide(side, 3, 0, *flags, True, 4, 2) in (side, 0)


def test_without_shorts_nothing_opens_one():
    for flags in itertools.product((False, True), repeat=4):
        assert decide(0, 0, FLAT_FOR_EVER, *flags, False, 0, 0) >= 0


@pytest.mark.parametrize(
    ("side", "on", "held", "max_hold", "reason"),
    [
        (1, ("exit_long", "enter_short"), 9, 9, REASON_SIGNAL),
        (-1, ("exit_short", "enter_long"), 9, 9, REASON_SIGNAL),
        (1, ("enter_short",), 9, 9, REASON_OPPOSITE),
        (-1, ("enter_long",), 9, 9, REASON_OPPOSITE),
        (1, ("exit_short",), 9, 9, REASON_MAX_HOLD),
        (1, ("exit_short",), 8, 9, REASON_HOLD),
        (-1, (), 9, 0, REASON_HOLD),
    ],
)
def test_first_reason_in_the_order_of_the_table(side, on, held, max_hold, reason):
    assert exit_reason(side, held, *(name in on for name in FLAGS), max_hold) == reason


# exposure, held, unit, band -> size to trade
REBALANCE = [
    (0.5, 0.0, 10.0, 0.1, 5.0),
    (0.5, 4.5, 10.0, 0.1, 0.0),  # 0.5 of 10 is within the band of 1
    (0.5, 4.0, 10.0, 0.1, 0.0),  # exactly the band is not above it
    (0.5, 3.75, 10.0, 0.1, 1.25),
    (0.5, 6.25, 10.0, 0.1, -1.25),
    (0.05, 0.0, 10.0, 0.1, 0.0),
    (0.05, 0.0, 10.0, 0.0, 0.5),
    (0.0, 0.25, 10.0, 0.1, -0.25),  # wanted 0, held not: whatever the band
    (0.0, -0.25, 10.0, 1.0, 0.25),
    (0.0, 0.0, 10.0, 0.0, 0.0),
    (-0.5, 3.0, 10.0, 0.1, -3.0),  # a change of sign is one order to zero
    (0.5, -3.0, 10.0, 0.1, 3.0),
    (-0.5, 0.0, 10.0, 0.1, -5.0),
    (-0.5, -3.0, 10.0, 0.1, -2.0),
    (math.nan, 3.0, 10.0, 0.1, 0.0),
    (0.5, 3.0, 0.0, 0.1, -3.0),  # sizing gives nothing: wanted is 0
]


@pytest.mark.parametrize(("exposure", "held", "unit", "band", "size"), REBALANCE)
def test_rebalance(exposure, held, unit, band, size):
    assert rebalance(exposure, held, unit, band) == size
