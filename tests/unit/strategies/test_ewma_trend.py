"""The forecast against pandas, its range, and its units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from btbot import Bars, Timeframe


def average(values, span):
    """Exponential average that begins with the mean of the first `span` values, by pandas."""
    series = pd.Series(values)
    start = int(series.first_valid_index()) + span - 1
    seeded = series.copy()
    seeded[start] = series.iloc[start - span + 1 : start + 1].mean()
    seeded[:start] = np.nan
    return seeded.ewm(alpha=2 / (span + 1), adjust=False, ignore_na=True).mean().where(seeded.notna())


def forecast(close, bars_a_day):
    moves = average(pd.Series(close).diff() ** 2, int(35 * bars_a_day))
    volatility = np.sqrt(moves * bars_a_day)
    parts = []
    for fast, slow, scalar in ((8, 32, 5.303301), (16, 64, 3.75), (32, 128, 2.651650)):
        gap = average(close, int(fast * bars_a_day)) - average(close, int(slow * bars_a_day))
        parts.append(np.tanh(scalar * gap / volatility / 20))
    return (parts[0] + parts[1] + parts[2]) / 3


@pytest.mark.parametrize(("timeframe", "bars_a_day"), [("1d", 1), ("12h", 2), ("4h", 6)])
def test_equals_the_formula_by_pandas(timeframe, bars_a_day, shipped, walk):
    bars = walk(200 * bars_a_day, seed=3, timeframe=timeframe)
    found = shipped("ewma_trend").signals(bars, long_only=False).exposure
    warm = 128 * bars_a_day - 1
    assert np.isnan(found[:warm]).all()
    assert np.isfinite(found[warm:]).all()
    np.testing.assert_allclose(found, forecast(bars.close, bars_a_day), atol=1e-6)


def test_long_only_cuts_at_zero_and_keeps_nan(shipped, walk):
    bars = walk(700, seed=4, timeframe="12h")
    both = shipped("ewma_trend").signals(bars, long_only=False).exposure
    long = shipped("ewma_trend").signals(bars).exposure
    assert np.nanmin(both) < 0 < np.nanmax(both)
    np.testing.assert_array_equal(long, np.maximum(both, 0.0))


def straight(change, n=400):
    length = Timeframe.parse("1d")
    close = 1000.0 + change * np.arange(n)
    return Bars("TEST/USDT", length, np.arange(n) * length.ms, close, close, close, close, np.ones(n))


def test_a_straight_line_is_nearly_all_in_and_never_beyond(shipped):
    for change in (2.0, -2.0):
        found = shipped("ewma_trend").signals(straight(change), long_only=False).exposure[200:]
        assert (np.sign(found) == np.sign(change)).all()
        assert ((np.abs(found) > 0.98) & (np.abs(found) <= 1.0)).all()


def test_a_flat_market_has_no_trend(shipped):
    np.testing.assert_array_equal(shipped("ewma_trend").signals(straight(0.0)).exposure[127:], 0.0)


def test_the_unit_of_price_does_not_matter(shipped, walk):
    bars = walk(400, seed=5, timeframe="1d")
    scaled = Bars(bars.symbol, bars.timeframe, bars.time, *(bars.close * 2.0**-30 for _ in range(4)), bars.volume)
    first, second = (shipped("ewma_trend").signals(b, long_only=False).exposure for b in (bars, scaled))
    np.testing.assert_allclose(first, second, rtol=1e-12)


def test_coarse_bars_still_have_two_in_an_average(shipped, walk):
    found = shipped("ewma_trend").signals(walk(60, seed=6, timeframe="1w")).exposure
    assert np.isfinite(found[-1])
