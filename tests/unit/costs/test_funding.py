"""Funding: who pays whom, and which times belong to which bar."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.costs import due, payment

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("size", "rate", "expected"),
    [(0.5, 0.001, 20.0), (-0.5, 0.001, -20.0), (0.5, -0.001, -20.0), (-0.5, -0.001, 20.0), (0.0, 0.001, 0.0)],
)
def test_longs_pay_a_positive_rate(size, rate, expected):
    assert payment(size, 40_000.0, rate) == expected


def test_payments_of_arrays():
    paid = payment(2.0, np.array([100.0, 50.0]), np.array([0.5, -0.25]))
    assert paid.tolist() == [100.0, -25.0]


@given(size=st.floats(-1e6, 1e6), price=st.floats(0.01, 1e6), rate=st.floats(-0.05, 0.05))
def test_what_one_side_pays_the_other_receives(size, price, rate):
    assert payment(size, price, rate) + payment(-size, price, rate) == 0.0


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (7, 8, (1, 2)),  # the stamp at the close belongs to the bar
        (8, 9, (2, 2)),  # the stamp at the previous close does not
        (7, 16, (1, 3)),
        (-1, 24, (0, 4)),
        (-5, -1, (0, 0)),
        (24, 30, (4, 4)),
        (9, 15, (2, 2)),
        (8, 8, (2, 2)),
    ],
)
def test_eight_hour_stamps(start, end, expected):
    times = np.array([0, 8, 16, 24], dtype=np.int64) * HOUR
    assert due(times, start * HOUR, end * HOUR) == expected


def test_no_funding_file():
    assert due(np.array([], dtype=np.int64), 0, HOUR) == (0, 0)


@given(
    times=st.lists(st.integers(0, 1000), unique=True).map(sorted),
    closes=st.lists(st.integers(0, 1000), min_size=2, unique=True).map(sorted),
)
def test_every_stamp_is_due_exactly_once(times, closes):
    stamps = np.array(times, dtype=np.int64)
    seen = []
    for start, end in pairwise(closes):
        low, high = due(stamps, start, end)
        seen += times[low:high]
    assert seen == [stamp for stamp in times if closes[0] < stamp <= closes[-1]]
