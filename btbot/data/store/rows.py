"""Rows of candles in and out, in the fastest way of each database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from btbot.bars import Bars
from btbot.data.store import postgres_rows, sqlite_rows
from btbot.data.store.columns import Columns


def read(
    connection: Connection, ids: Sequence[int], start: int, end: int, *, at_most: Sequence[int] | None = None
) -> dict[int, Columns]:
    """Return the candles of some series that open in ``[start, end)``, in one query.

    Parameters
    ----------
    connection
        Of the transaction to read in.
    ids
        Keys of the series.
    start, end
        Epoch milliseconds.
    at_most
        How many candles each series has there about, at most; without it they are taken to be few.
    """
    if _is_sqlite(connection):
        return sqlite_rows.read(connection, ids, start, end, at_most=at_most)
    return postgres_rows.read(connection, ids, start, end, at_most=at_most)


def tail(connection: Connection, series_id: int, count: int, end: int) -> Columns:
    """Return the last `count` candles that open before `end`."""
    if _is_sqlite(connection):
        return sqlite_rows.tail(connection, series_id, count, end)
    return postgres_rows.tail(connection, series_id, count, end)


def insert(connection: Connection, series_id: int, bars: Bars) -> None:
    """Add candles none of which is there."""
    way = sqlite_rows if _is_sqlite(connection) else postgres_rows
    way.insert(connection, series_id, bars)


def stage(connection: Connection, series_id: int, bars: Bars) -> None:
    """Put candles into the temporary table ``incoming``."""
    way = sqlite_rows if _is_sqlite(connection) else postgres_rows
    way.stage(connection, series_id, bars)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
