"""Timeframe: parsing, flooring, bars a year."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

DAY = 86_400_000


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1s", 1_000),
        ("1m", 60_000),
        ("15m", 900_000),
        ("4h", 14_400_000),
        ("1d", DAY),
        ("1w", 7 * DAY),
        ("90m", 5_400_000),
    ],
)
def test_parse_reads_number_and_unit(text, ms):
    assert Timeframe.parse(text) == Timeframe(ms)
    assert Timeframe.parse(f" {text} ").ms == ms


@pytest.mark.parametrize("text", ["", "m", "0m", "-1h", "1", "1.5h", "1M", "1 h", "h1", "99999m", None, 5])
def test_parse_refuses_everything_else(text):
    with pytest.raises(ConfigError) as caught:
        Timeframe.parse(text)
    assert str(caught.value) == (
        f"timeframe {text!r} is not understood; write a number and a unit out of s, m, h, d, w, "
        "such as 1m, 15m, 1h, 4h, 1d or 1w"
    )


def test_parse_passes_a_timeframe_through():
    frame = Timeframe(60_000)
    assert Timeframe.parse(frame) is frame


@given(st.integers(1, 9_999), st.sampled_from("smhdw"))
def test_text_of_a_timeframe_reads_back(number, unit):
    frame = Timeframe.parse(f"{number}{unit}")
    assert Timeframe.parse(str(frame)) == frame


def test_text_takes_the_largest_unit():
    assert [str(Timeframe(ms)) for ms in (60_000, 3_600_000, 90 * 60_000, 7 * DAY, 1_500)] == [
        "1m",
        "1h",
        "90m",
        "1w",
        "1500ms",
    ]


def test_a_week_begins_on_monday():
    wednesday = int(dt.datetime(2024, 5, 15, 13, 30, tzinfo=dt.UTC).timestamp() * 1_000)
    monday = int(dt.datetime(2024, 5, 13, tzinfo=dt.UTC).timestamp() * 1_000)
    assert Timeframe.parse("1w").floor(wednesday) == monday
    assert Timeframe.parse("1w").floor(monday) == monday
    assert Timeframe.parse("1w").floor(monday - 1) == monday - 7 * DAY


@given(st.integers(-(10**12), 4 * 10**12), st.sampled_from(["1m", "15m", "1h", "4h", "1d", "3d", "1w"]))
def test_floor_is_the_bucket_that_contains_the_time(time, text):
    frame = Timeframe.parse(text)
    opened = frame.floor(time)
    assert opened <= time < opened + frame.ms
    assert frame.floor(opened) == opened


def test_bars_a_year():
    assert Timeframe.parse("15m").per_year("crypto") == 35_040
    assert Timeframe.parse("1d").per_year("crypto") == 365
    assert Timeframe.parse("1w").per_year("crypto") == pytest.approx(365 / 7)
    assert Timeframe.parse("30m").per_year("stocks") == 252 * 13
    assert Timeframe.parse("1w").per_year("stocks") == pytest.approx(252 / 5)
