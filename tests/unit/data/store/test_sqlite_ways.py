"""Rows of SQLite that are packed, or read by compiled code, are those that are fetched, bit by bit."""

import sqlite3
import struct

import numpy as np
import pytest

from btbot.bars import COLUMNS, Bars
from btbot.data.store import Store, listing, rows, sqlite_compiled, sqlite_packed, sqlite_rows
from btbot.data.store.columns import batches
from btbot.errors import DataError
from btbot.timeframe import Timeframe

EVER = 2**52


def made(symbol, count, seed):
    rng = np.random.default_rng(seed)
    values = [rng.random(count) * 10.0 ** rng.integers(-12, 12, count) for _ in COLUMNS]
    values[4][::3] = 7.0  # SQLite keeps whole numbers as integers
    values[3][::5] = [5e-324, 1.7e308, -(2.0**53), 2.0**62, 0.0][count % 5]
    return Bars(symbol, Timeframe.parse("1m"), np.arange(count) * 60_000 - 120_000, *values)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'a b.db'}", cache_bytes=0)
    for symbol, count in (("A/X", 9_000), ("B/X", 4_096), ("C/X", 3), ("D/X", 1), ("E/X", 700)):
        store.write(made(symbol, count, count), exchange="x")
    yield store
    store.close()


@pytest.fixture
def only(monkeypatch):
    """Give a function that lets rows be read in one way alone."""

    def choose(way, many=0):
        monkeypatch.setattr(sqlite_rows, "_MANY_ROWS", many)
        monkeypatch.setattr(sqlite_rows, "_way", lambda *given: way)

    return choose


def fingerprints(store, symbols, span):
    return {symbol: bars.fingerprint for symbol, bars in store.get_many(symbols, "1m", *span).items()}


WAYS = ["pack", "compile"]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_what_fetching_gives(filled, only, monkeypatch, way):
    if way == "compile" and sqlite_compiled.library() is None:
        pytest.skip("this Python has SQLite inside")
    monkeypatch.setattr(sqlite_packed, "CHUNK", 1_000)
    symbols = ["C/X", "A/X", "E/X", "B/X", "D/X"]
    for span in ((None, None), (60_000, 4_000 * 60_000), (5, 6), (-120_000, -60_000), (10**12, None)):
        only("fetch")
        expected = fingerprints(filled, symbols, span)
        only(way)
        assert fingerprints(filled, symbols, span) == expected, span
        for symbol in symbols:
            assert fingerprints(filled, [symbol], span) == {symbol: expected[symbol]}, span
    assert filled.get_bars("B/X", "1m").fingerprint == made("B/X", 4_096, 4_096).fingerprint


@pytest.mark.parametrize("way", WAYS)
def test_the_last_rows_are_those_of_fetching(filled, only, monkeypatch, way):
    if way == "compile" and sqlite_compiled.library() is None:
        pytest.skip("this Python has SQLite inside")
    monkeypatch.setattr(sqlite_packed, "CHUNK", 1_000)
    for count in (1, 999, 1_000, 1_001, 2_000, 9_000, 10**9):
        for now in (None, 3_333 * 60_000, -200_000):
            only("fetch")
            expected = filled.last("A/X", "1m", count, now=now).fingerprint
            only(way)
            assert filled.last("A/X", "1m", count, now=now).fingerprint == expected, (count, now)


def test_rows_of_unknown_number_are_all_read(filled, only, monkeypatch):
    monkeypatch.setattr(sqlite_packed, "CHUNK", 1_000)
    only("pack")
    keys = [one.id for one in filled.series()]
    with filled.reading() as connection:
        for ids in (keys[:1], keys):
            found = rows.read(connection, ids, -EVER, EVER)
            assert [len(found[key].time) for key in ids] == [9_000, 4_096, 3, 1, 700][: len(ids)]
            short = rows.read(connection, ids, -EVER, EVER, at_most=[1] * len(ids))  # fewer than there are
            assert all(np.array_equal(found[key].values, short[key].values) for key in ids)


def test_series_are_read_together_up_to_a_size():
    assert list(batches([1, 2, 3, 4], [3, 2, 9, 1], 5)) == [([1, 2], 5), ([3], 9), ([4], 1)]
    assert list(batches([7, 8], [0, 0], 5)) == [([7, 8], 0)]
    assert list(batches([], [], 5)) == []


def test_a_python_with_sqlite_inside_packs(filled, monkeypatch):
    monkeypatch.setattr(sqlite_compiled, "library", lambda: None)
    assert filled.get_bars("A/X", "1m").fingerprint == made("A/X", 9_000, 9_000).fingerprint
    monkeypatch.setattr(sqlite_packed, "available", lambda raw: False)
    assert filled.get_bars("A/X", "1m").fingerprint == made("A/X", 9_000, 9_000).fingerprint


