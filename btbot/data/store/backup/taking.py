"""Take a backup of a database that others may be writing."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select

import btbot
from btbot.data.store.audit import note
from btbot.data.store.backup import archive
from btbot.data.store.database import Database
from btbot.data.store.schema import metadata
from btbot.data.store.upgrade import version
from btbot.errors import ConfigError, DataError

_COPY = "COPY (SELECT {columns} FROM {table} ORDER BY {keys}) TO STDOUT"
_PATIENCE_SECONDS = 60.0
_BRIEF_SECONDS = 0.5  # one try of many within that time
_STALE_SECONDS = 86_400
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was taken.

    Parameters
    ----------
    path
        The file.
    manifest
        What it says of itself.
    bytes
        Its size.
    removed
        Older ones that were removed for it.
    """

    path: Path
    manifest: archive.Manifest
    bytes: int
    removed: tuple[Path, ...]


def back_up(database: Database, target: Path, *, keep: int | None = None) -> Taken:
    """Write all tables, as they are at one moment, into one file; writers need not stop.

    Parameters
    ----------
    target
        The file, whose name ends in ``.zip``, or a folder, in which it is named after the database and the time.
    keep
        How many of the database's backups stay in the folder; None keeps all.

    Raises
    ------
    ConfigError
        If the database or the target cannot be used.
    DataError
        If the database is damaged, or the disk is full.
    """
    path = _path(database, target, keep)
    take = _of_sqlite if database.is_sqlite else _of_postgres
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch(path.parent, ".btbot-backup-") as folder:
            partial = folder / "partial.zip"
            take(database, partial)
            _settle(partial, path)
    except OSError as error:
        raise DataError(f"{path}: the backup cannot be written: {error.strerror or error}; nothing was left") from error
    except sqlite3.DatabaseError as error:
        raise DataError(f"{path}: the backup cannot be written: {error}; nothing was left") from error
    manifest = archive.read_manifest(path)
    size = path.stat().st_size
    note(database, "backup", {"file": str(path.resolve()), "bytes": size, "rows": sum(manifest.rows.values())})
    return Taken(path, manifest, size, _thin_out(database, path, keep))


@contextmanager
def scratch(place: Path, prefix: str) -> Iterator[Path]:
    """Give a folder for files that are not finished; remove those that killed processes left long ago."""
    for left in place.glob(f"{prefix}*"):
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as folder:
        yield Path(folder)


def _path(database: Database, target: Path, keep: int | None) -> Path:
    if keep is not None and keep < 1:
        raise ConfigError(f"keep: must be >= 1, was {keep}")
    if database.file is not None and not database.file.is_file():
        raise ConfigError(f"database {database.shown} is not there; correct the address: --database sqlite:///FILE")
    if is_folder(target):
        name = f"{_stem(database)}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        names = (f"{name}{more}.zip" for more in ("", *(f"-{number}" for number in range(1, 1_000))))
        return next(target / one for one in names if not (target / one).exists())
    if keep is not None:
        raise ConfigError(f"{target}: keep counts the backups of a folder; name a folder, or leave keep out")
    if target.exists():
        raise ConfigError(f"{target}: is there already; name another file, or a folder")
    return target


def is_folder(target: Path) -> bool:
    """Return whether a backup is to get a name of its own inside a folder.

    Raises
    ------
    ConfigError
        If the target looks like a file of another kind.
    """
    if target.is_dir() or not target.suffix:
        return True
    if target.suffix != ".zip":
        raise ConfigError(f"{target}: a backup is a file whose name ends in .zip; name one, or a folder")
    return False


def _stem(database: Database) -> str:
    return re.sub(r"[^\w.]+", "_", database.name)


