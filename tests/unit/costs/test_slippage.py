"""Slippage: always against the order, never below a price of zero."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.costs import bps_fraction, slipped_price, volatility_fraction

prices = st.floats(1e-8, 1e8)


def test_ten_basis_points():
    assert bps_fraction(10.0) == 0.001
    assert bps_fraction(0.0) == 0.0


def test_share_of_volatility():
    assert volatility_fraction(0.25, 0.02) == 0.005


def test_fractions_of_arrays():
    assert bps_fraction(np.array([1.0, 100.0])).tolist() == [0.0001, 0.01]
    assert volatility_fraction(0.5, np.array([0.5, 0.25])).tolist() == [0.25, 0.125]


@pytest.mark.parametrize(("direction", "expected"), [(1, 102.0), (-1, 98.0)])
def test_two_percent_of_one_hundred(direction, expected):
    assert slipped_price(100.0, direction, 0.02) == expected


@given(price=prices, fraction=st.floats(0, 0.5))
def test_to_the_last_digit_as_the_rules_write_it(price, fraction):
    assert slipped_price(price, 1, fraction) == price * (1 + fraction)
    assert slipped_price(price, -1, fraction) == price * (1 - fraction)


@given(price=prices, fraction=st.floats(0, 10), more=st.floats(0, 1))
def test_more_slippage_is_never_better(price, fraction, more):
    assert slipped_price(price, 1, fraction + more) >= slipped_price(price, 1, fraction) >= price
    assert price >= slipped_price(price, -1, fraction) >= slipped_price(price, -1, fraction + more) >= 0.0


@pytest.mark.parametrize("fraction", [1.0, 1.5, 100.0])
def test_a_sale_cannot_slip_below_zero(fraction):
    slipped = slipped_price(50.0, -1, fraction)
    assert slipped == 0.0
    assert math.copysign(1.0, slipped) == 1.0


@given(price=prices, fraction=st.floats(0, 2), power=st.integers(-10, 10))
def test_scaling_the_price_scales_the_result(price, fraction, power):
    factor = 2.0**power
    for direction in (1, -1):
        assert slipped_price(price * factor, direction, fraction) == factor * slipped_price(price, direction, fraction)
