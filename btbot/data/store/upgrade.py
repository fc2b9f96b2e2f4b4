"""Bring the tables of a database to the schema of this version, by Alembic's migrations inside the package."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from btbot.data.store import postgres_features
from btbot.data.store.database import Database
from btbot.errors import ConfigError

HEAD = "0002"
_LOCK = 0x6274626F74  # any number that nobody else locks


def upgrade(database: Database) -> tuple[str | None, str]:
    """Create or change the tables; return the schema before and after.

    On PostgreSQL whatever the server offers is switched on: hypertables, compression and continuous aggregates of
    TimescaleDB, or else BRIN indexes. Two processes at the same time do it once.

    Raises
    ------
    ConfigError
        If the schema is newer than this version knows.
    """
    with database.writing() as connection:
        if not database.is_sqlite:
            lock(connection)
        before = version(connection)
        if before != HEAD:
            migrate(connection, before, database.shown)
        if not database.is_sqlite:
            postgres_features.switch_on(connection)
    return before, HEAD


def require(database: Database) -> None:
    """Make sure that the schema is this version's; SQLite is upgraded when it is older.

    Raises
    ------
    ConfigError
        If it is newer, or older on PostgreSQL.
    """
    with database.reading() as connection:
        found = version(connection)
    if found == HEAD:
        return
    if database.is_sqlite:
        upgrade(database)
        return
    refuse_newer(found, f"database {database.shown}")
    raise ConfigError(
        f"database {database.shown} has {'schema ' + found if found else 'no tables yet'}, this version needs "
        f"schema {HEAD}; run: btbot db upgrade"
    )


def version(connection: Connection) -> str | None:
    """Return the schema that a database has; None without tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def lock(connection: Connection) -> None:
    """Wait on PostgreSQL until no other process changes the schema, and let none do so until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def migrate(connection: Connection, before: str | None, shown: str, *, to: str = "head") -> None:
    """Bring the tables of a connection from one schema to a later one, in its transaction.

    Raises
    ------
    ConfigError
        If the schema is newer than this version knows.
    """
    from alembic import command
    from alembic.config import Config

    refuse_newer(before, f"database {shown}")
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def refuse_newer(found: str | None, what: str) -> None:
    """Refuse a schema that this version does not know.

    Raises
    ------
    ConfigError
        If it is none of its own.
    """
    known = {path.name[1:5] for path in (_folder() / "versions").glob("v[0-9]*.py")}
    if found is not None and found not in known:
        raise ConfigError(
            f"{what} has schema {found}, which is newer than schema {HEAD} of this version; "
            "upgrade btbot, or name another database:"
        )


def _folder() -> Path:
    return Path(__file__).parent / "migrations"
