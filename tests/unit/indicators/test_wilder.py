"""Average true range, relative strength and the parabolic stop, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from btbot import indicators as ta
from btbot.bars import Bars

pytestmark = pytest.mark.usefixtures("both")
NAN = np.nan


def test_average_true_range_by_hand(candles: Callable[..., Bars]) -> None:
    bars = candles([9.0, 11.0, 12.0, 6.0], high=[10.0, 12.0, 13.0, 7.0], low=[8.0, 9.5, 11.5, 6.0])
    # true ranges: 12 - 9 (gap up) = 3, 13 - 11 = 2, 12 - 6 (gap down) = 6
    np.testing.assert_allclose(ta.atr(bars, 2), [NAN, NAN, 2.5, 4.25])


def test_relative_strength_by_hand() -> None:
    # rises 1 0 2 0, falls 0 3 0 4: means 0.5 and 1.5; then 1.25 and 0.75; then 0.625 and 2.375
    expected = [NAN, NAN, 100 * 0.5 / 2.0, 100 * 1.25 / 2.0, 100 * 0.625 / 3.0]
    np.testing.assert_allclose(ta.rsi([10.0, 11.0, 8.0, 10.0, 6.0], 2), expected)


def test_relative_strength_reaches_both_ends() -> None:
    assert ta.rsi(np.arange(1.0, 30.0), 14)[-1] == 100.0
    assert ta.rsi(np.arange(30.0, 1.0, -1.0), 14)[-1] == 0.0


def test_parabolic_stop_by_hand(candles: Callable[..., Bars]) -> None:
    bars = candles(
        [9.0, 11.0, 12.0, 13.0, 12.0, 8.0],
        high=[10.0, 12.0, 13.0, 14.0, 13.0, 9.0],
        low=[8.0, 9.0, 11.0, 12.0, 11.0, 7.0],
    )
    # long from the first low 8; 8 + 0.1 * (12 - 8) = 8.4; 8.4 + 0.2 * (13 - 8.4) = 9.32, bounded by the low 9;
    # 9 + 0.2 * (14 - 9) = 10; 10.8 is touched by the last low: short from the extreme 14
    np.testing.assert_allclose(ta.sar(bars, 0.1, 0.2), [NAN, 8.0, 8.4, 9.0, 10.0, 14.0])


def test_touching_the_parabolic_stop_reverses_it(candles: Callable[..., Bars]) -> None:
    bars = candles([9.0, 11.0, 12.0], high=[10.0, 12.0, 13.0], low=[8.0, 9.0, 8.5])
    # 8 + 0.125 * (12 - 8) = 8.5 is the third low itself: short from the extreme 12, but not below the high 13
    np.testing.assert_array_equal(ta.sar(bars, 0.125, 0.25), [NAN, 8.0, 13.0])


def test_the_parabolic_stop_begins_long_unless_the_fall_is_larger(candles: Callable[..., Bars]) -> None:
    # long from the low 8, which the second low breaks at once: reversed to the extreme, the second high
    assert ta.sar(candles([9.0, 9.0], high=[10.0, 11.0], low=[8.0, 7.0]))[1] == 11.0
    # short from the high 10, which the second high breaks at once: reversed to the extreme, the second low
    assert ta.sar(candles([9.0, 9.0], high=[10.0, 11.0], low=[8.0, 6.5]))[1] == 6.5


def test_parabolic_stop_is_the_same_upside_down(walk: Callable[..., Bars], candles: Callable[..., Bars]) -> None:
    bars = walk(300, seed=41)
    mirrored = candles(1000.0 - bars.close, high=1000.0 - bars.low, low=1000.0 - bars.high)
    np.testing.assert_allclose(1000.0 - ta.sar(mirrored), ta.sar(bars), atol=1e-9)


@pytest.mark.parametrize("value", [0.0, -0.1, np.nan, np.inf])
def test_parabolic_factors_are_positive(value: float, walk: Callable[..., Bars]) -> None:
    bars = walk(10, seed=1)
    with pytest.raises(ValueError, match=rf"sar: acceleration must be a number above 0, was {value!r}; choose"):
        ta.sar(bars, value, 0.2)
    with pytest.raises(ValueError, match=rf"sar: maximum must be a number above 0, was {value!r}; choose"):
        ta.sar(bars, 0.02, value)
