"""Fees: hand-computed amounts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.costs import fee


def test_taker_fee_of_one_bitcoin():
    assert fee(40_000.0, 0.001) == 40.0


def test_a_sale_pays_like_a_purchase():
    assert fee(-40_000.0, 0.001) == 40.0


def test_arrays():
    assert fee(np.array([1000.0, -500.0, 0.0]), 0.002).tolist() == [2.0, 1.0, 0.0]


@given(
    notional=st.floats(-1e12, 1e12),
    rate=st.floats(0, 0.99),
    factor=st.sampled_from([0.25, 2.0, 1024.0]),
)
def test_never_negative_and_proportional(notional, rate, factor):
    assert fee(notional, rate) >= 0.0
    assert fee(notional * factor, rate) == pytest.approx(fee(notional, rate) * factor, rel=1e-15, abs=1e-300)
