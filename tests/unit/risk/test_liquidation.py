"""Liquidation: strictly below the maintenance margin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.risk import liquidated


@pytest.mark.parametrize(
    ("equity", "margin", "notional", "expected"),
    [
        (499.99, 0.05, 10_000.0, True),
        (500.0, 0.05, 10_000.0, False),
        (500.01, 0.05, 10_000.0, False),
        (-1.0, 0.0, 10_000.0, True),
        (0.0, 0.0, 10_000.0, False),
        (-1.0, 0.05, 0.0, False),
        (-1.0, 0.05, 0.001, True),
    ],
)
def test_by_hand(equity, margin, notional, expected):
    assert liquidated(equity, margin, notional) is expected


def test_a_five_times_leveraged_long_by_hand():
    # 1,000 of capital bought 50 at 100; equity is 1000 + 50 * (price - 100).
    # It meets 0.5 % of 50 * price where 1000 - 5000 = -49.75 * price, at 80.402.
    prices = [81.0, 80.41, 80.40, 80.0]
    outcome = [liquidated(1000.0 + 50.0 * (price - 100.0), 0.005, 50.0 * price) for price in prices]
    assert outcome == [False, False, True, True]


@given(st.floats(1, 1e9), st.floats(0, 0.99), st.floats(1, 1e9))
def test_a_position_paid_in_full_is_never_liquidated(cash, margin, notional):
    assert not liquidated(cash + notional, margin, notional)


@given(st.floats(-1e6, 1e6), st.floats(0, 0.99), st.floats(0, 1e9), st.floats(0, 1e6))
def test_more_equity_never_hurts(equity, margin, notional, more):
    assert liquidated(equity, margin, notional) >= liquidated(equity + more, margin, notional)
