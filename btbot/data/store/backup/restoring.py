"""Put a backup back: into the database it came from, or another one, of the other kind as well."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, Table, inspect, select, text, update

from btbot.data.store import audit, postgres_features
from btbot.data.store.backup import archive, loading
from btbot.data.store.backup.taking import connect, copy_sqlite, count_rows, scratch
from btbot.data.store.database import Database
from btbot.data.store.schema import audit_log, metadata, series
from btbot.data.store.upgrade import lock, migrate, refuse_newer
from btbot.errors import ConfigError, DataError


def restore(database: Database, path: Path, *, force: bool = False) -> archive.Manifest:
    """Replace a database by a backup, wholly or not at all; return what the backup says of itself.

    Parameters
    ----------
    force
        Whether the database may hold rows, which are lost.

    Raises
    ------
    ConfigError
        If the file is not there or newer than this version, or the database is not empty.
    DataError
        If the backup is damaged, or the database fails: then it is as it was.
    """
    with archive.reading(path) as (zipped, manifest):
        refuse_newer(manifest.schema, str(path))
        _refuse_full(database, force=force)
        archive.verify(path, zipped, manifest)
        if database.file is None:
            _into_postgres(database, path, zipped, manifest)
        else:
            _into_sqlite(database, database.file, path, zipped, manifest)
    return manifest


def _refuse_full(database: Database, *, force: bool) -> None:
    if force or (database.file is not None and not database.file.exists()):
        return
    with database.reading() as connection:
        full = [table.name for table in _tables(connection) if connection.execute(_any(table)).first()]
    if full:
        named = ", ".join(sorted(full))
        raise ConfigError(
            f"database {database.shown} is not empty: there are rows in {named}; name an empty one, or replace it "
            "with --force (after a btbot db backup)"
        )


def _any(table: Table) -> Select[Any]:
    query = select(table).limit(1)
    # That an empty database was backed up is nothing to lose.
    return query.where(audit_log.c.actor != audit.OPERATOR) if table is audit_log else query


def _tables(connection: Connection) -> list[Table]:
    there = set(inspect(connection).get_table_names())
    return [table for table in metadata.sorted_tables if table.name in there]


def _into_sqlite(
    database: Database, file: Path, path: Path, zipped: zipfile.ZipFile, manifest: archive.Manifest
) -> None:
    """Build the database beside the old one, and copy it over in one transaction, which other processes outlive."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with scratch(file.parent, ".btbot-restore-") as folder:
            built = Database(f"sqlite:///{folder.resolve() / archive.SQLITE_FILE}")
            _build(built, path, zipped, manifest)
            built.close()
            with closing(connect(built.file)) as new, closing(connect(file)) as old:
                copy_sqlite(new, old, f"database {database.shown}")
    except sqlite3.DatabaseError as error:
        raise DataError(f"database {database.shown} cannot be replaced: {error}; move the file away first") from error
    except OSError as error:
        raise DataError(f"database {database.shown} cannot be replaced: {error.strerror or error}") from error


def _build(built: Database, path: Path, zipped: zipfile.ZipFile, manifest: archive.Manifest) -> None:
    if manifest.of_sqlite and built.file is not None:
        _extract(zipped, built.file)
    with built.writing() as connection:
        if not manifest.of_sqlite:
            migrate(connection, None, built.shown, to=manifest.schema)
            loading.load(connection, loading.OfTexts(zipped, manifest), _named(manifest))
        _finish(connection, path, manifest)
        migrate(connection, manifest.schema, built.shown)


def _into_postgres(database: Database, path: Path, zipped: zipfile.ZipFile, manifest: archive.Manifest) -> None:
    with _source(zipped, manifest) as source, database.writing() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        lock(connection)
        postgres_features.drop(connection)
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        connection.execute(text("DROP FUNCTION IF EXISTS audit_log_refuse"))
        migrate(connection, None, database.shown, to=manifest.schema)
        loading.load(connection, source, _named(manifest))
        _finish(connection, path, manifest)
        migrate(connection, manifest.schema, database.shown)
        postgres_features.switch_on(connection)


@contextmanager
def _source(zipped: zipfile.ZipFile, manifest: archive.Manifest) -> Iterator[loading.Source]:
    if not manifest.of_sqlite:
        yield loading.OfTexts(zipped, manifest)
        return
    with tempfile.TemporaryDirectory(prefix="btbot-restore-") as folder:
        file = Path(folder) / archive.SQLITE_FILE
        _extract(zipped, file)
        with closing(sqlite3.connect(file)) as connection:
            yield loading.OfSqlite(connection)


def _extract(zipped: zipfile.ZipFile, file: Path) -> None:
    with zipped.open(archive.SQLITE_FILE) as content, file.open("wb") as copy:
        shutil.copyfileobj(content, copy, 1 << 20)


def _named(manifest: archive.Manifest) -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name in manifest.rows]


def _finish(connection: Connection, path: Path, manifest: archive.Manifest) -> None:
    """Compare the number of rows with the manifest's, and say in the audit log where they are from."""
    found = {table.name: count_rows(connection, table) for table in _named(manifest)}
    if found != dict(manifest.rows):
        raise DataError(f"{path}: holds {found} rows, the manifest says {dict(manifest.rows)}; take another backup")
    # What is in memory of a series is known by its number of writes, which must not come a second time.
    now = time.time_ns() // 1_000_000
    connection.execute(update(series).where(series.c.writes < now).values(writes=now))
    detail = {"file": str(path.resolve()), "taken": manifest.taken, "rows": sum(manifest.rows.values())}
    audit.write(connection, "restore", detail)
