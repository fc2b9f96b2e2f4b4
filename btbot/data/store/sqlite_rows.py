"""Rows of candles in and out of SQLite.

Few rows pass through in small batches: no object outlives its batch, which is faster than fetching everything. Many
are packed by SQLite (`btbot.data.store.sqlite_packed`), or read by compiled code where its compiler is loaded already
(`btbot.data.store.sqlite_compiled`): that is a fifth faster, and loading takes half a second. A second copy of SQLite
in the process (ADBC, DuckDB) would be as fast, and would drop the locks that this one holds:
https://www.sqlite.org/howtocorrupt.html
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from struct import pack
from typing import Any, cast

import numpy as np
from sqlalchemy import Connection

from btbot.bars import COLUMNS, Bars
from btbot.data.store import sqlite_packed
from btbot.data.store.columns import EMPTY, Columns, FloatArray, split

_BATCH = 4_096
_FETCHED = 512
_MANY_ROWS = 1_000
_WORTH_LOADING = 10_000_000  # rows from which on the import of numba pays
_SPAN = """\
SELECT time, open, high, low, close, volume FROM candles
WHERE series_id = ? AND time >= ? AND time < ? ORDER BY time"""
_TAIL = """\
SELECT series_id, time, open, high, low, close, volume FROM candles
WHERE series_id {which} AND time < {end} ORDER BY time DESC LIMIT {count}"""
_SEVERAL = """\
SELECT series_id, time, open, high, low, close, volume FROM candles
WHERE series_id {which} AND time >= {start} AND time < {end} ORDER BY series_id, time"""
_MANY = """\
SELECT 1 FROM candles WHERE series_id IN ({marks}) AND time >= ? AND time < ? LIMIT 1 OFFSET ?"""
_STATE = "SELECT coalesce(version, -1) FROM series WHERE id IN ({marks}) ORDER BY id"
_INSERT = "INSERT INTO {table} (series_id, time, open, high, low, close, volume) VALUES (?, ?, ?, ?, ?, ?, ?)"
_INCOMING = "CREATE TEMP TABLE IF NOT EXISTS incoming AS SELECT * FROM candles LIMIT 0"


def read(
    connection: Connection, ids: Sequence[int], start: int, end: int, *, at_most: Sequence[int] | None = None
) -> dict[int, Columns]:
    """Return the candles of some series that open in ``[start, end)``, in one query; `at_most` as in `rows.read`."""
    raw = _driver(connection)
    upper = None if at_most is None else sum(at_most)
    way = _way(raw, upper) if _many(raw, ids, start, end, upper) else "fetch"
    if way == "compile" and (by_code := _compiled(raw, _SEVERAL, ids, upper, start=start, end=end)) is not None:
        return by_code
    if way != "fetch":
        with suppress(sqlite_packed.Unexpected):
            return sqlite_packed.read(raw, ids, start, end, at_most)
    if len(ids) == 1:
        found = _matrix(raw.execute(_SPAN, (ids[0], start, end)), 1)
        return {ids[0]: Columns(found[:, 0].astype(np.int64), found[:, 1:])}
    query = _SEVERAL.format(which=f"IN ({_marks(ids)})", start="?", end="?")
    found = _matrix(raw.execute(query, (*ids, start, end)), 2)
    return split(found[:, 0].astype(np.int64), found[:, 1].astype(np.int64), found[:, 2:])


def tail(connection: Connection, series_id: int, count: int, end: int) -> Columns:
    """Return the last `count` candles that open before `end`."""
    raw = _driver(connection)
    way = _way(raw, count) if count >= _MANY_ROWS else "fetch"
    if way == "compile" and (by_code := _compiled(raw, _TAIL, [series_id], count, end=end, count=count)) is not None:
        newest_first = by_code.get(series_id, EMPTY)
        return Columns(newest_first.time[::-1], newest_first.values[::-1])
    if way != "fetch":
        with suppress(sqlite_packed.Unexpected):
            return sqlite_packed.tail(raw, series_id, count, end)
    query = _TAIL.format(which="= ?", end="?", count="?")
    found = _matrix(raw.execute(query, (series_id, end, count)), 2)[::-1]
    return Columns(found[:, 1].astype(np.int64), found[:, 2:])


def insert(connection: Connection, series_id: int, bars: Bars) -> None:
    """Add candles none of which is there."""
    _driver(connection).executemany(_INSERT.format(table="candles"), _rows(series_id, bars))


def stage(connection: Connection, series_id: int, bars: Bars) -> None:
    """Put candles into the temporary table ``incoming``."""
    raw = _driver(connection)
    raw.execute(_INCOMING)
    raw.execute("DELETE FROM incoming")
    raw.executemany(_INSERT.format(table="incoming"), _rows(series_id, bars))


def _many(raw: sqlite3.Connection, ids: Sequence[int], start: int, end: int, at_most: int | None) -> bool:
    """Return whether there are more rows than fetching is good for."""
    if at_most is not None and at_most < _MANY_ROWS:
        return False
    query = _MANY.format(marks=_marks(ids))
    return raw.execute(query, (*ids, start, end, _MANY_ROWS)).fetchone() is not None


def _way(raw: sqlite3.Connection, at_most: int | None) -> str:
    """Return how many rows are read fastest: by compiled code if numba is loaded, or worth loading."""
    if "numba" in sys.modules or (at_most is not None and at_most >= _WORTH_LOADING):
        from btbot.data.store import sqlite_compiled

        if sqlite_compiled.library() is not None:
            return "compile"
    return "pack" if sqlite_packed.available(raw) else "fetch"


def _compiled(
    raw: sqlite3.Connection, query: str, ids: Sequence[int], at_most: int | None, **numbers: int
) -> dict[int, Columns] | None:
    from btbot.data.store import sqlite_compiled

    marks = ", ".join(str(int(one)) for one in ids)
    state = _STATE.format(marks=marks)
    expected = [int(row[0]) for row in raw.execute(state)]
    path = raw.execute("PRAGMA database_list").fetchone()[2]
    words = {name: int(number) for name, number in numbers.items()}
    filled = query.format(which=f"= {marks}" if len(ids) == 1 else f"IN ({marks})", **words)
    return sqlite_compiled.read(path, filled, state=state, expected=expected, at_most=at_most)


def _marks(ids: Sequence[int]) -> str:
    return ", ".join("?" * len(ids))


def _rows(series_id: int, bars: Bars) -> Iterator[tuple[Any, ...]]:
    for begin in range(0, len(bars), _BATCH):
        part = slice(begin, begin + _BATCH)
        columns = [getattr(bars, name)[part].tolist() for name in COLUMNS]
        times = bars.time[part].tolist()
        yield from zip([series_id] * len(times), times, *columns, strict=True)


def _matrix(cursor: sqlite3.Cursor, keys: int) -> FloatArray:
    """Return rows as float64 of shape (n, keys + 5); whole numbers up to 2**53 are exact in it."""
    width = keys + len(COLUMNS)
    parts = []
    while rows := cursor.fetchmany(_FETCHED):
        parts.append(pack(f"{len(rows) * width}d", *chain.from_iterable(rows)))
    return np.frombuffer(b"".join(parts)).reshape(-1, width)


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)
