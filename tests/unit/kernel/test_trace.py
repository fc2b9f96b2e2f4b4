"""Fills as arrays, and how far apart two runs are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from btbot.kernel import FILL, REASONS, Trace, fills_of, worst_difference
from btbot.kernel.trace import as_fills

BOOKED = [(None, 1, None, 7, 2.5, 100.0, 0.25, "stop"), (None, 0, None, 9, -2.5, 99.0, 0.5, "my own")]


def trace(equity=(100.0, 120.0), cash=(100.0, 20.0), fills=((0, 1, 2.0, 50.0, 0.1, 4),)):
    return Trace(np.array(equity), np.array(cash), np.array([*fills], dtype=FILL))


def test_fills_of_a_ledger():
    """The ledger books (order, symbol, strategy, bar, size, price, fee, reason)."""
    fills = fills_of(BOOKED)
    assert fills.dtype == FILL
    assert fills.tolist() == [(1, 7, 2.5, 100.0, 0.25, REASONS.index("stop")), (0, 9, -2.5, 99.0, 0.5, -1)]
    assert len(fills_of([])) == 0


def test_fills_of_rows_of_numbers():
    fills = as_fills(np.array([[1.0, 7.0, 2.5, 100.0, 0.25, 4.0]]))
    assert fills.tolist() == [(1, 7, 2.5, 100.0, 0.25, 4)]
    assert len(as_fills(np.zeros((0, 6)))) == 0


def test_equal_traces_do_not_differ():
    assert worst_difference(trace(), trace()) == 0.0
    assert worst_difference(trace((), (), ()), trace((), (), ())) == 0.0


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"fills": [(0, 1, 2.0, 40.0, 0.1, 4)]}, 0.2),  # of the larger price
        ({"fills": [(0, 1, 2.5, 50.0, 0.1, 4)]}, 0.2),
        ({"fills": [(0, 1, 2.0, 50.0, 0.0, 4)]}, 1.0),
        ({"equity": (100.0, 126.0)}, 0.05),  # of the largest equity, which is the second trace's
        ({"cash": (100.0, 26.0)}, 0.05),
    ],
)
def test_numbers_are_compared_relatively(changed, difference):
    assert worst_difference(trace(**changed), trace()) == pytest.approx(difference, rel=1e-12)


@pytest.mark.parametrize(
    "changed",
    [
        {"fills": ()},
        {"fills": [(1, 1, 2.0, 50.0, 0.1, 4)]},
        {"fills": [(0, 2, 2.0, 50.0, 0.1, 4)]},
        {"fills": [(0, 1, 2.0, 50.0, 0.1, 3)]},
        {"equity": (100.0,), "cash": (100.0,)},
    ],
)
def test_traces_of_another_kind_differ_infinitely(changed):
    assert worst_difference(trace(**changed), trace()) == math.inf
    assert worst_difference(trace(), trace(**changed)) == math.inf


@pytest.mark.parametrize(
    "changed",
    [
        {"equity": (100.0, math.nan)},
        {"cash": (math.nan, 20.0)},
        {"fills": [(0, 1, math.nan, 50.0, 0.1, 4)]},
        {"fills": [(0, 1, 2.0, math.nan, 0.1, 4)]},
        {"fills": [(0, 1, 2.0, 50.0, math.nan, 4)]},
    ],
)
def test_what_is_no_number_is_not_equal_to_one(changed):
    assert worst_difference(trace(**changed), trace()) == math.inf
    assert worst_difference(trace(), trace(**changed)) == math.inf
