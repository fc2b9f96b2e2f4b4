"""Is a database sound: its pages, its references, its counts? What its candles say is checked elsewhere."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, func, select, text

from btbot.data.store.database import Database
from btbot.data.store.schema import (
    book_snapshots,
    candles,
    funding_rates,
    market_trades,
    markets,
    metadata,
    series,
)
from btbot.data.store.upgrade import HEAD, version

_SHOWN = 20
_PATIENCE_SECONDS = 30.0
_RESTORE = "restore a backup with btbot db restore, or export what can be read and import it anew"
_RECOUNT = "count them anew and fill the holes with btbot data repair"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong.

    Parameters
    ----------
    table
        Where; empty for the whole database.
    found
        One sentence.
    advice
        What to do.
    """

    table: str
    found: str
    advice: str


_EMPTY = Problem("", "there are no tables yet", "run btbot db upgrade, or bring data in")


def problems(database: Database) -> list[Problem]:
    """Return what is wrong with a database; nothing is changed.

    Raises
    ------
    ConfigError, DataError
        If the database cannot be reached, or fails.
    """
    file = database.file
    if file is not None and not file.is_file():
        return [_EMPTY]
    if damage := ([] if file is None else _pages(file)):
        return damage  # of damaged pages nothing else can be said
    with database.reading() as connection:
        schema = version(connection)
        if schema is None:
            return [_EMPTY]
        if schema != HEAD:
            return [Problem("", f"the schema is {schema}, not {HEAD}", "run btbot db upgrade")]
        missing = [table.name for table in metadata.sorted_tables if not _has(connection, table)]
        if missing:
            return [Problem(name, "the table is missing", _RESTORE) for name in missing]
        loose = _loose(connection) if database.is_sqlite else []
        return [*loose, *_miscounted(connection), *_orphans(connection)]


def _has(connection: Connection, table: Table) -> bool:
    return bool(connection.dialect.has_table(connection, table.name))


def _pages(file: Path) -> list[Problem]:
    with closing(sqlite3.connect(file, timeout=_PATIENCE_SECONDS)) as connection:
        try:
            told = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_SHOWN})")]
        except sqlite3.DatabaseError as error:  # of some damage the check itself dies
            told = [str(error)]
    return [Problem("", one, _RESTORE) for one in told if one != "ok"]


def _loose(connection: Connection) -> list[Problem]:
    return [
        Problem(row[0], f"row {row[1]} refers to {row[2]}, where there is no such row", _RESTORE)
        for row in connection.execute(text("PRAGMA foreign_key_check")).all()[:_SHOWN]
    ]


def _miscounted(connection: Connection) -> list[Problem]:
    counted = select(candles.c.series_id, func.count().label("rows")).group_by(candles.c.series_id).subquery("counted")
    query = (
        select(series.c.id, series.c.rows, func.coalesce(counted.c.rows, 0).label("found"), series.c.timeframe)
        .outerjoin(counted, counted.c.series_id == series.c.id)
        .where(series.c.rows != func.coalesce(counted.c.rows, 0))
        .order_by(series.c.id)
        .limit(_SHOWN)
    )
    return [
        Problem("series", f"series {row.id} ({row.timeframe}) says {row.rows} candles, there are {row.found}", _RECOUNT)
        for row in connection.execute(query)
    ]


def _orphans(connection: Connection) -> list[Problem]:
    found = []
    for table, key, of in (
        (candles, candles.c.series_id, series),
        (funding_rates, funding_rates.c.market_id, markets),
        (market_trades, market_trades.c.market_id, markets),
        (book_snapshots, book_snapshots.c.market_id, markets),
    ):
        query = select(key).distinct().where(key.not_in(select(of.c.id))).limit(_SHOWN)
        found += [
            Problem(table.name, f"there are rows of {of.name} {one}, which is not there", _RESTORE)
            for one in connection.execute(query).scalars()
        ]
    return found
