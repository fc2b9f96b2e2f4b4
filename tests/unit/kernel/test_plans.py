"""What strategies want, as the compiled loop reads it."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from btbot.kernel.plans import Desk
from btbot.kernel.tape import Axis
from btbot.signals import Signals, Targets

FLAGS = ("enter_long", "exit_long", "enter_short", "exit_short")
NUMBERS = ("stop_long", "stop_short", "target_long", "target_short", "confidence", "exposure", "atr", "realized")
nan = np.nan


@pytest.fixture
def desk(bars):
    """A in hours 0 to 4 without 2; B in hours 1, 2, 5."""
    market = {"A/X": bars("A/X", [0, 1, 3, 4], [10, 11, 13, 14]), "B/X": bars("B/X", [1, 2, 5], [20, 21, 22])}
    return Desk(Axis(market))


@pytest.fixture
def read(desk, at_address):
    """Read what was laid down for both symbols; None where there is nothing."""

    def value(name):
        where = int(desk.rows[name][0])
        if where == 0:
            return None
        if name in FLAGS:
            return at_address(where, "?", (2, 6)).tolist()
        return at_address(where, "f8", (2, 6)).tolist()

    return value


def signals(n, **given):
    return Signals(**{name: np.array(values) for name, values in given.items()}).checked(n)


def marks(*columns):
    return [at in columns for at in range(6)]


def test_flags_are_those_of_the_last_bar(desk, read):
    """Where a symbol has no bar nobody looks at its flags."""
    desk.lay(
        [signals(4, enter_long=[True, False, True, False]), signals(3, exit_short=[False, True, True])],
        [None, None], [None, None],
    )  # fmt: skip
    assert read("enter_long") == [marks(0, 3), marks()]
    assert read("exit_short") == [marks(), marks(2, 3, 4, 5)]
    assert read("exit_long") == read("enter_short") == [marks(), marks()]


def test_flags_of_the_only_symbol_stay_where_they_are(bars):
    """Unless they begin where eight of them cannot be read at a time, or are not neighbours."""
    desk = Desk(Axis({"A/X": bars("A/X", range(6), range(10, 16))}))
    whole = np.array([False, True] * 8)
    shifted, every_second = whole[1:7], whole[4:16:2]
    desk.lay([Signals(whole[:6], whole[8:14], shifted, every_second).checked(6)], [None], [None])
    assert desk.rows["enter_long"][0] == whole.ctypes.data
    assert desk.rows["exit_long"][0] == whole.ctypes.data + 8
    for name, copied in (("enter_short", shifted), ("exit_short", every_second)):
        where = int(desk.rows[name][0])
        assert where != copied.ctypes.data
        assert where % 8 == 0
        assert np.array_equal(np.frombuffer((ctypes.c_bool * 6).from_address(where), dtype=bool), copied)


def test_numbers_are_carried_forward(desk, read):
    plan = signals(4, stop_long=[1.0, nan, 3.0, 4.0], confidence=[0.5, 1.0, nan, 0.25])
    desk.lay([plan, signals(3)], [np.array([nan, 7.0, 8.0, 9.0]), None], [None, np.array([0.1, 0.2, 0.3])])
    np.testing.assert_array_equal(read("stop_long"), [[1, nan, nan, 3, 4, 4], [nan] * 6])
    assert read("confidence") == [[0.5, 1, 1, 0, 0.25, 0.25], [1.0] * 6]  # one without a confidence is sure
    np.testing.assert_array_equal(read("atr"), [[nan, 7, 7, 8, 9, 9], [nan] * 6])
    np.testing.assert_array_equal(read("realized"), [[nan] * 6, [nan, 0.1, 0.2, 0.2, 0.2, 0.3]])


def test_what_nobody_says_has_no_address(desk, read):
    desk.lay([signals(4), signals(3)], [None, None], [None, None])
    assert {name: read(name) for name in NUMBERS} == dict.fromkeys(NUMBERS)


def test_targets_beside_signals(desk, read):
    desk.lay(
        [signals(4, enter_long=[True] * 4), Targets(np.array([1.0, nan, -0.5])).checked(3)], [None] * 2, [None] * 2
    )
    np.testing.assert_array_equal(read("exposure"), [[nan] * 6, [nan, 1, nan, nan, nan, -0.5]])
    assert read("enter_long")[1] == marks()


def test_nothing_of_the_setting_before_stays(desk, read):
    full = {name: [True] * 4 for name in FLAGS} | {"stop_long": [1.0] * 4, "confidence": [0.5] * 4}
    desk.lay([signals(4, **full), Targets(np.ones(3)).checked(3)], [np.ones(4), None], [np.ones(4), None])
    desk.lay([signals(4), signals(3)], [None, None], [None, None])
    assert all(read(name) == [marks(), marks()] for name in FLAGS)
    assert {name: read(name) for name in NUMBERS} == dict.fromkeys(NUMBERS)


def test_the_same_plans_are_not_written_again(desk, read):
    """Only what belongs to the terms, such as the ATR, is."""
    plans = [signals(4, enter_long=[True] * 4), signals(3)]
    desk.lay(plans, [None, None], [None, None])
    plans[0].enter_long[0] = False  # nobody does that; here it shows that nobody looked
    desk.lay(plans, [np.ones(4), None], [None, None])
    assert read("enter_long")[0] == marks(0, 1, 2, 3, 4, 5)
    assert read("atr")[0] == [1.0] * 6
