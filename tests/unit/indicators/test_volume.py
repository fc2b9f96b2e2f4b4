from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from btbot import indicators as ta
from btbot.bars import Bars

pytestmark = pytest.mark.usefixtures("both")
NAN = np.nan


def test_on_balance_volume_by_hand(candles: Callable[..., Bars]) -> None:
    bars = candles([5.0, 6.0, 6.0, 4.0, 7.0], volume=[10.0, 3.0, 100.0, 8.0, 1.0])
    np.testing.assert_array_equal(ta.obv(bars), [10.0, 13.0, 13.0, 5.0, 6.0])


def test_money_flow_by_hand(candles: Callable[..., Bars]) -> None:
    # turnover 12, 30 up, 8 down, 8 unmoved, 10 up
    bars = candles([4.0, 5.0, 4.0, 4.0, 5.0], volume=[3.0, 6.0, 2.0, 2.0, 2.0])
    np.testing.assert_allclose(ta.mfi(bars, 2), [NAN, NAN, 100 * 30 / 38, 0.0, 100.0])


def test_money_flow_does_not_depend_on_the_unit_of_volume(
    walk: Callable[..., Bars], candles: Callable[..., Bars]
) -> None:
    bars = walk(100, seed=61)
    small = candles(bars.close, high=bars.high, low=bars.low, volume=bars.volume * 2.0**-60)
    np.testing.assert_allclose(ta.mfi(small), ta.mfi(bars), rtol=1e-12)
