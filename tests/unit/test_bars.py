"""Bars: the contract at the door, resampling against pandas, alignment against a plain loop."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.bars import COLUMNS, Bars
from btbot.errors import DataError
from btbot.timeframe import Timeframe

HOUR = 3_600_000
START = 1_704_067_200_000  # 2024-01-01, a Monday


def make(time, timeframe="1h", seed=1):
    rng = np.random.default_rng(seed)
    n = len(time)
    close = 100 + rng.standard_normal(n).cumsum()
    opened = np.r_[100.0, close[:-1]] if n else close
    high = np.maximum(opened, close) + rng.random(n)
    low = np.minimum(opened, close) - rng.random(n)
    return Bars(
        "BTC/USDT",
        Timeframe.parse(timeframe),
        np.asarray(time, np.int64),
        opened,
        high,
        low,
        close,
        rng.random(n) * 10,
    )


def hours(*numbers):
    return START + HOUR * np.array(numbers, dtype=np.int64)


ordered_hours = st.sets(st.integers(0, 400), min_size=1, max_size=120).map(sorted)


@settings(max_examples=60, deadline=None)
@given(ordered_hours, st.sampled_from([("4h", "4h"), ("1d", "1D"), ("1w", "W-MON"), ("12h", "12h")]))
def test_resample_equals_pandas(numbers, names):
    wanted, rule = names
    bars = make(hours(*numbers))
    closed = dict(closed="left", label="left") if rule == "W-MON" else {}
    groups = bars.frame.resample(rule, **closed)
    expected = groups.agg({"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}).dropna()
    ends = expected.index + pd.Timedelta(milliseconds=Timeframe.parse(wanted).ms)
    last_close = pd.Timestamp(int(bars.close_time[-1]), unit="ms", tz="UTC")
    expected = expected[ends <= last_close] if ends[-1] > last_close else expected
    got = bars.resample(wanted)
    assert got.timeframe == Timeframe.parse(wanted)
    assert list(got.time) == [int(stamp.value // 10**6) for stamp in expected.index.as_unit("ns")]
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(got, name), expected[name].to_numpy(), rtol=1e-12)


def test_resample_by_hand_drops_the_unfinished_last_bucket():
    columns = dict(
        open=[1.0, 2, 3, 4, 5],
        high=[5.0, 9, 6, 7, 8],
        low=[1.0, 1.5, 0.5, 3, 4],
        close=[2.0, 3, 4, 5, 6],
        volume=[1.0, 2, 3, 4, 5],
    )
    bars = Bars("X", Timeframe.parse("1h"), hours(0, 1, 2, 3, 4), **{k: np.array(v) for k, v in columns.items()})
    whole = bars.resample("4h")
    assert len(whole) == 1
    assert (whole.open[0], whole.high[0], whole.low[0], whole.close[0], whole.volume[0]) == (
        1.0,
        9.0,
        0.5,
        5.0,
        10.0,
    )
    assert whole.time[0] == START


def test_resample_keeps_a_last_bucket_whose_time_is_over_despite_a_hole():
    assert len(make(hours(0, 1, 3)).resample("4h")) == 1
    assert len(make(hours(0, 1, 2)).resample("4h")) == 0


def test_resampled_weeks_begin_on_monday():
    bars = make(hours(*range(-24, 24 * 14)))
    weeks = bars.resample("1w")
    assert [weeks.stamp(i)[:10] for i in range(len(weeks))] == ["2023-12-25", "2024-01-01", "2024-01-08"]


def test_resample_to_the_same_timeframe_is_the_same_object():
    bars = make(hours(0, 1))
    assert bars.resample("1h") is bars


def test_resample_refuses_what_is_no_multiple():
    bars = make(hours(0, 1))
    for wanted in ("30m", "90m"):
        with pytest.raises(DataError) as caught:
            bars.resample(wanted)
        assert str(caught.value) == (
            f"BTC/USDT: bars of 1h cannot be resampled to {wanted}; choose a multiple of the file's timeframe"
        )


def test_resample_of_nothing_is_nothing():
    assert len(make([]).resample("1d")) == 0


@settings(max_examples=60, deadline=None)
@given(ordered_hours, st.sampled_from(["2h", "4h", "1d"]))
def test_align_equals_a_plain_loop(numbers, wanted):
    bars = make(hours(*numbers))
    higher = bars.resample(wanted)
    values = np.arange(len(higher)) + 0.5
    flags = np.arange(len(higher)) % 2 == 0
    got, got_flags = bars.align(higher, values), bars.align(higher, flags)
    for i in range(len(bars)):
        closed = [k for k in range(len(higher)) if higher.time[k] + higher.timeframe.ms <= bars.time[i] + HOUR]
        if closed:
            assert got[i] == values[closed[-1]]
            assert got_flags[i] == flags[closed[-1]]
        else:
            assert np.isnan(got[i])
            assert not got_flags[i]
    assert got_flags.dtype == bool


@settings(max_examples=40, deadline=None)
@given(ordered_hours, st.integers(1, 120))
def test_cutting_the_future_changes_no_aligned_value(numbers, cut):
    bars = make(hours(*numbers))
    past = bars.slice(0, min(cut, len(bars)))
    whole = bars.align(bars.resample("4h"), bars.resample("4h").close)
    seen = past.align(past.resample("4h"), past.resample("4h").close)
    np.testing.assert_array_equal(seen, whole[: len(past)])


def test_align_wants_a_value_for_each_higher_bar():
    bars = make(hours(*range(8)))
    with pytest.raises(ValueError, match=r"values have shape \(3,\), the higher bars have \(2,\)"):
        bars.align(bars.resample("4h"), np.zeros(3))


def test_arrays_are_read_only():
    bars = make(hours(0, 1, 2))
    for name in ("time", *COLUMNS):
        with pytest.raises(ValueError, match="read-only"):
            getattr(bars, name)[0] = 1


def test_the_array_of_the_caller_stays_writeable():
    close = np.array([1.0, 2.0])
    Bars("X", Timeframe(HOUR), hours(0, 1), close, close, close, close, close)
    close[0] = 3.0
    assert close[0] == 3.0


def test_fields_cannot_be_replaced():
    with pytest.raises(AttributeError):
        make(hours(0)).symbol = "Y"


def test_fingerprint_changes_with_every_value():
    bars = make(hours(0, 1, 2))
    seen = {bars.fingerprint, make(hours(0, 1, 2)).slice(0, 2).fingerprint}
    for name in ("time", *COLUMNS):
        arrays = {key: getattr(bars, key).copy() for key in ("time", *COLUMNS)}
        arrays[name][2] = np.nextafter(arrays[name][2], np.inf) if name != "time" else arrays[name][2] + 1
        seen.add(Bars(bars.symbol, bars.timeframe, **arrays).fingerprint)
    arrays = {key: getattr(bars, key) for key in ("time", *COLUMNS)}
    seen.add(Bars("ETH/USDT", bars.timeframe, **arrays).fingerprint)
    seen.add(Bars(bars.symbol, Timeframe.parse("2h"), **arrays).fingerprint)
    assert len(seen) == 10
    assert bars.fingerprint == make(hours(0, 1, 2)).fingerprint


def test_fingerprint_is_the_hash_of_the_little_endian_values():
    bars = make(hours(0, 1))
    expected = hashlib.sha256(b"BTC/USDT|3600000|2")
    expected.update(bars.time.astype("<i8").tobytes())
    for name in COLUMNS:
        expected.update(getattr(bars, name).astype("<f8").tobytes())
    assert bars.fingerprint == expected.hexdigest()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", COLUMNS)
def test_what_is_not_finite_is_refused(name, bad):
    arrays = {key: np.array([1.0, 2.0, 3.0]) for key in COLUMNS}
    arrays[name][1] = bad
    with pytest.raises(DataError) as caught:
        Bars("X", Timeframe(HOUR), hours(0, 1, 2), **arrays)
    assert str(caught.value) == f"X: {name} is {bad} at bar 1; clean the data first"


@pytest.mark.parametrize("numbers", [(0, 0), (1, 0)])
def test_time_must_increase(numbers):
    values = np.array([1.0, 2.0])
    with pytest.raises(DataError, match="X: time does not increase at bar 1; sort and drop duplicates first"):
        Bars("X", Timeframe(HOUR), hours(*numbers), values, values, values, values, values)


def test_columns_must_be_as_long_as_time():
    values = np.array([1.0, 2.0])
    with pytest.raises(DataError, match=r"X: volume has shape \(1,\), time has \(2,\)"):
        Bars("X", Timeframe(HOUR), hours(0, 1), values, values, values, values, values[:1])


def test_slice_and_between_are_half_open():
    bars = make(hours(*range(10)))
    assert list(bars.slice(2, 5).time) == list(hours(2, 3, 4))
    assert list(bars.slice(-2).time) == list(hours(8, 9))
    assert list(bars.between(START + 1, START + 3 * HOUR).time) == list(hours(1, 2))
    assert len(bars.between(None, None)) == 10


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_from_frame_takes_any_index_unit_and_zone(unit):
    bars = make(hours(0, 1, 2))
    frame = bars.frame
    frame.index = frame.index.as_unit(unit)
    assert Bars.from_frame(frame, "BTC/USDT", "1h").fingerprint == bars.fingerprint
    assert Bars.from_frame(frame.tz_convert("Asia/Tokyo"), "BTC/USDT", "1h").fingerprint == bars.fingerprint
    assert Bars.from_frame(frame.tz_localize(None), "BTC/USDT", "1h").fingerprint == bars.fingerprint


def test_frame_is_utc_and_named_time():
    frame = make(hours(0, 1)).frame
    assert str(frame.index.tz) == "UTC"
    assert frame.index.name == "time"
    assert list(frame.columns) == list(COLUMNS)


def test_text_of_bars_names_symbol_timeframe_and_span():
    assert repr(make(hours(0, 5))) == "Bars('BTC/USDT', '1h', 2 bars, 2024-01-01T00:00:00Z .. 2024-01-01T05:00:00Z)"
    assert repr(make([])) == "Bars('BTC/USDT', '1h', 0 bars, empty)"
    assert list(make(hours(0)).close_time) == [START + HOUR]