@pytest.fixture(scope="module")
def pages():
    """Pages with a table of six columns and 3,000 rows, over several leaves, and where it begins."""
    raw = sqlite3.connect(":memory:")
    raw.execute("PRAGMA page_size = 4096")
    raw.execute("CREATE TABLE packed (a, b, c, d, e, f)")
    raw.execute("INSERT INTO packed (rowid, a, b, c, d, e, f) VALUES (2097152, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)")
    raw.executemany("INSERT INTO packed VALUES (?, ?, ?, ?, ?, ?)", numbers().tolist())
    (root,) = raw.execute("SELECT rootpage FROM sqlite_schema").fetchone()
    yield raw.serialize(), root
    raw.close()


def numbers():
    return np.arange(18_000.0).reshape(3_000, 6) / 3


def unpacked(content, root):
    return np.concatenate([sqlite_packed._cells(content, leaf, 6) for leaf in sqlite_packed._leaves(content, root)])[1:]


def test_pages_of_sqlite_are_read_as_documented(pages):
    np.testing.assert_array_equal(unpacked(*pages), numbers())


def test_what_is_no_page_of_equal_records_is_refused(pages):
    content, root = pages
    first = next(sqlite_packed._leaves(content, root))
    record = first + struct.unpack(">H", content[first + 8 : first + 10])[0]
    for at, value, message in (
        (first, 2, "a page of kind 2"),
        ((root - 1) * 4096, 10, "a page of kind 10"),
        (first + 11, 0, "records that are not side by side"),
        (record, 20, "records that are not all REAL"),  # of another size
        (record + 5, 4, "records that are not all REAL"),  # with another head
        (record + 6, 6, "records that are not all REAL"),  # a whole number
        (record + 11, 1, "records that are not all REAL"),  # a whole number at the end
    ):
        with pytest.raises(sqlite_packed.Unexpected, match=message):
            unpacked(content[:at] + bytes([value]) + content[at + 1 :], root)


def test_a_page_that_is_lost_is_noticed(filled, monkeypatch):
    leaves = sqlite_packed._leaves
    monkeypatch.setattr(sqlite_rows, "_way", lambda *given: "pack")
    monkeypatch.setattr(sqlite_packed, "_leaves", lambda *given: list(leaves(*given))[:-1])
    assert filled.get_bars("A/X", "1m").fingerprint == made("A/X", 9_000, 9_000).fingerprint


def test_unexpected_pages_let_rows_be_fetched(filled, monkeypatch):
    def refuse(*_):
        raise sqlite_packed.Unexpected

    monkeypatch.setattr(sqlite_rows, "_way", lambda *given: "pack")
    monkeypatch.setattr(sqlite_packed, "_leaves", refuse)
    assert filled.get_bars("A/X", "1m").fingerprint == made("A/X", 9_000, 9_000).fingerprint
    assert len(filled.last("A/X", "1m", 5_000)) == 5_000


def fail(store):
    with store.reading() as connection:
        rows.read(connection, [1], -EVER, EVER)
        connection.connection.driver_connection.execute("SELECT nothing")


def test_a_transaction_that_fails_leaves_nothing_that_disturbs_the_next_one(filled, only):
    only("pack")
    for _ in range(2):
        with pytest.raises(DataError, match="syntax error; nothing was written"):
            fail(filled)
        assert filled.get_bars("A/X", "1m").fingerprint == made("A/X", 9_000, 9_000).fingerprint


def test_what_sqlite_refuses_is_said(filled, tmp_path):
    if sqlite_compiled.library() is None:
        pytest.skip("this Python has SQLite inside")
    with pytest.raises(sqlite3.OperationalError, match=r"^SQLite gave result code 14 for a read$"):
        sqlite_compiled.read(str(tmp_path / "none.db"), "SELECT 1", state="SELECT 1", expected=[1])
    for queries in (("SELECT nothing", "SELECT 1"), ("SELECT 1", "SELECT nothing")):
        with pytest.raises(sqlite3.OperationalError, match=r"^SQLite gave result code 1 for a read$"):
            sqlite_compiled.read(str(filled.database.file), queries[0], state=queries[1], expected=[1])


def test_compiled_code_does_not_mix_two_states_of_the_database(tmp_path, only):
    if sqlite_compiled.library() is None:
        pytest.skip("this Python has SQLite inside")
    store, other = (Store(f"sqlite:///{tmp_path}/a.db", cache_bytes=0) for _ in range(2))
    store.write(made("A/X", 3_000, 1), exchange="x")
    only("compile")
    with store.reading() as connection:
        (one,) = listing.every(connection)
        other.write(made("A/X", 3_500, 2), exchange="x")
        found = rows.read(connection, [one.id], -EVER, EVER, at_most=[one.rows])[one.id]
        last = rows.tail(connection, one.id, 2_000, EVER)
    assert found.bars("A/X", one.timeframe).fingerprint == made("A/X", 3_000, 1).fingerprint
    assert np.array_equal(last.values, found.values[1_000:])
    assert store.get_bars("A/X", "1m").fingerprint == made("A/X", 3_500, 2).fingerprint
