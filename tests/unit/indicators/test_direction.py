from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from btbot import indicators as ta
from btbot.bars import Bars

pytestmark = pytest.mark.usefixtures("both")
NAN = np.nan


@pytest.fixture
def bars(candles: Callable[..., Bars]) -> Bars:
    # true ranges         3   2   3   3
    # upward movement     2   1   0   0
    # downward movement   0   0   2   0
    return candles([9.0, 11.0, 12.0, 10.0, 10.0], high=[10.0, 12.0, 13.0, 12.0, 12.0], low=[8.0, 9.0, 11.0, 9.0, 9.0])


def test_plus_di_by_hand(bars: Bars) -> None:
    # totals: up 2 - 1 + 1 = 2, then 1, 0.5; range 3 - 1.5 + 2 = 3.5, then 4.75, 5.375
    np.testing.assert_allclose(ta.plus_di(bars, 2), [NAN, NAN, 200 / 3.5, 100 / 4.75, 50 / 5.375])


def test_minus_di_by_hand(bars: Bars) -> None:
    # totals: down 0, then 0 - 0 + 2 = 2, then 1
    np.testing.assert_allclose(ta.minus_di(bars, 2), [NAN, NAN, 0.0, 200 / 4.75, 100 / 5.375])


def test_adx_by_hand(bars: Bars) -> None:
    # index of direction: 100, 100/3, 100/3; mean of the first two, then (200/3 + 100/3) / 2
    np.testing.assert_allclose(ta.adx(bars, 2), [NAN, NAN, NAN, 200 / 3, 50.0])


def test_a_straight_rise_is_all_direction(candles: Callable[..., Bars]) -> None:
    close = np.arange(50.0, 100.0)
    bars = candles(close, high=close + 1.0, low=close - 1.0)
    np.testing.assert_allclose(ta.adx(bars, 14)[27:], 100.0)
    np.testing.assert_array_equal(ta.minus_di(bars, 14)[14:], 0.0)


def test_there_is_no_direction_before_anything_moves(candles: Callable[..., Bars]) -> None:
    # four bars of one height, then a rise: +DI alone from there on, so that the index jumps from 0 to 100
    high = [6.0, 6.0, 6.0, 6.0, 7.0, 8.0]
    bars = candles([5.0, 5.0, 5.0, 5.0, 6.0, 7.0], high=high, low=[4.0, 4.0, 4.0, 4.0, 5.0, 6.0])
    np.testing.assert_allclose(ta.adx(bars, 2), [NAN, NAN, NAN, 0.0, 50.0, 75.0])
