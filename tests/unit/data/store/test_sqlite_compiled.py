"""The compiled loop gives what fetching gives, bit by bit."""

import sqlite3

import numpy as np
import pytest

from btbot.bars import COLUMNS, Bars
from btbot.data.store import Store, sqlite_compiled, sqlite_rows
from btbot.timeframe import Timeframe


def made(symbol, count, seed):
    rng = np.random.default_rng(seed)
    values = [rng.random(count) * 10.0 ** rng.integers(-12, 12, count) for _ in COLUMNS]
    values[4][::3] = 7.0  # SQLite keeps whole numbers as integers
    return Bars(symbol, Timeframe.parse("1m"), np.arange(count) * 60_000, *values)


@pytest.fixture
def filled(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'a b.db'}", cache_bytes=0)
    for symbol, count in (("A/X", 70_000), ("B/X", 65_536), ("C/X", 3)):
        store.write(made(symbol, count, count), exchange="x")
    return store


def test_both_ways_give_the_same(filled, monkeypatch):
    if sqlite_compiled.library() is None:
        pytest.skip("this Python has SQLite inside: there is one way")
    calls = []
    monkeypatch.setattr(
        sqlite_compiled, "read", lambda *given, read=sqlite_compiled.read: calls.append(1) or read(*given)
    )
    for span in ((None, None), (60_000, 65_536 * 60_000), (5, 6)):
        found = {}
        for limit in (0, 10**9):
            monkeypatch.setattr(sqlite_rows, "_worth_compiling", lambda limit=limit: limit)
            found[limit] = filled.get_many(["C/X", "A/X", "B/X"], "1m", *span)
        for symbol in ("A/X", "B/X", "C/X"):
            assert found[0][symbol].fingerprint == found[10**9][symbol].fingerprint
    assert len(calls) == 2
    monkeypatch.setattr(sqlite_rows, "_worth_compiling", lambda: 0)
    assert filled.get_bars("B/X", "1m").fingerprint == made("B/X", 65_536, 65_536).fingerprint


def test_a_library_out_of_reach_is_done_without(filled, monkeypatch):
    monkeypatch.setattr(sqlite_compiled, "library", lambda: None)
    monkeypatch.setattr(sqlite_rows, "_worth_compiling", lambda: 0)
    assert filled.get_bars("A/X", "1m").fingerprint == made("A/X", 70_000, 70_000).fingerprint


def test_what_sqlite_refuses_is_said(filled, tmp_path):
    if sqlite_compiled.library() is None:
        pytest.skip("this Python has SQLite inside")
    with pytest.raises(sqlite3.OperationalError, match=r"^SQLite gave result code 14 for a read$"):
        sqlite_compiled.read(str(tmp_path / "none.db"), "SELECT 1")
    with pytest.raises(sqlite3.OperationalError, match=r"^SQLite gave result code 1 for a read$"):
        sqlite_compiled.read(str(tmp_path / "a b.db"), "SELECT nothing")
