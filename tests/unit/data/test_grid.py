"""Timeframe, holes, and times beside the grid."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.data.gate import inspect
from btbot.data.grid import EARLY, MISSING, OFF_GRID, TIMEZONE, infer_timeframe
from btbot.data.raw import raw_frame
from btbot.timeframe import Timeframe

T0 = 1_704_067_200_000  # Monday
HOUR = 3_600_000
DAY = 24 * HOUR


def frame_at(time):
    time = np.asarray(time, dtype=np.int64)
    wave = 100 + np.sin(np.arange(len(time)))
    values = {"open": wave, "high": wave + 2, "low": wave - 2, "close": wave[::-1] * 0 + wave, "volume": wave}
    return raw_frame(time, values, source="x.csv")


def found(time, **options):
    return {finding.kind: finding for finding in inspect(frame_at(time), "X", **options)}


def test_timeframe_is_the_most_common_distance():
    assert infer_timeframe(T0 + HOUR * np.array([0, 1, 2, 5, 6, 30])) == Timeframe(HOUR)
    assert infer_timeframe(T0 + HOUR * np.array([0, 4, 8, 9, 10, 11, 12])) == Timeframe(HOUR)
    assert infer_timeframe(np.array([T0])) is None
    assert infer_timeframe(np.array([T0, T0])) is None


@given(st.lists(st.integers(1, 4), min_size=1, max_size=50))
def test_timeframe_equals_a_count_by_hand(steps):
    time = T0 + HOUR * np.cumsum([0, *steps])
    most = max(sorted(set(steps)), key=steps.count)
    assert infer_timeframe(time).ms == most * HOUR or steps.count(infer_timeframe(time).ms // HOUR) == steps.count(most)


def test_missing_candles_are_counted_and_placed():
    hours = [*range(10), *range(12, 20), *range(25, 40)]
    finding = found(T0 + HOUR * np.array(hours))[MISSING]
    assert (finding.severity, finding.count) == ("warning", 7)
    assert finding.places == ("2024-01-01T10:00:00Z", "2024-01-01T20:00:00Z")
    assert finding.text == (
        "7 candles missing in 2 holes, the longest after 2024-01-01T19:00:00Z until 2024-01-02T01:00:00Z; "
        "download them if the market was open"
    )


def test_stocks_rest_at_weekends_and_on_holidays():
    days = [day for day in range(60) if day % 7 < 5]
    assert found(T0 + DAY * np.array(days), calendar="stocks") == {}
    holiday = [day for day in days if day not in (18, 21)]  # a Friday and the Monday after it
    assert set(found(T0 + DAY * np.array(holiday), calendar="stocks")) == {MISSING}
    monday = [day for day in days if day != 21]
    assert found(T0 + DAY * np.array(monday), calendar="stocks") == {}


def test_missing_days_of_stocks_are_weekdays():
    days = [day for day in range(60) if day % 7 < 5 and not 14 <= day < 24]
    finding = found(T0 + DAY * np.array(days), calendar="stocks")[MISSING]
    expected = sum(
        1 for day in range(14, 24) if dt.date.fromordinal(dt.date(2024, 1, 1).toordinal() + day).weekday() < 5
    )
    assert finding.count == expected == 8
    assert finding.text.startswith(
        "8 trading days missing in 1 hole, the longest after 2024-01-12T00:00:00Z until 2024-01-25"
    )


def test_stocks_taken_for_crypto_get_a_hint():
    days = [day for day in range(60) if day % 7 < 5]
    assert found(T0 + DAY * np.array(days))[MISSING].text.endswith(
        "most follow a Friday: set calendar: stocks if this market rests at weekends"
    )


def test_half_hours_of_a_stock_session_are_no_finding():
    session = [day * DAY + 14 * HOUR + HOUR // 2 + at * HOUR for day in range(5) for at in range(7)]
    assert found(T0 + np.array(session), calendar="stocks") == {}


def test_a_constant_shift_is_a_time_zone():
    finding = found(T0 + 5 * HOUR + DAY * np.arange(30))[TIMEZONE]
    assert (finding.severity, finding.count) == ("warning", 30)
    assert finding.text == (
        "every candle opens 05:00:00 after a multiple of 1d, first 2024-01-01T05:00:00Z; "
        "the time zone may be wrong, set feed.timezone, or the file was stamped with another rule"
    )


def test_some_times_beside_the_grid():
    time = T0 + HOUR * np.arange(30)
    time[7] += 60_000
    finding = found(time)[OFF_GRID]
    assert (finding.count, finding.places) == (1, ("2024-01-01T07:01:00Z",))
    assert finding.text == (
        "1 candle not at a multiple of 1h, first 2024-01-01T07:01:00Z; "
        "check the time zone and that the file holds one timeframe"
    )


def test_weeks_that_begin_on_monday_are_on_the_grid():
    assert found(T0 + 7 * DAY * np.arange(30)) == {}
    assert found(T0 - DAY + 7 * DAY * np.arange(30))[TIMEZONE].text.startswith("every candle opens 6 d 00:00:00 after")


def test_crypto_before_bitcoin():
    finding = found(10 * 365 * DAY + DAY * np.arange(30))[EARLY]
    assert finding.text == (
        "30 candles older than 2009, first 1979-12-30T00:00:00Z, when no crypto currency was traded; "
        "check feed.unit, or set calendar: stocks"
    )
    assert EARLY not in found(10 * 365 * DAY + DAY * np.arange(30), calendar="stocks")


@pytest.mark.parametrize("bars", [2, 3])
def test_very_short_files(bars):
    assert found(T0 + HOUR * np.arange(bars)) == {}
