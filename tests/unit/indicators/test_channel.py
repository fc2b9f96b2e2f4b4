"""Donchian, Ichimoku, Supertrend and the stochastic, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from btbot import indicators as ta
from btbot.bars import Bars

pytestmark = pytest.mark.usefixtures("both")
NAN = np.nan


def test_highest_and_lowest_include_the_present_value() -> None:
    np.testing.assert_array_equal(ta.highest([1.0, 5.0, 2.0, 3.0, 9.0], 3), [NAN, NAN, 5.0, 5.0, 9.0])
    np.testing.assert_array_equal(ta.lowest([7.0, 1.0, 2.0, 3.0, 0.0], 3), [NAN, NAN, 1.0, 1.0, 0.0])


def test_donchian_by_hand(candles: Callable[..., Bars]) -> None:
    bars = candles([5.0, 6.0, 7.0], high=[6.0, 9.0, 8.0], low=[4.0, 5.0, 2.0])
    channel = ta.donchian(bars, 2)
    np.testing.assert_array_equal(channel.upper, [NAN, 9.0, 9.0])
    np.testing.assert_array_equal(channel.lower, [NAN, 4.0, 2.0])
    np.testing.assert_array_equal(channel.middle, [NAN, 6.5, 5.5])


def test_ichimoku_by_hand(candles: Callable[..., Bars]) -> None:
    close = np.array([5.0, 6.0, 7.0, 4.0, 9.0, 8.0])
    bars = candles(close, high=close + 1.0, low=close - 1.0)
    lines = ta.ichimoku(bars, 2, 3, 4, displacement=1)
    np.testing.assert_array_equal(lines.conversion, [NAN, 5.5, 6.5, 5.5, 6.5, 8.5])
    np.testing.assert_array_equal(lines.base, [NAN, NAN, 6.0, 5.5, 6.5, 6.5])
    np.testing.assert_array_equal(lines.span_a, [NAN, NAN, NAN, 6.25, 5.5, 6.5])
    np.testing.assert_array_equal(lines.span_b, [NAN, NAN, NAN, NAN, 5.5, 6.5])
    np.testing.assert_array_equal(lines.past_close, [NAN, *close[:-1]])


def test_ichimoku_can_be_moved_beyond_the_last_bar(walk: Callable[..., Bars]) -> None:
    assert np.isnan(ta.ichimoku(walk(60, seed=1), displacement=100).span_a).all()


def test_stochastic_by_hand(candles: Callable[..., Bars]) -> None:
    # range 2 to 10: closes at 4, 8 and 10 stand at 25, 75 and 100 percent
    bars = candles([6.0, 4.0, 8.0, 10.0], high=[10.0] * 4, low=[2.0] * 4)
    raw = ta.stochastic(bars, 2, 1, 1)
    np.testing.assert_allclose(raw.k, [NAN, 25.0, 75.0, 100.0])
    np.testing.assert_allclose(raw.d, raw.k)
    slow = ta.stochastic(bars, 2, 2, 2)
    np.testing.assert_allclose(slow.k, [NAN, NAN, NAN, 87.5])
    np.testing.assert_allclose(slow.d, [NAN, NAN, NAN, (50.0 + 87.5) / 2])


@pytest.mark.parametrize("name", ["k_smooth", "d_period"])
def test_stochastic_averages_are_at_least_one(name: str, walk: Callable[..., Bars]) -> None:
    with pytest.raises(ValueError, match=rf"stochastic: {name} must be a whole number of 1 or more, was 0"):
        ta.stochastic(walk(30, seed=1), **{name: 0})


def test_supertrend_by_hand(candles: Callable[..., Bars]) -> None:
    # high = close + 1, low = close - 1; ATR(2) from the true ranges 2 2 2 7 7 is NaN NaN 2 2 4.5 5.75
    close = np.array([10.0, 10.0, 10.0, 10.0, 4.0, 10.0])
    trend = ta.supertrend(candles(close, high=close + 1.0, low=close - 1.0), 2, 1.0)
    # lower band 8, 8, then 4 - 4.5 < 8 keeps 8: the close 4 is below, down on the upper band min(12, 8.5) = 8.5;
    # the close 10 is above 8.5 (15.75 does not lift it): up on the lower band 10 - 5.75 (4 was below 8: renewed)
    np.testing.assert_allclose(trend.direction, [NAN, NAN, 1.0, 1.0, -1.0, 1.0])
    np.testing.assert_allclose(trend.line, [NAN, NAN, 8.0, 8.0, 8.5, 4.25])


def test_supertrend_width_is_positive(walk: Callable[..., Bars]) -> None:
    with pytest.raises(ValueError, match=r"supertrend: multiplier must be a number above 0, was 0.0; choose"):
        ta.supertrend(walk(30, seed=1), 10, 0.0)
