"""Every symbol on the one time axis of the run."""

from __future__ import annotations

import numpy as np
import pytest

from btbot.engine.broker.terms import Lot, Terms
from btbot.kernel.tape import NOTHING, Axis, make_tape

HOUR_MS, START_MS = 3_600_000, 1_704_067_200_000
nan = np.nan


@pytest.fixture
def market(bars):
    """A in hours 0 to 4 without 2; B in hours 1, 2, 5."""
    return {"A/X": bars("A/X", [0, 1, 3, 4], [10, 11, 13, 14]), "B/X": bars("B/X", [1, 2, 5], [20, 21, 22])}


@pytest.fixture
def make(market):
    def tape(**given):
        terms = Terms(maker_fee=0.0, taker_fee=0.0, slippage_bps=0.0, lots=[Lot(), Lot()], **given)
        return make_tape(Axis(market), market, terms)

    return tape


@pytest.fixture
def row(make, at_address):
    def read(name, dtype="f8", symbols=2, **given):
        tape = make(**given)
        return at_address(tape.rows[name][0], dtype, (symbols, 6)).tolist()

    return read


def test_axis_of_symbols_with_holes(market):
    axis = Axis(market)
    assert (axis.symbols, axis.length) == (2, 6)
    assert axis.timeline.time.tolist() == [START_MS + hour * HOUR_MS for hour in range(1, 7)]


def test_values_are_carried_forward(market):
    axis = Axis(market)
    spread = axis.spread([np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 6.0, 7.0])], nan)
    np.testing.assert_array_equal(spread, [[1, 2, 2, 3, 4, 4], [nan, 5, 6, 6, 6, 7]])
    assert axis.spread([None, np.array([True, False, True])], False).tolist() == [
        [False] * 6,
        [False, True, False, False, False, True],
    ]
    np.testing.assert_array_equal(axis.spread([np.arange(4.0), None], nan)[1], [nan] * 6)
    assert axis.spread([None, None], nan) is NOTHING


def test_values_of_one_symbol_are_not_copied(bars):
    axis = Axis({"A/X": bars("A/X", [0, 1, 5], [1, 2, 3])})
    values = np.array([1.0, 2.0, 3.0])
    assert np.shares_memory(axis.spread([values], nan), values)
    every_second = np.arange(6.0)[::2]  # the compiled code reads neighbours
    assert axis.spread([every_second], nan).flags.c_contiguous


def test_tape_of_the_market(row, make):
    tape = make()
    assert (tape.rows["length"][0], tape.rows["symbols"][0], tape.rows["trading_days"][0]) == (6, 2, 1)
    assert row("bar", "i8") == [[0, 1, 1, 2, 3, 3], [-1, 0, 1, 1, 1, 2]]
    assert row("fresh", "?") == [[True, True, False, True, True, False], [False, True, True, False, False, True]]
    assert row("time", "i8", 1) == [[START_MS + hour * HOUR_MS for hour in range(1, 7)]]
    assert row("close")[0] == [10, 11, 11, 13, 14, 14]
    np.testing.assert_array_equal(row("open")[1], [nan, 19, 20, 20, 20, 21])
    assert row("high")[0] == [12, 13, 13, 15, 16, 16]
    assert row("low")[0] == [8, 9, 9, 11, 12, 12]
    assert row("volume")[0] == [100, 110, 110, 130, 140, 140]


def test_highest_and_lowest_close_of_each_block(bars, at_address):
    closes = [*range(10, 26), 5.0, 4.0]
    market = {"A/X": bars("A/X", range(18), closes)}
    tape = make_tape(Axis(market), market, Terms(maker_fee=0.0, taker_fee=0.0, slippage_bps=0.0, lots=[Lot()]))
    assert tape.rows["blocks"][0] == 2
    assert at_address(tape.rows["block_high"][0], "f8", (2,)).tolist() == [25.0, 5.0]
    assert at_address(tape.rows["block_low"][0], "f8", (2,)).tolist() == [10.0, 4.0]


def test_what_nobody_needs_has_no_address(make):
    assert [make().rows[name][0] for name in ("sigma", "sigma_before", "funding")] == [0, 0, 0]


def test_volatility_of_the_bar_and_of_the_one_before(row):
    volatility = [np.array([nan, 0.1, 0.2, 0.3]), np.array([nan, 0.5, 0.6])]
    np.testing.assert_array_equal(row("sigma", volatility=volatility)[0], [nan, 0.1, 0.1, 0.2, 0.3, 0.3])
    np.testing.assert_array_equal(row("sigma_before", volatility=volatility)[0], [nan, nan, nan, 0.1, 0.2, 0.2])
    np.testing.assert_array_equal(row("sigma_before", volatility=volatility)[1], [nan, nan, nan, nan, nan, 0.5])


def test_funding_of_one_symbol_alone(row):
    funding = [None, np.array([0.0, 0.01, 0.0])]
    assert row("funding", funding=funding) == [[0.0] * 6, [0.0, 0.0, 0.01, 0.01, 0.01, 0.0]]


def test_days_are_those_of_the_bars_opens(bars, at_address):
    """Hours 22 to 25: the bar that closes at midnight belongs to the day that ends there."""
    market = {"A/X": bars("A/X", [22, 23, 24, 25], [1, 2, 3, 4])}
    tape = make_tape(Axis(market), market, Terms(maker_fee=0.0, taker_fee=0.0, slippage_bps=0.0, lots=[Lot()]))
    day = START_MS // 86_400_000
    assert at_address(tape.rows["day"][0], "i8", (4,)).tolist() == [day, day, day + 1, day + 1]
    assert tape.rows["trading_days"][0] == 2
    assert at_address(tape.rows["days"][0], "i8", (2,)).tolist() == [1, 3]
    other = tape.with_days(np.array([3]))
    assert (other.rows["trading_days"][0], other.rows["close"][0]) == (1, tape.rows["close"][0])
    assert at_address(other.rows["days"][0], "i8", (1,)).tolist() == [3]
