"""How a database is: its size, its schema, what it holds, when it was backed up last. Looking changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, inspect, select, text

from btbot.data.store import audit, postgres_features
from btbot.data.store.database import Database
from btbot.data.store.schema import metadata, series
from btbot.data.store.upgrade import version


@dataclass(frozen=True, slots=True)
class Status:
    """What is to be said of a database.

    Parameters
    ----------
    shown
        Its address, the password masked.
    kind
        ``SQLite 3.45.1``, ``PostgreSQL 16.4`` or ``TimescaleDB 2.17.2``.
    schema
        None without tables.
    bytes, wal_bytes
        On disk, and those of SQLite's write-ahead log among them.
    candles
        Rows of all series.
    rows
        Of each table, where they were asked for.
    free_bytes
        Of the disk that a file of SQLite is on; None of a server.
    backup
        When it was backed up last, epoch milliseconds UTC, and what of; None if it never was.
    """

    shown: str
    kind: str
    schema: str | None
    bytes: int
    wal_bytes: int
    candles: int
    free_bytes: int | None
    backup: tuple[int, dict[str, Any]] | None
    rows: dict[str, int] = field(default_factory=dict)


def status(database: Database, *, rows: bool = False) -> Status | None:
    """Return how a database is; None where a file of SQLite is not there yet.

    Parameters
    ----------
    rows
        Whether to count every table, which takes seconds where they are long.

    Raises
    ------
    ConfigError, DataError
        If the database cannot be reached, or fails.
    """
    file = database.file
    if file is not None and not file.is_file():
        return None
    with database.reading() as connection:
        schema = version(connection)
        # What was restored and not backed up since is in the file that it came from.
        backup = audit.last(connection, "backup", "restore") if schema else None
        candles = connection.execute(select(func.coalesce(func.sum(series.c.rows), 0))).scalar_one() if schema else 0
        wal = 0 if file is None else _size(file.with_name(f"{file.name}-wal"))
        return Status(
            shown=database.shown,
            kind=_kind(connection),
            schema=schema,
            bytes=_server_bytes(connection) if file is None else _size(file) + wal,
            wal_bytes=wal,
            candles=int(candles),
            free_bytes=None if file is None else shutil.disk_usage(file.resolve().parent).free,
            backup=backup,
            rows=_rows(connection) if rows else {},
        )


def _rows(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in metadata.sorted_tables
        if table.name in there
    }


def _kind(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"
    extension = text("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
    if postgres_features.has_timescale(connection):
        return f"TimescaleDB {connection.execute(extension).scalar_one()}"
    return f"PostgreSQL {str(connection.execute(text('SHOW server_version')).scalar_one()).split()[0]}"


def _server_bytes(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
