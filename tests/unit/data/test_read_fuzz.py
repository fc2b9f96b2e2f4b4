"""Whatever the bytes are: a raw frame, or a DataError."""

import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from btbot.bars import COLUMNS
from btbot.data.gate import admit, inspect
from btbot.data.read import read_candles
from btbot.errors import DataError

GOOD = b"timestamp,open,high,low,close,volume\n" + b"".join(
    b"%d,1.5,2.5,0.5,1.25,10\n" % (1_704_067_200_000 + 60_000 * at) for at in range(6)
)
NUMBERS = ["", "1", "-1", "0", "nan", "inf", "-inf", "1e308", "1e-308", "99999999999999999999", "-9223372036854775808"]
EPOCHS = ["1704067200", "1704067200000", "1704067200000000", "1704067200000000000", "20240101"]
DATES = ["2024-01-01", "2024-13-01", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00+25:00", "0001-01-01", "99999-01-01"]
ODD = ["x", '"', '"1"', " 5 ", "1,5", "\u0660", "\x0b", "=1+1"]
CELLS = st.sampled_from([*NUMBERS, *EPOCHS, *DATES, *ODD])
HEADERS = st.sampled_from(
    ["timestamp,open,high,low,close,volume", "unix,date,symbol,open,high,low,close,Volume BTC", "", "a,b,c,d,e,f", "date;open;high;low;close"]
)  # fmt: skip
FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def judge(path):
    refused = ""
    try:
        frame = read_candles(path)
    except DataError as error:
        refused = str(error)
    if refused:
        assert "\n" not in refused
        assert path.name in refused
        return
    assert list(frame.columns) == ["time", *COLUMNS]
    assert frame["time"].dtype == np.int64
    inspect(frame, "X")
    for on_error in ("stop", "warn"):
        try:
            bars, findings = admit(frame, "X", on_error=on_error)
        except DataError:
            continue
        assert len(bars) <= len(frame)
        assert all(finding.severity != "error" for finding in findings)


@FUZZ
@given(st.binary(max_size=200))
@example(b"\x1f\x8b")
@example(b"PK\x03\x04")
@example(b"PK\x05\x06")
@example(b"PAR1PAR1")
@example(b"FEA1")
@example(b"ARROW1")
@example(b'"')
@example(b",,,,,\n,,,,,\n")
def test_any_bytes(tmp_path, content):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    judge(path)


@FUZZ
@given(HEADERS, st.lists(st.lists(CELLS, min_size=5, max_size=8).map(",".join), max_size=6))
def test_any_cells(tmp_path, header, rows):
    path = tmp_path / "fuzz.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    judge(path)


@FUZZ
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.integers(0, len(GOOD)))
def test_a_good_file_with_a_changed_byte_or_cut(tmp_path, at, byte, cut):
    path = tmp_path / "fuzz.csv"
    path.write_bytes((GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])[:cut])
    judge(path)


@FUZZ
@given(st.integers(0, 200), st.integers(0, 255))
def test_a_gzip_file_with_a_changed_byte(tmp_path, at, byte):
    content = bytearray(gzip.compress(GOOD, mtime=0))
    content[at % len(content)] = byte
    path = tmp_path / "fuzz.csv.gz"
    path.write_bytes(bytes(content))
    judge(path)


@pytest.mark.parametrize("kind", ["feather", "parquet"])
def test_a_columnar_file_with_changed_bytes(tmp_path, kind):
    path = tmp_path / f"fuzz.{kind}"
    frame = read_candles_of(GOOD, tmp_path)
    getattr(frame, f"to_{kind}")(path)
    content = path.read_bytes()
    rng = np.random.default_rng(5)
    for _ in range(150):
        broken = bytearray(content)
        for at in rng.integers(0, len(broken), 3):
            broken[at] = rng.integers(0, 256)
        path.write_bytes(bytes(broken[: rng.integers(1, len(broken) + 1)]))
        judge(path)


def read_candles_of(content, folder):
    path = folder / "good.csv"
    path.write_bytes(content)
    frame = read_candles(path)
    frame.attrs.clear()
    return frame
