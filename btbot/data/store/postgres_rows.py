"""Rows of candles in and out of PostgreSQL in its binary formats, which numpy reads and writes: no row is an object.

In: COPY, whose tuples are the number of fields (int16), then each field's length (int32) and value, all big-endian.
https://www.postgresql.org/docs/current/sql-copy.html
Out: one array for each column, elements of length (int32) and value after 20 bytes of head. COPY would come as one
message for each row, which takes the client four times as long as this takes both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from btbot.bars import COLUMNS, Bars
from btbot.data.store.columns import EMPTY, Columns

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_BATCH = 65_536
_ARRAY_HEAD = 20  # dimensions, nulls, type, length, lower bound
_TIMES = np.dtype([("length", ">i4"), ("value", ">i8")])
_PRICES = np.dtype([("length", ">i4"), ("value", ">f8")])
_FIELDS = ("series_id", "time", *COLUMNS)
_KINDS = {"series_id": ">i4", "time": ">i8"}
_ROW = np.dtype(
    [("fields", ">i2")]
    + [pair for name in _FIELDS for pair in ((f"{name} length", ">i4"), (name, _KINDS.get(name, ">f8")))]
)
_SPAN = """\
SELECT wanted.id, found.* FROM unnest(%s::int[]) AS wanted (id), LATERAL (
    SELECT array_agg(time) AS times,
           array_agg(open), array_agg(high), array_agg(low), array_agg(close), array_agg(volume)
    FROM candles WHERE series_id = wanted.id AND time >= %s AND time < %s
) AS found WHERE found.times IS NOT NULL"""
_TAIL = """\
SELECT series_id, array_agg(time), array_agg(open), array_agg(high), array_agg(low), array_agg(close), array_agg(volume)
FROM (SELECT * FROM candles WHERE series_id = %s AND time < %s ORDER BY time DESC LIMIT %s) AS tail
GROUP BY series_id"""
_FILL = "COPY {table} (series_id, time, open, high, low, close, volume) FROM STDIN (FORMAT BINARY)"
_INCOMING = "CREATE TEMPORARY TABLE incoming (LIKE candles) ON COMMIT DROP"


def read(connection: Connection, ids: Sequence[int], start: int, end: int) -> dict[int, Columns]:
    """Return the candles of some series that open in ``[start, end)``, in one query."""
    return _arrays(connection, _SPAN, (list(ids), start, end))


def tail(connection: Connection, series_id: int, count: int, end: int) -> Columns:
    """Return the last `count` candles that open before `end`."""
    return _arrays(connection, _TAIL, (series_id, end, count)).get(series_id, EMPTY)


def insert(connection: Connection, series_id: int, bars: Bars) -> None:
    """Add candles none of which is there."""
    _fill(connection, "candles", series_id, bars)


def stage(connection: Connection, series_id: int, bars: Bars) -> None:
    """Put candles into the temporary table ``incoming``."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.incoming")
    connection.exec_driver_sql(_INCOMING)
    _fill(connection, "incoming", series_id, bars)


def _fill(connection: Connection, table: str, series_id: int, bars: Bars) -> None:
    rows = np.empty(len(bars), _ROW)
    rows["fields"] = len(_FIELDS)
    for name in _FIELDS:
        rows[f"{name} length"] = _ROW[name].itemsize
        rows[name] = series_id if name == "series_id" else getattr(bars, name)
    with _driver(connection).cursor() as cursor, cursor.copy(_FILL.format(table=table)) as stream:
        stream.write(_BEGIN)
        for begin in range(0, len(rows), _BATCH):
            stream.write(rows[begin : begin + _BATCH].tobytes())
        stream.write(_END)


def _arrays(connection: Connection, query: str, values: Sequence[Any]) -> dict[int, Columns]:
    with _driver(connection).cursor(binary=True) as cursor:
        cursor.execute(query, values)
        result = cursor.pgresult
        return {
            int.from_bytes(result.get_value(row, 0), "big"): _columns(
                [result.get_value(row, column) for column in range(1, len(_FIELDS))]
            )
            for row in range(result.ntuples)
        }


def _columns(arrays: Sequence[bytes]) -> Columns:
    """Return binary arrays as columns, in the order of time whatever the order of the rows was."""
    time, *prices = arrays
    opens = np.frombuffer(time, _TIMES, offset=_ARRAY_HEAD)["value"].astype(np.int64)
    found = np.empty((len(opens), len(prices)), order="F")
    for at, content in enumerate(prices):
        found[:, at] = np.frombuffer(content, _PRICES, offset=_ARRAY_HEAD)["value"]
    if (opens[1:] > opens[:-1]).all():
        return Columns(opens, found)
    order = np.argsort(opens)
    return Columns(opens[order], found[order])


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection  # of psycopg, which is installed only where it is needed
