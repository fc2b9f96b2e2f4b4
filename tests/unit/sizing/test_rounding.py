"""Steps, ticks and minimums: floats that agree with exact decimals."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from btbot.sizing import is_dust, meets_minimum, round_down, round_price

steps = st.builds(
    lambda mantissa, places: Decimal(mantissa).scaleb(-places),
    st.sampled_from([1, 1, 1, 2, 25, 3, 5, 7]),
    st.integers(-2, 10),
)
decimals = st.builds(
    lambda mantissa, places: Decimal(mantissa).scaleb(-places), st.integers(1, 10**12 - 1), st.integers(0, 12)
)
floats = st.floats(1e-6, 1e6)


@pytest.mark.parametrize(
    ("size", "step", "expected"),
    [
        (0.3, 0.1, 0.3),
        (0.7, 0.1, 0.7),
        (1.1, 0.1, 1.1),
        (0.1 + 0.2, 0.1, 0.3),
        (0.7 + 0.1, 0.1, 0.8),  # 0.7999999999999999 in floats
        (4.35 * 100, 1.0, 435.0),  # 434.99999999999994 in floats
        (0.29, 0.1, 0.2),
        (0.09, 0.1, 0.0),
        (0.0, 0.1, 0.0),
        (1234.5678, 0.001, 1234.567),
        (0.00000123, 0.00000001, 0.00000123),
        (17.0, 5.0, 15.0),
        (1999.0, 1000.0, 1000.0),
        (0.9, 0.003, 0.9),
        (0.1 + 1e-12, 1e-18, 0.1 + 1e-12),
        (0.3141, 0.0, 0.3141),
    ],
)
def test_sizes_by_hand(size, step, expected):
    assert round_down(size, step) == expected


def test_just_below_a_step_is_below_it():
    assert round_down(0.3 * (1 - 1e-13), 0.1) == 0.2


@settings(max_examples=400)
@given(decimals, steps)
def test_sizes_equal_exact_decimals(size, step):
    assume(size / step < 10**12)
    assert round_down(float(size), float(step)) == float(size // step * step)


@settings(max_examples=400)
@given(st.integers(0, 10**11), steps)
def test_a_multiple_stays_what_it_is(count, step):
    multiple = float(count * step)
    assert round_down(multiple, float(step)) == multiple


@given(floats, steps.map(float))
def test_neither_above_the_size_nor_a_step_below(size, step):
    rounded = round_down(size, step)
    assert 0.0 <= rounded <= size * (1 + 2**-48)
    assert size - rounded < step * (1 + 1e-9)
    assert round_down(rounded, step) == rounded


@given(floats, floats, steps.map(float))
def test_a_larger_size_never_rounds_to_less(size, more, step):
    assert round_down(size + more, step) >= round_down(size, step)


@pytest.mark.parametrize(
    ("price", "tick", "expected"),
    [
        (100.04, 0.1, 100.0),
        (100.05, 0.1, 100.1),
        (100.06, 0.1, 100.1),
        (1.005, 0.01, 1.01),  # 1.00499999999999989 in floats
        (2.675, 0.05, 2.7),
        (2.674, 0.05, 2.65),
        (27.0, 5.0, 25.0),
        (27.5, 5.0, 30.0),
        (0.001, 0.1, 0.1),
        (1.23456789, 0.0, 1.23456789),
        (1.23456789, 1e-18, 1.23456789),
    ],
)
def test_prices_by_hand(price, tick, expected):
    assert round_price(price, tick) == expected


@settings(max_examples=400)
@given(decimals, steps)
def test_prices_equal_exact_decimals(price, tick):
    assume(price / tick < 10**12)
    count = (price / tick).quantize(Decimal(1), ROUND_HALF_UP)
    assert round_price(float(price), float(tick)) == float(max(count, Decimal(1)) * tick)


@pytest.mark.parametrize(
    ("size", "price", "minimum", "expected"),
    [
        (0.1, 100.0, 10.0, True),
        (0.57, 100.0, 57.0, True),  # 56.99999999999999 in floats
        (0.0999, 100.0, 10.0, False),
        (0.0, 100.0, 10.0, False),
        (0.0, 100.0, 0.0, True),
        (1e-9, 100.0, 0.0, True),
    ],
)
def test_minimum(size, price, minimum, expected):
    assert meets_minimum(size, price, minimum) is expected


def test_minimum_of_arrays():
    assert meets_minimum(np.array([0.1, 0.05]), 100.0, 10.0).tolist() == [True, False]


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_exactly_the_minimum_is_enough(cents, thousandths):
    size, price = Decimal(thousandths) / 1000, Decimal(cents) / 100
    assert meets_minimum(float(size), float(price), float(size * price))
    assert not meets_minimum(float(size), float(price), float(size * price) * (1 + 1e-12))


@pytest.mark.parametrize(
    ("remainder", "last_fill", "expected"),
    [
        (0.1 + 0.2 - 0.3, -0.3, True),
        (-5.6e-17, 0.3, True),
        (0.99e-9, 1.0, True),
        (1e-9, 1.0, False),
        (1e-8, -1.0, False),
        (1e-8, 1000.0, True),
        (0.0, 0.0, True),
        (1e-300, 0.0, False),
    ],
)
def test_dust(remainder, last_fill, expected):
    assert is_dust(remainder, last_fill) is expected
