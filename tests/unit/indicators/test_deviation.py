"""Bollinger bands, z-score, realized volatility, CCI and slope."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from btbot import indicators as ta
from btbot.bars import Bars

pytestmark = pytest.mark.usefixtures("both")
NAN = np.nan


def test_bollinger_by_hand() -> None:
    # window 2 4 4 4 5 5 7 9 has the mean 5 and the population deviation 2
    bands = ta.bollinger([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 8, 1.5)
    assert (bands.upper[-1], bands.middle[-1], bands.lower[-1]) == pytest.approx((8.0, 5.0, 2.0))


def test_bandwidth_is_a_fraction() -> None:
    assert ta.bandwidth([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 8, 1.5)[-1] == pytest.approx(6.0 / 5.0)


def test_bandwidth_around_zero_is_undefined() -> None:
    np.testing.assert_array_equal(ta.bandwidth([-1.0, 1.0, 3.0], 2, 1.0), [NAN, NAN, 1.0])


def test_bollinger_width_is_positive() -> None:
    with pytest.raises(ValueError, match=r"bollinger: deviations must be a number above 0, was -2.0; choose"):
        ta.bollinger(np.arange(9.0), 3, -2.0)


def test_zscore_by_hand() -> None:
    assert ta.zscore([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 8)[-1] == pytest.approx(2.0)


def test_zscore_agrees_with_the_bands(walk: Callable[..., Bars]) -> None:
    close = walk(800, seed=51).close
    bands = ta.bollinger(close, 20, 1.7)
    np.testing.assert_array_equal(ta.zscore(close, 20) < -1.7, close < bands.lower)
    assert (close < bands.lower).sum() > 10


def test_zscore_sees_small_moves_of_a_high_price() -> None:
    # mean and squares of such prices would cancel to noise: 1e8 squared has no digit left for a cent squared
    values = 1e8 + np.array([0.0, 0.0, 0.0, 0.0625])
    np.testing.assert_allclose(ta.zscore(values, 4)[-1], 3.0**0.5, rtol=1e-12)


def test_realized_volatility_agrees_with_pandas(walk: Callable[..., Bars]) -> None:
    close = walk(400, seed=52).close
    expected = np.log(pd.Series(close)).diff().rolling(30).std() * np.sqrt(8760.0)
    np.testing.assert_allclose(ta.realized_volatility(close, 30, periods_per_year=8760.0), expected, rtol=1e-9)


def test_realized_volatility_of_prices_without_logarithm_is_a_gap() -> None:
    prices = [1.0, 2.0, 1.0, 0.0, 1.0, 2.0, 1.0]
    found = ta.realized_volatility(prices, 2, periods_per_year=1.0)
    value = np.log(2.0) * 2.0**0.5
    np.testing.assert_allclose(found, [NAN, NAN, value, NAN, NAN, NAN, value])


@pytest.mark.parametrize("value", [0.0, -365.0, np.nan])
def test_a_year_has_a_positive_number_of_periods(value: float) -> None:
    text = rf"realized_volatility: periods_per_year must be a number above 0, was {value!r}"
    with pytest.raises(ValueError, match=text):
        ta.realized_volatility(np.arange(1.0, 9.0), 3, periods_per_year=value)


def test_periods_per_year_has_no_default() -> None:
    with pytest.raises(TypeError, match="periods_per_year"):
        ta.realized_volatility(np.arange(1.0, 9.0), 3)  # type: ignore[call-arg]


def test_cci_by_hand(candles: Callable[..., Bars]) -> None:
    # typical prices 1 2 6: mean 3, mean absolute deviation 2; (6 - 3) / (0.015 * 2) = 100
    bars = candles([1.0, 2.0, 7.0], high=[2.0, 3.0, 8.0], low=[0.0, 1.0, 3.0])
    np.testing.assert_allclose(ta.cci(bars, 3), [NAN, NAN, 100.0])


def test_slope_agrees_with_least_squares(walk: Callable[..., Bars]) -> None:
    close = walk(60, seed=53).close
    expected = [np.polyfit(np.arange(14), close[i - 13 : i + 1], 1)[0] for i in range(13, 60)]
    np.testing.assert_allclose(ta.linreg_slope(close, 14)[13:], expected, atol=1e-10)