def _of_sqlite(database: Database, partial: Path) -> None:
    copy = partial.with_name(archive.SQLITE_FILE)
    with closing(connect(database.file)) as source, closing(connect(copy)) as target:
        copy_sqlite(source, target, f"database {database.shown}")
    _refuse_damaged(copy, database)
    there = Database(f"sqlite:///{copy}")
    with there.reading() as connection:
        schema = _schema(connection, database)
        rows = {table.name: count_rows(connection, table) for table in _tables(connection)}
    there.close()
    with archive.writing(partial) as writer:
        with writer.member(archive.SQLITE_FILE) as sink:
            sink.copy(copy)
        writer.finish(_about(database, schema, rows))


def _refuse_damaged(copy: Path, database: Database) -> None:
    with closing(connect(copy)) as connection:
        try:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        damage = found.splitlines()[-1]
        raise DataError(f"database {database.shown} is damaged: {damage}; restore an earlier backup: btbot db restore")


def connect(file: Path | None) -> sqlite3.Connection:
    """Open a file of SQLite that is to be copied or copied over."""
    return sqlite3.connect(str(file), timeout=_BRIEF_SECONDS)


def copy_sqlite(source: sqlite3.Connection, target: sqlite3.Connection, name: str) -> None:
    """Copy a database of SQLite over another one, at one moment.

    Raises
    ------
    DataError
        If either is locked for long, or fails.
    """
    source.backup(target, progress=_patient(name))


def _patient(name: str) -> Callable[[int, int, int], object]:
    """Return what ends a copy that waits for somebody else: ``backup`` would wait for ever."""
    until = time.monotonic() + _PATIENCE_SECONDS

    def progress(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise DataError(f"{name} was locked for {_PATIENCE_SECONDS:g} s; stop whoever writes, and try again")

    return progress


def _of_postgres(database: Database, partial: Path) -> None:
    with database.reading() as connection, archive.writing(partial) as writer:
        schema = _schema(connection, database)
        rows, columns = {}, {}
        for table in _tables(connection):
            there = {column["name"] for column in inspect(connection).get_columns(table.name)}
            columns[table.name] = [column.name for column in table.columns if column.name in there]
            with writer.member(f"{table.name}.copy") as sink:
                rows[table.name] = _copy_out(connection, table, columns[table.name], sink)
        writer.finish({**_about(database, schema, rows), "columns": columns})


def _copy_out(connection: Connection, table: Table, columns: list[str], sink: archive.Sink) -> int:
    raw: Any = connection.connection.driver_connection
    keys = ", ".join(column.name for column in table.primary_key)
    statement = _COPY.format(columns=", ".join(columns), table=table.name, keys=keys)
    rows, buffer = 0, bytearray()
    with raw.cursor() as cursor, cursor.copy(statement) as stream:
        for row in stream:
            buffer += row
            rows += 1
            if len(buffer) > _BUFFER:
                sink.write(bytes(buffer))
                buffer.clear()
    sink.write(bytes(buffer))
    return rows


def _schema(connection: Connection, database: Database) -> str:
    found = version(connection)
    if found is None:
        raise ConfigError(f"database {database.shown} has no tables of btbot: there is nothing to back up")
    return found


def _tables(connection: Connection) -> list[Table]:
    there = set(inspect(connection).get_table_names())
    return [table for table in metadata.sorted_tables if table.name in there]


def count_rows(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _about(database: Database, schema: str, rows: dict[str, int]) -> dict[str, Any]:
    taken = time.time_ns() // 1_000_000
    return {"schema": schema, "taken": taken, "btbot": btbot.__version__, "database": database.shown, "rows": rows}


def _settle(partial: Path, path: Path) -> None:
    """Give a finished file its name: after a crash it is there whole, or not at all."""
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _thin_out(database: Database, path: Path, keep: int | None) -> tuple[Path, ...]:
    """Remove the oldest backups of the database beside a new one."""
    if keep is None:
        return ()
    pattern = re.compile(rf"{re.escape(_stem(database))}-\d{{8}}T\d{{6}}Z(-\d+)?\.zip")
    found = [one for one in path.parent.iterdir() if pattern.fullmatch(one.name)]
    old = sorted(found, key=lambda one: one.stat().st_mtime_ns)[:-keep]
    for one in old:
        one.unlink()
    return tuple(old)
