"""Partial fills: a share of the bar's volume."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.costs import fillable

amounts = st.floats(0, 1e9)


@pytest.mark.parametrize(
    ("remaining", "volume", "max_share", "expected"),
    [
        (10.0, 40.0, 0.125, 5.0),
        (4.0, 40.0, 0.125, 4.0),
        (5.0, 40.0, 0.125, 5.0),
        (10.0, 4.0, 1.0, 4.0),
        (10.0, 0.0, 0.5, 0.0),
        (0.0, 40.0, 0.5, 0.0),
        (10.0, 0.0, 0.0, 10.0),
    ],
)
def test_by_hand(remaining, volume, max_share, expected):
    assert fillable(remaining, volume, max_share) == expected


@given(remaining=amounts, volume=amounts, max_share=st.floats(0.001, 1))
def test_neither_above_the_order_nor_above_the_share(remaining, volume, max_share):
    filled = fillable(remaining, volume, max_share)
    assert 0.0 <= filled <= remaining
    assert filled <= max_share * volume
    assert filled in (remaining, max_share * volume)


@given(remaining=amounts, volume=amounts, more=amounts, max_share=st.floats(0.001, 1))
def test_more_volume_never_fills_less(remaining, volume, more, max_share):
    assert fillable(remaining, volume + more, max_share) >= fillable(remaining, volume, max_share)


def test_an_order_of_ten_takes_three_bars():
    remaining, fills = 10.0, []
    for volume in (16.0, 20.0, 100.0, 100.0):
        fills.append(fillable(remaining, volume, 0.25))
        remaining -= fills[-1]
    assert fills == [4.0, 5.0, 1.0, 0.0]
