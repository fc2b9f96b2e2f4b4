"""A database by its address: engines, transactions, and one message when it cannot be used."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError

from btbot.errors import ConfigError, DataError

DEFAULT = "sqlite:///var/btbot.db"
_PATIENCE_SECONDS = 30.0
_FORBIDDEN = (
    "42501",
    "3F000",
)  # no right to a table, to any schema; https://www.postgresql.org/docs/current/errcodes-appendix.html
_PRAGMAS = ("synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY", "mmap_size=268435456", "cache_size=-65536")


class Database:
    """A place for tables.

    Parameters
    ----------
    url
        ``sqlite:///FILE``, relative to the current folder (four slashes for an absolute path), or
        ``postgresql://USER@HOST/DATABASE``.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def __repr__(self) -> str:
        return f"Database({self.shown!r})"

    @property
    def shown(self) -> str:
        """The address with its password masked."""
        return self._address.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return self._address.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of SQLite; None of a server."""
        return Path(str(self._address.database)) if self.is_sqlite else None

    @property
    def name(self) -> str:
        """The name of the database, or of its file without the ending."""
        return str(self._address.database or "postgres") if self.file is None else self.file.stem

    @cached_property
    def _address(self) -> URL:
        try:
            address = make_url(self.url)
        except (ArgumentError, ValueError):  # of a port that is no number
            raise ConfigError(_wanted("an address that cannot be read")) from None
        if address.get_backend_name() not in ("sqlite", "postgresql"):
            raise ConfigError(_wanted(repr(address.render_as_string(hide_password=True))))
        if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
            raise ConfigError(_wanted(repr(self.url)))
        return address

    @cached_property
    def engine(self) -> Engine:
        """The engine; its connections are not shared with forked processes."""
        engine = self._sqlite() if self.is_sqlite else self._postgres()
        if hasattr(os, "register_at_fork"):
            there = weakref.ref(engine)
            os.register_at_fork(after_in_child=lambda: _forget(there()))
        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database.

        Raises
        ------
        ConfigError
            If the database cannot be reached.
        DataError
            If it fails meanwhile.
        """
        # A transaction of SQLite sees one state anyway.
        with self._transaction(**({} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"})) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are written at the end of the block, all or none; errors as `reading`."""
        with self._transaction(writes=True) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection that is not in use."""
        if "engine" in self.__dict__:  # which would be made, with its folder
            self.engine.dispose()

    @contextmanager
    def _transaction(self, **options: bool | str) -> Iterator[Connection]:
        with self._connected() as connection:
            try:
                with connection.execution_options(**options).begin():
                    yield connection
            except (IntegrityError, ProgrammingError) as error:
                if getattr(error.orig, "sqlstate", None) in _FORBIDDEN:
                    raise ConfigError(
                        f"database {self.shown}: {_reason(error)}; grant it, or name another user"
                    ) from error
                raise
            except DBAPIError as error:
                raise DataError(f"database {self.shown} failed: {_reason(error)}; nothing was written") from error
            except self.engine.dialect.loaded_dbapi.OperationalError as error:  # of rows that pass by SQLAlchemy
                raise DataError(f"database {self.shown} failed: {error}; nothing was written") from error

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            connection = self.engine.connect()
        except (DBAPIError, ImportError, OSError) as error:
            raise ConfigError(
                f"database {self.shown} cannot be used: {_reason(error)}; correct database: in the configuration"
            ) from error
        with connection:
            yield connection

    def _sqlite(self) -> Engine:
        with contextlib.suppress(OSError):  # what is wrong with the folder is said by whoever connects
            Path(str(self._address.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self._address.set(drivername="sqlite"), connect_args={"timeout": _PATIENCE_SECONDS})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def _postgres(self) -> Engine:
        try:
            return create_engine(self._address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        except ImportError as error:
            raise ConfigError(
                f"database {self.shown}: psycopg is not installed; pip install 'btbot[postgres]'"
            ) from error


def _forget(engine: Engine | None) -> None:
    if engine is not None:
        engine.dispose(close=False)


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    # Readers and a writer do not wait for each other; another process may be about to switch this on.
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode=WAL")
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer that began as a reader would be refused, not made to wait, when another one was faster.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _wanted(found: str) -> str:
    return f"database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was {found}"


def _reason(error: BaseException) -> str:
    text = str(getattr(error, "orig", None) or error)
    return text.splitlines()[0] if text else type(error).__name__
