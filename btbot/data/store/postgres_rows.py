"""Rows of candles in and out of PostgreSQL in its binary formats, which numpy reads and writes: no row is an object.

In: COPY, whose tuples are the number of fields (int16), then each field's length (int32) and value, all big-endian.
https://www.postgresql.org/docs/current/sql-copy.html
Out: the values of all rows one after the other in a few values of bytea, which is what the server does fastest: its
arrays send each element with a length, its rows and COPY send one message each. Four prices go as the two points of
an ``lseg``, because a call for each price is half of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from btbot.bars import COLUMNS, Bars
from btbot.data.store.columns import EMPTY, Columns, batches

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_BATCH = 65_536
_PIECE = 8_000_000  # rows in one value, which may have 2**30 bytes
_FIELDS = ("series_id", "time", *COLUMNS)
_KINDS = {"series_id": ">i4", "time": ">i8"}
_ROW = np.dtype(
    [("fields", ">i2")]
    + [pair for name in _FIELDS for pair in ((f"{name} length", ">i4"), (name, _KINDS.get(name, ">f8")))]
)
_PACKED = """\
string_agg(int8send(time), '') AS times,
string_agg(lseg_send(lseg(point(open, high), point(low, close))), '') AS prices,
string_agg(float8send(volume), '') AS volumes"""
_SPAN = """\
SELECT wanted.id, packed.* FROM unnest(%s::int[]) AS wanted (id), LATERAL (
    SELECT {packed} FROM candles WHERE series_id = wanted.id AND time >= %s AND time < %s
) AS packed WHERE packed.times IS NOT NULL""".replace("{packed}", _PACKED)
# A server whose statistics are of yesterday may read the whole table once for each series: minutes for 579 stocks.
_BY_KEY = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
_TAIL = """\
SELECT %s::int, {packed}
FROM (SELECT * FROM candles WHERE series_id = %s AND time < %s ORDER BY time DESC LIMIT %s) AS tail
HAVING count(*) > 0""".replace("{packed}", _PACKED)
_BOUNDARY = """\
SELECT time FROM candles WHERE series_id = %s AND time >= %s AND time < %s ORDER BY time OFFSET %s LIMIT 1"""
_FILL = "COPY {table} (series_id, time, open, high, low, close, volume) FROM STDIN (FORMAT BINARY)"
_INCOMING = "CREATE TEMPORARY TABLE incoming (LIKE candles) ON COMMIT DROP"


def read(
    connection: Connection, ids: Sequence[int], start: int, end: int, *, at_most: Sequence[int] | None = None
) -> dict[int, Columns]:
    """Return the candles of some series that open in ``[start, end)``, in one query; in several if they are many."""
    found: dict[int, Columns] = {}
    for batch, size in batches(ids, [0] * len(ids) if at_most is None else at_most, _PIECE):
        if size > _PIECE:
            found |= _in_pieces(connection, batch[0], start, end)
        else:
            if len(batch) > 1:
                _driver(connection).execute(_BY_KEY)
            found |= _columns(connection, _SPAN, (batch, start, end))
    return found


def tail(connection: Connection, series_id: int, count: int, end: int) -> Columns:
    """Return the last `count` candles that open before `end`."""
    return _columns(connection, _TAIL, (series_id, series_id, end, count)).get(series_id, EMPTY)


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


def _in_pieces(connection: Connection, series_id: int, start: int, end: int) -> dict[int, Columns]:
    pieces: list[Columns] = []
    while start < end:
        boundary = _driver(connection).execute(_BOUNDARY, (series_id, start, end, _PIECE)).fetchone()
        until = boundary[0] if boundary else end
        pieces += _columns(connection, _SPAN, ([series_id], start, until)).values()
        start = until
    if not pieces:
        return {}
    time, values = ([getattr(one, name) for one in pieces] for name in ("time", "values"))
    return {series_id: Columns(np.concatenate(time), np.concatenate(values))}


def _columns(connection: Connection, query: str, values: Sequence[Any]) -> dict[int, Columns]:
    """Return the columns of each series out of the rows of a query of ``series_id, times, prices, volumes``."""
    with _driver(connection).cursor(binary=True) as cursor:
        cursor.execute(query, values)
        result = cursor.pgresult
        return {
            int.from_bytes(result.get_value(row, 0), "big"): _unpacked(
                *(result.get_value(row, column) for column in range(1, 4))
            )
            for row in range(result.ntuples)
        }


def _unpacked(times: bytes, prices: bytes, volumes: bytes) -> Columns:
    """Return packed values as columns, in the order of time whatever the order of the rows was."""
    time = np.frombuffer(times, ">i8").astype(np.int64)
    values = np.empty((len(time), len(COLUMNS)), order="F")
    values[:, :4] = np.frombuffer(prices, ">f8").reshape(-1, 4)
    values[:, 4] = np.frombuffer(volumes, ">f8")
    if (time[1:] > time[:-1]).all():
        return Columns(time, values)
    order = np.argsort(time)
    return Columns(time[order], values[order])


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection  # of psycopg, which is installed only where it is needed
