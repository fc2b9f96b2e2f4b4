"""The gate: errors stop, warnings do not, and nothing is repaired in silence."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.bars import COLUMNS
from btbot.data import faults, grid, oddities
from btbot.data.gate import admit, inspect
from btbot.data.raw import raw_frame
from btbot.errors import ConfigError, DataError
from btbot.timeframe import Timeframe

T0 = 1_704_067_200_000
HOUR = 3_600_000


def market(bars=400, step=HOUR, start=T0, seed=1):
    """A calm market without a blemish."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.003 * rng.standard_normal(bars)))
    opened = np.r_[100.0, close][:bars]
    values = {
        "open": opened,
        "high": np.maximum(opened, close) * 1.001,
        "low": np.minimum(opened, close) * 0.999,
        "close": close,
        "volume": rng.uniform(5, 15, bars),
    }
    time = start + step * np.arange(bars, dtype=np.int64)
    return raw_frame(time, values, source="x.csv", lines=np.arange(bars, dtype=np.int64) + 2)


def kinds(frame, **options):
    return {finding.kind: finding for finding in inspect(frame, "BTC/USDT", **options)}


def test_a_clean_market_has_no_findings():
    bars, findings = admit(market(), "BTC/USDT")
    assert findings == []
    assert (len(bars), str(bars.timeframe), bars.symbol) == (400, "1h", "BTC/USDT")
    assert bars.close.tolist() == market()["close"].tolist()


@pytest.mark.parametrize(
    ("column", "value", "kind", "text"),
    [
        ("close", np.nan, faults.NAN, "1 candle with NaN in close, first at {}; complete or remove them in the file"),
        ("volume", np.inf, faults.INFINITY, "1 candle with infinity in volume, first at {}; complete or remove them in the file"),
        (
            "low", 0.0, faults.PRICE,
            "1 candle with a price of 0 or less, first 0 at {}; prices must be above 0, correct or remove these candles "
            "in the file",
        ),
        (
            "volume", -3.0, faults.NEGATIVE_VOLUME,
            "1 candle with a negative volume, first -3 at {}; volume must be 0 or more, correct the file",
        ),
    ],
)  # fmt: skip
def test_an_impossible_value_is_an_error(column, value, kind, text):
    frame = market()
    frame.loc[7, column] = value
    found = kinds(frame)
    assert set(found) == {kind}
    assert found[kind].severity == "error"
    assert found[kind].count == 1
    assert found[kind].places == ("2024-01-01T07:00:00Z",)
    assert found[kind].text == text.format("2024-01-01T07:00:00Z, line 9")
    with pytest.raises(DataError) as caught:
        admit(frame, "BTC/USDT")
    # NaN and infinity never become bars, so that warn would be no advice.
    advice = "" if kind in ("nan", "infinity") else "; or set data: {on_error: warn} to go on in spite of it"
    assert str(caught.value) == (
        f"x.csv: BTC/USDT: 400 candles refused: {found[kind].text} [{kind}: 2024-01-01T07:00:00Z]{advice}"
    )
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(("column", "value"), [("high", 90.0), ("low", 110.0)])
def test_high_and_low_must_embrace_open_and_close(column, value):
    frame = market()
    frame.loc[0, list(COLUMNS)] = [100.0, 101.0, 99.0, 100.5, 10.0]
    frame.loc[0, column] = value
    found = kinds(frame)[faults.RANGE]
    high, low = frame.loc[0, "high"], frame.loc[0, "low"]
    assert (found.severity, found.count) == ("error", 1)
    assert found.text == (
        f"1 candle with high or low contradicting open or close, first open 100, high {high:g}, low {low:g}, close 100.5 "
        "at 2024-01-01T00:00:00Z, line 2; high must be the highest and low the lowest price, check feed.columns or "
        "correct the file"
    )


