"""Buying power, and the largest size that it covers."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from btbot.risk import affordable, buying_power

sizes = st.floats(1e-8, 1e8)
prices = st.floats(1e-6, 1e6)
rates = st.floats(0, 0.1)
powers = st.floats(1e-4, 1e10)


@pytest.mark.parametrize(
    ("equity", "leverage", "positions", "pending", "expected"),
    [
        (10_000.0, 1.0, 0.0, 0.0, 10_000.0),
        (10_000.0, 1.0, 4_000.0, 1_000.0, 5_000.0),
        (10_000.0, 3.0, 4_000.0, 1_000.0, 25_000.0),
        (10_000.0, 0.5, 4_000.0, 500.0, 500.0),
        (10_000.0, 1.0, 10_000.0, 1.0, 0.0),
        (-5.0, 2.0, 0.0, 0.0, 0.0),
    ],
)
def test_by_hand(equity, leverage, positions, pending, expected):
    assert buying_power(equity, leverage, positions, pending) == expected


@given(powers, st.floats(0.1, 20), powers, powers, st.floats(0, 1e6))
def test_every_position_and_order_lowers_it(equity, leverage, positions, pending, more):
    power = buying_power(equity, leverage, positions, pending)
    assert 0.0 <= power <= equity * leverage
    assert buying_power(equity, leverage, positions + more, pending) <= power
    assert buying_power(equity, leverage, positions, pending + more) <= power
    assert buying_power(equity + more, leverage, positions, pending) >= power


def test_what_is_covered_stays_as_it_is():
    assert affordable(2.0, 100.0, 0.25, 250.0) == 2.0


def test_what_is_not_covered_is_cut():
    assert affordable(3.0, 100.0, 0.25, 250.0) == 2.0
    assert affordable(100.0, 80.0, 0.0, 1_000.0) == 12.5


def test_the_fee_is_paid_from_the_same_power():
    assert affordable(1.0, 10_000.0, 0.001, 10_000.0) == pytest.approx(1 / 1.001, rel=1e-14)


@pytest.mark.parametrize("power", [0.0, -100.0])
def test_without_power_nothing(power):
    assert affordable(3.0, 100.0, 0.001, power) == 0.0


def test_an_infinite_wish_is_cut_too():
    assert affordable(float("inf"), 100.0, 0.0, 1_000.0) == 10.0


@given(sizes, prices, rates, powers)
def test_never_above_the_power_and_never_above_the_wish(size, price, fee_rate, power):
    got = affordable(size, price, fee_rate, power)
    assert 0.0 <= got <= size
    assert got * price * (1.0 + fee_rate) <= power


@given(sizes, prices, rates, powers)
def test_maximal(size, price, fee_rate, power):
    got = affordable(size, price, fee_rate, power)
    assume(got < size)
    assert got * (1.0 + 1e-12) * price * (1.0 + fee_rate) > power


@given(prices, rates, powers, st.integers(-20, 20))
def test_scaling_price_and_power_changes_nothing(price, fee_rate, power, exponent):
    factor = 2.0**exponent
    assert affordable(1e12, price * factor, fee_rate, power * factor) == affordable(1e12, price, fee_rate, power)


@given(sizes, prices, rates, powers, st.floats(1, 10))
def test_more_power_never_buys_less(size, price, fee_rate, power, more):
    poorer = affordable(size, price, fee_rate, power)
    assert affordable(size, price, fee_rate, power * more) >= poorer * (1 - 1e-14)


@given(sizes, prices, rates, powers)
def test_a_cut_size_is_not_cut_again(size, price, fee_rate, power):
    once = affordable(size, price, fee_rate, power)
    assert affordable(once, price, fee_rate, power) == once
