"""Several timeframes on one index: by hand, against pandas, and without a look ahead."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btbot.bars import COLUMNS, Bars
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

QUARTER = 900_000
NAN = float("nan")


def quarters(numbers, symbol="BTC/USDT"):
    numbers = np.asarray(numbers)
    close = numbers + 0.5
    return Bars(symbol, Timeframe.parse("15m"), numbers * QUARTER, numbers + 0.0, close + 2, close - 2, close, close * 0 + 1)  # fmt: skip


def test_a_longer_bar_is_seen_from_its_close_on(store):
    store.write(quarters(range(10)), exchange="x")
    found = store.get_aligned("BTC/USDT", ["1h", "15m"])
    assert found.bars.close.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]
    # The hour of quarters 0 to 3 closes with quarter 3, whose close it has.
    np.testing.assert_equal(found.column("1h", "close"), [NAN, NAN, NAN, 3.5, 3.5, 3.5, 3.5, 7.5, 7.5, 7.5])
    np.testing.assert_equal(found.column("1h", "open"), [NAN, NAN, NAN, 0, 0, 0, 0, 4, 4, 4])
    np.testing.assert_equal(found.column("1h", "high"), [NAN, NAN, NAN, 5.5, 5.5, 5.5, 5.5, 9.5, 9.5, 9.5])
    np.testing.assert_equal(found.column("1h", "volume"), [NAN, NAN, NAN, 4, 4, 4, 4, 4, 4, 4])
    assert found.column("15m", "low").tolist() == found.bars.low.tolist()


def test_what_closed_before_the_start_is_known_at_the_start(store):
    store.write(quarters(range(20)), exchange="x")
    found = store.get_aligned("BTC/USDT", ["15m", "30m", "1h"], 6 * QUARTER, 10 * QUARTER)
    assert found.bars.close.tolist() == [6.5, 7.5, 8.5, 9.5]
    assert found.column("30m", "close").tolist() == [5.5, 7.5, 7.5, 9.5]
    assert found.column("1h", "close").tolist() == [3.5, 7.5, 7.5, 7.5]
    assert repr(found).startswith("Aligned(Bars('BTC/USDT', '15m', 4 bars, ")
    assert repr(found).endswith("), 30m, 1h)")


def test_an_outage_before_the_start_leaves_the_bar_before_it(store):
    store.write(quarters([*range(8), *range(40, 50)]), exchange="x")
    found = store.get_aligned("BTC/USDT", ["15m", "1h"], 41 * QUARTER, 46 * QUARTER)
    assert found.column("1h", "close").tolist() == [7.5, 7.5, 43.5, 43.5, 43.5]


def test_the_frame_names_the_timeframe(store):
    store.write(quarters(range(6)), exchange="x")
    frame = store.get_aligned("BTC/USDT", ["15m", "1h"]).frame
    assert list(frame) == [*COLUMNS, *(f"{name}_1h" for name in COLUMNS)]
    assert str(frame.index.tz) == "UTC"
    assert frame["close_1h"].isna().tolist() == [True, True, True, False, False, False]


def test_one_timeframe_nothing_in_the_span_and_what_is_not_there(store):
    store.write(quarters(range(6)), exchange="x")
    assert store.get_aligned("BTC/USDT", ["15m"]).higher == {}
    assert repr(store.get_aligned("BTC/USDT", ["15m"])).endswith(", nothing else)")
    empty = store.get_aligned("BTC/USDT", ["15m", "1h"], 100 * QUARTER)
    assert len(empty.column("1h", "close")) == 0
    with pytest.raises(KeyError, match="4h"):
        empty.column("4h", "close")
    with pytest.raises(KeyError, match="closed"):
        empty.column("15m", "closed")
    with pytest.raises(ConfigError, match=r"^timeframes: at least one is needed, such as \['15m', '1h'\]$"):
        store.get_aligned("BTC/USDT", [])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.lists(st.integers(0, 70), min_size=1, unique=True).map(sorted),
    span=st.tuples(st.integers(0, 70), st.integers(0, 70)).map(sorted),
)
def test_any_span_is_what_pandas_joins_and_the_future_changes_nothing(store, there, span):
    symbol, cut = f"A{len(store.series())}/X", f"B{len(store.series())}/X"
    store.write(quarters(there, symbol), exchange="x")
    low, high = span[0] * QUARTER, span[1] * QUARTER
    found = store.get_aligned(symbol, ["15m", "1h"], low, high)

    hours = quarters(there).resample("1h").frame.reset_index()
    hours["known"] = hours["time"] + pd.Timedelta("1h")
    wanted = quarters(there).between(low, high).frame.reset_index()
    wanted["known"] = wanted["time"] + pd.Timedelta("15m")
    joined = pd.merge_asof(wanted, hours, on="known", suffixes=("", "_1h"))
    for name in COLUMNS:
        np.testing.assert_equal(found.column("1h", name), joined[f"{name}_1h"].to_numpy(float))

    if len(found.bars):
        store.write(quarters([number for number in there if number < span[1]], cut), exchange="x")
        past = store.get_aligned(cut, ["15m", "1h"], low).column("1h", "close")
        known = np.isfinite(past)  # an hour that lacks its last quarter is known by what follows
        np.testing.assert_equal(past[known], found.column("1h", "close")[known])