def test_high_equal_to_close_and_low_equal_to_open_is_fine():
    frame = market()
    frame["high"] = frame[["open", "close"]].max(axis=1)
    frame["low"] = frame[["open", "close"]].min(axis=1)
    assert kinds(frame) == {}


def test_disorder():
    frame = market()
    swapped = frame.iloc[[0, 2, 1, *range(3, 400)]].reset_index(drop=True)
    found = kinds(swapped)[faults.DISORDER]
    assert (found.severity, found.count, found.places) == ("error", 1, ("2024-01-01T01:00:00Z",))
    assert (
        found.text == "1 candle older than the one before, first at 2024-01-01T01:00:00Z, line 4; sort the file by time"
    )


def test_duplicates_tell_how_many_differ():
    frame = market()
    frame = frame.iloc[[0, 1, 1, 2, 2, *range(3, 400)]].reset_index(drop=True)
    frame.loc[4, "close"] *= 1.0001
    (found,) = kinds(frame).values()
    assert (found.kind, found.severity, found.count) == (faults.DUPLICATE, "error", 2)
    assert found.places == ("2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z")
    assert found.text == (
        "2 candles with the time of another, 1 of them with different values, first at 2024-01-01T01:00:00Z; "
        "one candle a time is allowed, remove the others from the file"
    )


@pytest.mark.parametrize("factor", [1_000, 1e-9, -1])
def test_times_of_a_wrong_unit(factor):
    frame = market()
    frame["time"] = (frame["time"] * factor).astype(np.int64)
    if factor == 1e-9:
        frame["time"] -= 10**9
    found = kinds(frame)[faults.UNIT]
    assert (found.severity, found.count) == ("error", 400)
    assert found.text.startswith("400 candles outside 1970 to 2100, first ")
    assert found.text.endswith("; the unit of time is wrong, set feed.unit to s, ms, us or ns")


def test_several_kinds_are_listed_in_one_message():
    frame = market()
    frame.loc[3, "volume"] = -1.0
    frame.loc[5, "open"] = np.nan
    with pytest.raises(DataError) as caught:
        admit(frame, "BTC/USDT")
    assert "1 candle with NaN in open" in str(caught.value)
    assert "1 candle with a negative volume" in str(caught.value)


def test_no_more_than_five_places_are_named():
    frame = market()
    frame.loc[10:30, "volume"] = -1.0
    found = kinds(frame)[faults.NEGATIVE_VOLUME]
    assert found.count == 21
    assert len(found.places) == 5


def test_warn_sorts_and_drops_exact_duplicates_and_says_so():
    clean = market()
    frame = clean.iloc[[*range(399, 100, -1), 150, *range(101)]].reset_index(drop=True)
    bars, findings = admit(frame, "BTC/USDT", on_error="warn")
    assert bars.time.tolist() == clean["time"].tolist()
    for name in COLUMNS:
        assert getattr(bars, name).tolist() == clean[name].tolist()
    texts = {finding.kind: (finding.severity, finding.text) for finding in findings}
    assert texts[faults.DISORDER][0] == texts[faults.DUPLICATE][0] == "warning"
    assert texts[faults.DISORDER][1].endswith("; data.on_error is warn: candles sorted by time")
    assert texts[faults.DUPLICATE][1].endswith("; data.on_error is warn: 1 exact duplicate dropped")


def test_warn_lets_contradictions_of_finite_values_pass_untouched():
    frame = market()
    frame.loc[3, "high"], frame.loc[5, "low"], frame.loc[7, "volume"] = 1.0, 0.0, -1.0
    bars, findings = admit(frame, "BTC/USDT", on_error="warn")
    assert (bars.high[3], bars.low[5], bars.volume[7]) == (1.0, 0.0, -1.0)
    assert {finding.kind for finding in findings} == {faults.RANGE, faults.PRICE, faults.NEGATIVE_VOLUME}
    assert all(finding.severity == "warning" for finding in findings)
    assert all(finding.text.endswith("; data.on_error is warn: candles left as they are") for finding in findings)


