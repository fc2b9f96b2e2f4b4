from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from btbot import indicators as ta
from btbot.bars import Bars

NAN = np.nan
DAY_MS = 86_400_000


def test_rolling_by_hand(candles: Callable[..., Bars]) -> None:
    # typical prices (12 + 6 + 9) / 3 = 9, 12, 15 with volumes 1, 2, 1
    bars = candles([9.0, 12.0, 15.0], high=[12.0, 12.0, 15.0], low=[6.0, 12.0, 15.0], volume=[1.0, 2.0, 1.0])
    np.testing.assert_allclose(ta.vwap(bars, 2), [NAN, 33 / 3, 39 / 3])


def test_the_sum_starts_anew_with_each_utc_day(candles: Callable[..., Bars]) -> None:
    bars = candles([1.0, 2.0, 10.0, 20.0], volume=[1.0, 3.0, 1.0, 1.0], start_ms=3 * DAY_MS - 2 * 3_600_000)
    np.testing.assert_allclose(ta.vwap(bars, session="1d"), [1.0, 1.75, 10.0, 15.0])


def test_weeks_begin_on_monday(candles: Callable[..., Bars]) -> None:
    sunday_ms = 10 * DAY_MS  # 1970-01-11
    bars = candles([1.0, 3.0, 5.0], start_ms=sunday_ms - DAY_MS, timeframe="1d")
    np.testing.assert_allclose(ta.vwap(bars, session="1w"), [1.0, 2.0, 5.0])


def test_sessions_agree_with_pandas(walk: Callable[..., Bars]) -> None:
    bars = walk(300, seed=31)
    frame = bars.frame
    typical = (frame.high + frame.low + frame.close) / 3
    day = frame.index.floor("1D")
    expected = (typical * frame.volume).groupby(day).cumsum() / frame.volume.groupby(day).cumsum()
    np.testing.assert_allclose(ta.vwap(bars, session="1d"), expected, rtol=1e-12)


def test_nothing_traded_has_no_price(candles: Callable[..., Bars]) -> None:
    bars = candles([5.0, 6.0, 7.0, 8.0], volume=[1e300, 0.0, 0.0, 2.0])
    np.testing.assert_array_equal(ta.vwap(bars, 2), [NAN, 5.0, NAN, 8.0])
    empty = candles([5.0, 6.0], volume=[0.0, 1.0])
    np.testing.assert_array_equal(ta.vwap(empty, session="1d"), [NAN, 6.0])


@pytest.mark.parametrize(("given", "found"), [({}, "neither"), ({"period": 5, "session": "1d"}, "both")])
def test_exactly_one_form_is_asked_for(given: dict, found: str, walk: Callable[..., Bars]) -> None:
    text = rf"vwap: give either a period \(rolling\) or a session \(anchored\), found {found}; write vwap\(bars, 20\)"
    with pytest.raises(ValueError, match=text):
        ta.vwap(walk(10, seed=1), **given)
