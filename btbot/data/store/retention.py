"""Remove what grows fast and is wanted for some days only: trades, order books, replaced values of candles."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import Connection, Table, case, delete, func, select, update

from btbot.data.store import audit
from btbot.data.store.database import Database
from btbot.data.store.schema import book_snapshots, candle_revisions, downloads, market_trades
from btbot.errors import ConfigError, DataError

_DAY_MS = 86_400_000
_PATIENCE_SECONDS = 30.0
_LONG: dict[str, tuple[Table, str, str, str | None]] = {  # kind: table, key, time, kind of its downloads
    "tape": (market_trades, "market_id", "time", "trades"),
    "books": (book_snapshots, "market_id", "time", "books"),
    "revisions": (candle_revisions, "series_id", "replaced", None),
}
KINDS = tuple(_LONG)


def prune(database: Database, kind: str, days: float, *, now: int, dry_run: bool = False) -> int:
    """Remove the rows of a kind that are older than some days; return how many.

    A day of a market goes at a time: writers wait for moments only, and what was removed before an interruption
    stays removed. Candles and funding rates are never removed.

    Parameters
    ----------
    kind
        ``tape``, ``books`` or ``revisions``.
    days
        What stays, >= 0.
    now
        Epoch milliseconds UTC.
    dry_run
        Only count.

    Raises
    ------
    ConfigError
        If the kind is another one, or the days are negative.
    DataError
        If the database fails.
    """
    if kind not in _LONG:
        raise ConfigError(f"retention of {kind!r}: one of {', '.join(_LONG)} is expected")
    if not days >= 0:
        raise ConfigError(f"retention of {kind}: must be >= 0 days, was {days:g}")
    table, key, time, recorded = _LONG[kind]
    until = now - round(days * _DAY_MS)
    old = table.c[time] < until
    if dry_run:
        with database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(table).where(old)).scalar_one())
    with database.reading() as connection:
        owners = connection.execute(select(table.c[key]).distinct().where(old)).scalars().all()
    removed = 0
    for owner in owners:
        while done := _remove_day(database, table, owner=(key, owner), time=time, until=until):
            removed += done
    with database.writing() as connection:
        if recorded is not None:
            _forget_downloads(connection, recorded, until)
        if removed:
            audit.write(connection, "prune", {"kind": kind, "until": until, "removed": removed})
    return removed


def compact(database: Database) -> int:
    """Give the space of removed rows back to the disk; return how many bytes.

    Raises
    ------
    ConfigError
        If it is no SQLite.
    DataError
        If somebody else writes meanwhile, or the disk has no room for a second copy.
    """
    file = database.file
    if file is None:
        raise ConfigError(f"database {database.shown}: PostgreSQL uses the space of removed rows again; leave it to it")
    before = file.stat().st_size
    try:
        with closing(sqlite3.connect(file, timeout=_PATIENCE_SECONDS)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        raise DataError(f"database {database.shown} cannot be compacted: {error}; nothing was lost") from error
    return before - file.stat().st_size


def _remove_day(database: Database, table: Table, *, owner: tuple[str, int], time: str, until: int) -> int:
    its = table.c[owner[0]] == owner[1]
    with database.writing() as connection:
        first = connection.execute(select(func.min(table.c[time])).where(its)).scalar()
        if first is None or first >= until:
            return 0
        end = min((first // _DAY_MS + 1) * _DAY_MS, until)
        return connection.execute(delete(table).where(its, table.c[time] < end)).rowcount


def _forget_downloads(connection: Connection, kind: str, until: int) -> None:
    """Let a later download ask again for what is no longer there."""
    its = downloads.c.kind == kind
    connection.execute(delete(downloads).where(its, downloads.c.asked_end <= until))
    cut = case((downloads.c.first < until, until), else_=downloads.c.first)
    connection.execute(
        update(downloads).where(its, downloads.c.asked_start < until).values(asked_start=until, first=cut)
    )
