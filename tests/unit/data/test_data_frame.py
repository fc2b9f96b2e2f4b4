"""DataFrames of users."""

import numpy as np
import pandas as pd
import pytest

from btbot.bars import COLUMNS
from btbot.data.frame import from_frame
from btbot.errors import DataError

T0 = 1_704_067_200_000
TIMES = [T0, T0 + 3_600_000, T0 + 7_200_000]


@pytest.fixture
def candles():
    return pd.DataFrame([[1.0, 2, 0.5, 1.5, 9], [2, 3, 1, 2, 8], [3, 4, 2, 3, 7]], columns=list(COLUMNS))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("name", [None, "Date", "close"])
def test_any_datetime_index(candles, unit, zone, name):
    index = pd.to_datetime(TIMES, unit="ms", utc=True).as_unit(unit)
    candles.index = (index.tz_convert(zone) if zone else index.tz_localize(None)).rename(name)
    raw = from_frame(candles)
    assert raw["time"].tolist() == TIMES
    assert raw["time"].dtype == np.int64
    assert list(raw.columns) == ["time", *COLUMNS]
    assert raw["close"].tolist() == [1.5, 2.0, 3.0]


@pytest.mark.parametrize("name", ["time", "Timestamp", "TIME"])
@pytest.mark.parametrize("kind", ["ms", "float", "datetime", "aware"])
def test_a_column_of_time(candles, name, kind):
    column = {
        "ms": TIMES,
        "float": [float(time) for time in TIMES],
        "datetime": pd.to_datetime(TIMES, unit="ms"),
        "aware": pd.to_datetime(TIMES, unit="ms", utc=True),
    }[kind]
    assert from_frame(candles.assign(**{name: column}))["time"].tolist() == TIMES


def test_names_in_any_case_and_other_columns_beside(candles):
    frame = candles.rename(columns=str.title).assign(time=TIMES, Signal="x")
    assert from_frame(frame)["high"].tolist() == [2.0, 3.0, 4.0]


def test_the_order_is_kept_and_the_frame_not_changed(candles):
    frame = candles.assign(time=TIMES).iloc[::-1]
    before = frame.copy()
    assert from_frame(frame)["time"].tolist() == TIMES[::-1]
    pd.testing.assert_frame_equal(frame, before)


def test_nothing_stays_nothing(candles):
    candles.loc[1, "close"] = None
    assert np.isnan(from_frame(candles.assign(time=TIMES))["close"].iloc[1])


def test_numbers_as_text_are_numbers(candles):
    frame = candles.assign(time=TIMES, open=["1", "2", "3"])
    assert from_frame(frame)["open"].tolist() == [1.0, 2.0, 3.0]


def test_without_volume(candles):
    raw = from_frame(candles.drop(columns="volume").assign(time=TIMES), source="mine")
    assert raw["volume"].tolist() == [0.0, 0.0, 0.0]
    assert raw.attrs["notices"] == (("no_volume", "mine has no column of volume: volume is 0 in every bar"),)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda f: f.to_numpy(), "mine: a pandas DataFrame of candles is expected, found ndarray"),
        (
            lambda f: f.drop(columns=["open", "low"]),
            "mine: no column for open, low; it has high, close, volume, time; rename the columns",
        ),
        (
            lambda f: f.drop(columns="time"),
            "mine: has no times; give it a DatetimeIndex (pd.to_datetime) or a column time in epoch milliseconds",
        ),
        (lambda f: f.assign(CLOSE=1.0), "mine: has two columns named close; drop or rename one of them"),
        (
            lambda f: f.assign(high=["1", "x", "3"]),
            "mine, row 1: high is 'x', a number is expected; correct the frame",
        ),
        (lambda f: f.assign(time=[T0, None, T0]), "mine, row 1: time is empty; drop the row or give it a time"),
        (
            lambda f: f.assign(time=pd.to_datetime([T0, None, T0], unit="ms")),
            "mine, row 1: time is empty; drop the row or give it a time",
        ),
        (
            lambda f: pd.concat({"BTC": f}, axis=1),
            "mine: its columns have several levels; choose one symbol first, such as frame.xs(...)",
        ),
    ],
)
def test_frames_that_are_refused(candles, change, text):
    with pytest.raises(DataError) as caught:
        from_frame(change(candles.assign(time=TIMES)), source="mine")
    assert str(caught.value) == text
