"""One connection to the database of an address: SQLite by the standard library, any other by SQLAlchemy.

A run writes one row. SQLAlchemy takes as long to import as such a run takes to finish, so SQLite does without it; the
statements are the same.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from btbot.config.mask import mask_url
from btbot.errors import ConfigError

Execute = Callable[[str, Mapping[str, Any]], Sequence[Any]]
"""Takes a statement with ``:name`` for values, and the values; gives the rows."""
BLOBS = {"sqlite": "BLOB", "postgresql": "BYTEA"}
_PATIENCE_SECONDS = 30.0


def dialect(url: str) -> str:
    """Return ``sqlite`` or ``postgresql``, the part of an address before its driver.

    Raises
    ------
    ConfigError
        For any other database.

    Examples
    --------
    >>> dialect("postgresql+psycopg://bot@db/btbot")
    'postgresql'
    """
    name = url.partition(":")[0].partition("+")[0]
    if name not in BLOBS:
        raise ConfigError(f"database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was {mask_url(url)!r}")
    return name


@contextmanager
def transaction(url: str) -> Iterator[Execute]:
    """Give a function that executes statements in one transaction, written at the end of the block.

    Parameters
    ----------
    url
        ``sqlite:///FILE``, relative to the current folder (four slashes for an absolute path), or ``postgresql://...``.

    Raises
    ------
    ConfigError
        If the database cannot be reached, read or written.
    """
    opened = _sqlite(url) if dialect(url) == "sqlite" else _by_sqlalchemy(url)
    with opened as execute:
        yield execute


@contextmanager
def _sqlite(url: str) -> Iterator[Execute]:
    path = url.partition("///")[2].partition("?")[0]
    try:
        if not path:
            raise OSError("the address names no file")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS)) as connection:
            # Readers and a writer do not wait for each other; another session may be about to switch this on.
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            with connection:
                yield lambda statement, values: connection.execute(statement, dict(values)).fetchall()
    except (sqlite3.Error, OSError) as error:
        raise _unusable(url, error) from error


@contextmanager
def _by_sqlalchemy(url: str) -> Iterator[Execute]:
    from sqlalchemy import create_engine, make_url, text
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    def execute(statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
        found = connection.execute(text(statement), dict(values))
        return found.fetchall() if found.returns_rows else []

    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    try:
        with create_engine(address, poolclass=NullPool).begin() as connection:
            yield execute
    except (SQLAlchemyError, ImportError) as error:
        raise _unusable(url, error) from error


def _unusable(url: str, error: Exception) -> ConfigError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return ConfigError(f"database {mask_url(url)} cannot be used: {reason}; correct database: in the configuration")
