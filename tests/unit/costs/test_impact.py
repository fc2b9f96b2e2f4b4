"""Square-root impact: hand-computed values and its shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.costs import square_root_impact

sizes = st.floats(1e-6, 1e9)


def test_a_hundredth_of_the_volume_costs_a_tenth_of_the_volatility():
    assert square_root_impact(1.0, 0.02, 5.0, 500.0) == pytest.approx(0.002, rel=1e-15)


def test_coefficient():
    assert square_root_impact(0.5, 0.02, 25.0, 100.0) == 0.005


def test_no_order_has_no_impact():
    assert square_root_impact(1.0, 0.02, 0.0, 100.0) == 0.0
    assert square_root_impact(1.0, 0.02, 0.0, 0.0) == 0.0


def test_without_volume_the_order_counts_as_all_of_it():
    assert square_root_impact(0.5, 0.02, 3.0, 0.0) == 0.01
    assert square_root_impact(0.5, 0.02, 3.0, 3.0) == 0.01


def test_switched_off_however_thin_the_volume_is():
    assert square_root_impact(0.0, 0.02, 1e9, 5e-324) == 0.0


def test_more_than_the_volume_is_not_capped():
    assert square_root_impact(1.0, 0.01, 400.0, 100.0) == 0.02


@given(coefficient=st.floats(0, 5), volatility=st.floats(0, 1), size=sizes, volume=st.floats(0, 1e9))
def test_never_negative_and_blind_to_the_side(coefficient, volatility, size, volume):
    impact = square_root_impact(coefficient, volatility, size, volume)
    assert impact >= 0.0
    assert square_root_impact(coefficient, volatility, -size, volume) == impact


@given(size=sizes, volume=sizes, factor=st.floats(1, 100))
def test_grows_with_the_root_of_the_size_and_falls_with_volume(size, volume, factor):
    impact = square_root_impact(1.0, 0.01, size, volume)
    assert square_root_impact(1.0, 0.01, size * factor, volume) == pytest.approx(impact * factor**0.5, rel=1e-12)
    assert square_root_impact(1.0, 0.01, size, volume * factor) == pytest.approx(impact / factor**0.5, rel=1e-12)


@given(size=sizes, volume=sizes, bars=st.integers(1, 1000))
def test_does_not_depend_on_the_length_of_the_bar(size, volume, bars):
    one = square_root_impact(1.0, 0.01, size, volume)
    many = square_root_impact(1.0, 0.01 * bars**0.5, size, volume * bars)
    assert many == pytest.approx(one, rel=1e-12)
