import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.report.plain import iso, plain, to_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_applying_it_twice_changes_nothing_and_json_gives_it_back(value):
    once = plain(value)
    assert plain(once) == once
    assert json.loads(to_json(value)) == once


def test_nan_and_infinity_are_null():
    assert plain({"a": float("nan"), "b": [np.inf, -np.inf], "c": np.float64(0.1)}) == {
        "a": None,
        "b": [None, None],
        "c": 0.1,
    }


def test_numpy_and_pandas_values_become_plain():
    value = [np.int64(3), np.bool_(True), pd.NaT, pd.Timestamp("2024-01-01", tz="UTC"), {3, 1}, np.array([1.5])]
    assert plain(value) == [3, True, None, "2024-01-01T00:00:00Z", [1, 3], [1.5]]


def test_a_frame_becomes_a_table_and_keeps_a_meaningful_index():
    frame = pd.DataFrame({"x": [1, 2], "y": [0.5, np.nan]}, index=pd.Index(["a", "b"], name="key"))
    assert plain(frame) == {"table": {"columns": ["key", "x", "y"], "rows": [["a", 1, 0.5], ["b", 2, None]]}}
    assert plain(pd.DataFrame({"x": [1]})) == {"table": {"columns": ["x"], "rows": [[1]]}}


def test_json_is_sorted_unless_the_order_matters():
    assert to_json({"b": 1, "a": 2}) == '{\n  "a": 2,\n  "b": 1\n}\n'
    assert to_json({"b": 1, "a": 2}, sort_keys=False) == '{\n  "b": 1,\n  "a": 2\n}\n'


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_iso_is_always_utc(zone):
    stamp = pd.Timestamp("2024-01-01 09:00", tz=zone)
    assert iso(stamp) == ("2024-01-01T00:00:00Z" if zone == "Asia/Tokyo" else "2024-01-01T09:00:00Z")
