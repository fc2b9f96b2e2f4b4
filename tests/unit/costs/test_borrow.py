"""Interest on borrowed coins: simple, 365 days a year."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.costs import interest

DAY = 86_400_000


def test_one_day_of_ten_percent():
    assert interest(36_500.0, 0.1, DAY) == pytest.approx(10.0, rel=1e-15)


def test_one_year():
    assert interest(1000.0, 0.1, 365 * DAY) == 100.0


def test_one_hour_of_a_short():
    assert interest(-8_760.0, 0.05, 3_600_000) == pytest.approx(0.05, rel=1e-15)


def test_arrays():
    assert interest(np.array([-1000.0, 500.0]), 0.5, 365 * DAY).tolist() == [500.0, 250.0]


@given(
    notional=st.floats(-1e9, 1e9),
    rate=st.floats(0, 1),
    first=st.integers(0, 365 * DAY),
    second=st.integers(0, 365 * DAY),
)
def test_never_negative_and_additive_in_time(notional, rate, first, second):
    whole = interest(notional, rate, first + second)
    assert whole >= 0.0
    parts = interest(notional, rate, first) + interest(notional, rate, second)
    assert whole == pytest.approx(parts, rel=1e-12, abs=1e-280)
