"""The limits on drawdown and on the loss of a day: the same arithmetic from two reference points."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from btbot.risk import daily_loss_breached, drawdown_breached

both = pytest.mark.parametrize("breached", [drawdown_breached, daily_loss_breached])


@both
@pytest.mark.parametrize(
    ("reference", "equity", "limit", "expected"),
    [
        (12_000.0, 9_000.0, 0.25, True),
        (12_000.0, 9_000.01, 0.25, False),
        (12_000.0, 8_000.0, 0.25, True),
        (12_000.0, 12_000.0, 0.25, False),
        (12_000.0, 13_000.0, 0.25, False),
        (100.0, -50.0, 0.99, True),
        (12_000.0, 1.0, 0.0, False),
        (12_000.0, 12_000.0, 0.0, False),
    ],
)
def test_by_hand(breached, reference, equity, limit, expected):
    assert breached(reference, equity, limit) is expected


@both
@given(reference=st.integers(1, 10**9), percent=st.integers(1, 99))
def test_a_limit_met_exactly_in_decimals_is_a_breach(breached, reference, percent):
    equity = Decimal(reference) * (100 - percent) / 100
    assert breached(float(reference), float(equity), percent / 100)
    assert not breached(float(reference), float(equity) * (1 + 1e-9), percent / 100)


@both
@given(reference=st.floats(1, 1e9), equity=st.floats(0, 1e9), limit=st.floats(0.001, 0.999))
def test_equals_the_formula_away_from_equality(breached, reference, equity, limit):
    loss = 1 - equity / reference
    assume(abs(loss - limit) > 1e-9)
    assert breached(reference, equity, limit) is (loss >= limit)


@both
@given(st.floats(1, 1e9), st.floats(0, 1e9), st.floats(0.001, 0.999), st.integers(-10, 10))
def test_scaling_all_money_changes_nothing(breached, reference, equity, limit, exponent):
    factor = 2.0**exponent
    assert breached(reference * factor, equity * factor, limit) is breached(reference, equity, limit)


@both
def test_arrays(breached):
    reference = np.array([100.0, 110.0, 110.0, 110.0])
    equity = np.array([100.0, 110.0, 99.0, 99.5])
    assert breached(reference, equity, 0.1).tolist() == [False, False, True, False]
