"""Candles in JSON, as freqtrade and the exchanges write them."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btbot.data.gate import admit
from btbot.data.json_rows import as_text, first_rows
from btbot.data.read import read_candles
from btbot.errors import DataError

T0 = 1_704_067_200_000
ROWS = [[T0, 1.5, 2.5, 0.5, 1.25, 10.0], [T0 + 60_000, 1.25, 1e-3 + 2, 1.0, 1.5, 0.12345678901234]]


def stored(folder, content, name="x.json"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def values(frame):
    return frame[["time", "open", "high", "low", "close", "volume"]].to_numpy().tolist()


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, separators=(",", ":")),
        json.dumps(ROWS, indent=2),
        "\ufeff" + json.dumps(ROWS),
        json.dumps([[row[0], *map(repr, row[1:])] for row in ROWS], indent=1),
        json.dumps(
            [dict(zip(("timestamp", "open", "high", "low", "close", "volume"), row, strict=True)) for row in ROWS]
        ),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_every_way_to_write_it_is_read(tmp_path, content, pack):
    assert values(read_candles(stored(tmp_path, pack(content.encode())))) == ROWS


def test_what_pandas_writes_for_freqtrade_is_read(tmp_path):
    frame = pd.DataFrame(ROWS)
    frame.to_json(tmp_path / "BTC_USDT-1m.json.gz", orient="values", compression="gzip")
    found = read_candles(tmp_path / "BTC_USDT-1m.json.gz")
    assert found["time"].tolist() == [T0, T0 + 60_000]
    assert found["volume"].tolist() == pytest.approx([10.0, 0.1234567890])  # pandas writes ten digits


def test_a_candle_that_cannot_be_right_is_named_by_its_row(tmp_path):
    rows = [*ROWS, [T0 + 120_000, "1,5", 2.0, 1.0, 1.5, 1.0]]
    with pytest.raises(DataError, match=r"^x\.json, row 3: open is '1,5', a number such as 1234\.5 is expected"):
        read_candles(stored(tmp_path, json.dumps(rows)))
    named = [dict(zip(["timestamp", "open", "high", "low", "close", "volume"], row, strict=True)) for row in rows]
    with pytest.raises(DataError, match=r"^x\.json, row 3: open is '1,5'"):
        read_candles(stored(tmp_path, json.dumps(named)))
    with pytest.raises(DataError, match="1 candle with NaN in open"):
        admit(read_candles(stored(tmp_path, json.dumps([*ROWS, [T0 + 120_000, None, 2.0, 1.0, 1.5, 1.0]]))), "X")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "x.json: is an empty list; download or export the file again"),
        ("[1, 2]", "x.json: is JSON of another kind; a list of rows such as [[1704067200000, 1.5, 2.5, 0.5, 1.25, 10.0]] is expected"),
        (json.dumps(ROWS)[:-1], "x.json: is cut, its JSON does not end; download or export the file again"),
        (json.dumps(ROWS)[:-20], "x.json: is cut, its JSON does not end; download or export the file again"),
        ('[{"time": 1}', "x.json: is damaged or cut JSON (Expecting ',' delimiter: line 1 column 13 (char 12)); download or export the file again"),
        ('[{"time": 1}, {"date": 1}]', "x.json, row 2: has other names than the row before it; a list of rows such as [[1704067200000, 1.5, 2.5, 0.5, 1.25, 10.0]] is expected"),
        ('[{"time": [1]}]', "x.json, row 1: has a list or an object inside; a list of rows such as [[1704067200000, 1.5, 2.5, 0.5, 1.25, 10.0]] is expected"),
        ("[[1, [2]], [3, 4]]", "x.json, row 1: has a list or an object inside; a list of rows such as [[1704067200000, 1.5, 2.5, 0.5, 1.25, 10.0]] is expected"),
        ("[[1], [{}]]", "x.json, row 2: has a list or an object inside; a list of rows such as [[1704067200000, 1.5, 2.5, 0.5, 1.25, 10.0]] is expected"),
    ],
)  # fmt: skip
def test_other_json_is_refused(content, message):
    with pytest.raises(DataError) as caught:
        as_text(content.encode(), "x.json")
    assert str(caught.value) == message


def test_the_first_rows_of_a_long_file_are_read_from_its_beginning():
    rows = json.dumps(ROWS * 1_000).encode()
    lines = [",".join(map(repr, row)) for row in ROWS]
    assert first_rows(rows[:500], "x")[:2] == lines
    assert first_rows(json.dumps(ROWS).encode(), "x") == [*lines, ""]
    named = json.dumps([{"a": 1, "b": 2}] * 1_000).encode()
    assert first_rows(named[:500], "x")[:2] == ["a,b", "1,2"]


NUMBER = st.floats(1e-8, 1e8)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER, NUMBER), min_size=1, max_size=20), st.sampled_from([None, 1]))
def test_numbers_come_out_as_json_has_them(tmp_path, rows, indent):
    rows = [[T0 + 60_000 * at, row[0], max(row), min(row), *row[3:]] for at, row in enumerate(rows)]
    found = read_candles(stored(tmp_path, json.dumps(rows, indent=indent)))
    assert np.array_equal(found[["open", "high", "low", "close", "volume"]].to_numpy(), np.array(rows)[:, 1:])