def test_warn_does_not_choose_between_candles_of_one_time():
    frame = market()
    frame.loc[4, "time"] = frame.loc[3, "time"]
    with pytest.raises(DataError) as caught:
        admit(frame, "BTC/USDT", on_error="warn")
    assert str(caught.value) == (
        "x.csv: BTC/USDT: 1 candle with the time of another and different values, first at 2024-01-01T03:00:00Z, line 6; "
        "data: {on_error: warn} does not invent or choose candles, keep one of each in the file"
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_warn_does_not_invent_values(value):
    frame = market()
    frame.loc[4, "open"] = value
    with pytest.raises(DataError) as caught:
        admit(frame, "BTC/USDT", on_error="warn")
    assert str(caught.value) == (
        "x.csv: BTC/USDT: 1 candle with NaN or infinity, first at 2024-01-01T04:00:00Z, line 6; "
        "data: {on_error: warn} does not invent or choose candles, complete or remove them in the file"
    )


def test_notices_of_the_reader_are_findings():
    frame = market()
    frame.attrs["notices"] = (("newest_first", "it was reversed"),)
    (found,) = admit(frame, "BTC/USDT")[1]
    assert (found.kind, found.severity, found.text) == ("newest_first", "notice", "it was reversed")


def test_no_candles_and_one_candle():
    with pytest.raises(DataError) as caught:
        admit(market(0), "BTC/USDT")
    assert str(caught.value) == "x.csv: BTC/USDT: has no candles; check the file, and start and end of the run"
    with pytest.raises(DataError) as caught:
        admit(market(1), "BTC/USDT")
    assert str(caught.value) == "x.csv: BTC/USDT: has one candle; two are needed to know the timeframe"
    assert len(admit(market(1), "BTC/USDT", timeframe=Timeframe(HOUR))[0]) == 1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"on_error": "ignore"}, "data.on_error: 'ignore' is not known; allowed are stop, warn"),
        ({"calendar": "forex"}, "calendar: 'forex' is not known; allowed are crypto, stocks"),
    ],
)
def test_unknown_choices(options, text):
    with pytest.raises(ConfigError) as caught:
        admit(market(), "BTC/USDT", **options)
    assert str(caught.value) == text


def test_the_frame_is_not_changed():
    frame = market().iloc[::-1].reset_index(drop=True)
    before = frame.copy()
    admit(frame, "BTC/USDT", on_error="warn")
    pd.testing.assert_frame_equal(frame, before)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=2, max_size=60), st.integers(0, 9))
def test_admitting_twice_is_admitting_once(order, seed):
    frame = market(61, seed=seed).iloc[order].reset_index(drop=True)
    if len(set(order)) < 2:
        return
    bars, _ = admit(frame, "BTC/USDT", on_error="warn", timeframe=Timeframe(HOUR))
    again = raw_frame(bars.time, {name: getattr(bars, name) for name in COLUMNS}, source="x.csv")
    second, findings = admit(again, "BTC/USDT", timeframe=Timeframe(HOUR))
    assert second.fingerprint == bars.fingerprint
    assert not any(finding.kind in (faults.DISORDER, faults.DUPLICATE) for finding in findings)
    assert len(bars) == len(set(order))


def test_absurd_but_finite_values_raise_no_warnings_of_numpy():
    frame = market()
    frame.loc[3, ["open", "high"]] = 1e308
    frame.loc[[4, 5], "volume"] = 1e308
    frame.loc[6, "low"] = 1e-308
    assert set(kinds(frame)) == {"outlier", "volume_spike"}


def test_every_kind_has_its_own_name():
    names = [getattr(module, key) for module in (faults, grid, oddities) for key in vars(module) if key.isupper()]
    words = [name for name in names if isinstance(name, str)]
    assert len(words) == len(set(words)) == 16
