"""Rows of candles in and out of SQLite.

Few rows pass through in small batches: no object outlives its batch, which is faster than fetching everything. Many
rows are read by compiled code (`btbot.data.store.sqlite_compiled`). A second copy of SQLite in the process (ADBC,
DuckDB) would be as fast, and would drop the locks that this one holds: https://www.sqlite.org/howtocorrupt.html
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from struct import pack
from typing import Any, cast

import numpy as np
from sqlalchemy import Connection

from btbot.bars import COLUMNS, Bars
from btbot.data.store.columns import EMPTY, Columns, FloatArray, split

_BATCH = 4_096
_FETCHED = 512
_SPAN = """\
SELECT time, open, high, low, close, volume FROM candles
WHERE series_id = ? AND time >= ? AND time < ? ORDER BY time"""
_TAIL = """\
SELECT time, open, high, low, close, volume FROM candles
WHERE series_id = ? AND time < ? ORDER BY time DESC LIMIT ?"""
_SEVERAL = """\
SELECT series_id, time, open, high, low, close, volume FROM candles
WHERE series_id IN ({marks}) AND time >= ? AND time < ? ORDER BY series_id, time"""
_MANY = """\
SELECT 1 FROM candles WHERE series_id IN ({marks}) AND time >= ? AND time < ? LIMIT 1 OFFSET ?"""
_INSERT = "INSERT INTO {table} (series_id, time, open, high, low, close, volume) VALUES (?, ?, ?, ?, ?, ?, ?)"
_INCOMING = "CREATE TEMP TABLE IF NOT EXISTS incoming AS SELECT * FROM candles LIMIT 0"


def read(connection: Connection, ids: Sequence[int], start: int, end: int) -> dict[int, Columns]:
    """Return the candles of some series that open in ``[start, end)``, in one query."""
    raw = _driver(connection)
    marks = ", ".join("?" * len(ids))
    if raw.execute(_MANY.format(marks=marks), (*ids, start, end, _worth_compiling())).fetchone():
        found_by_code = _compiled(raw, ids, start, end)
        if found_by_code is not None:
            return found_by_code
    if len(ids) == 1:
        found = _matrix(raw.execute(_SPAN, (ids[0], start, end)), 1)
        return {ids[0]: Columns(found[:, 0].astype(np.int64), found[:, 1:])}
    found = _matrix(raw.execute(_SEVERAL.format(marks=marks), (*ids, start, end)), 2)
    return split(found[:, 0].astype(np.int64), found[:, 1].astype(np.int64), found[:, 2:])


def tail(connection: Connection, series_id: int, count: int, end: int) -> Columns:
    """Return the last `count` candles that open before `end`."""
    found = _matrix(_driver(connection).execute(_TAIL, (series_id, end, count)), 1)[::-1]
    return Columns(found[:, 0].astype(np.int64), found[:, 1:]) if len(found) else EMPTY


def insert(connection: Connection, series_id: int, bars: Bars) -> None:
    """Add candles none of which is there."""
    _driver(connection).executemany(_INSERT.format(table="candles"), _rows(series_id, bars))


def stage(connection: Connection, series_id: int, bars: Bars) -> None:
    """Put candles into the temporary table ``incoming``."""
    raw = _driver(connection)
    raw.execute(_INCOMING)
    raw.execute("DELETE FROM incoming")
    raw.executemany(_INSERT.format(table="incoming"), _rows(series_id, bars))


def _worth_compiling() -> int:
    """Return from how many rows on the compiled loop is faster, the import of numba included."""
    return 20_000 if "numba" in sys.modules else 400_000


def _compiled(raw: sqlite3.Connection, ids: Sequence[int], start: int, end: int) -> dict[int, Columns] | None:
    from btbot.data.store import sqlite_compiled

    if sqlite_compiled.library() is None:
        return None
    path = raw.execute("PRAGMA database_list").fetchone()[2]
    query = _SEVERAL.format(marks=", ".join(str(int(one)) for one in ids)).replace("?", "{}").format(start, end)
    return sqlite_compiled.read(path, query)


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
