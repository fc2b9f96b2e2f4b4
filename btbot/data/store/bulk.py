"""Rows of any table in and out by column: one transaction's executemany on SQLite, COPY on PostgreSQL.

Candles have ways of their own (`btbot.data.store.rows`), which are faster because all their columns are numbers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from sqlalchemy import Connection, Select, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from btbot.data.store.merge import Written
from btbot.data.store.schema import markets

_BATCH = 4_096
_INSERT = "INSERT INTO {name} ({columns}) VALUES ({marks})"
_COPY_IN = "COPY {name} ({columns}) FROM STDIN (FORMAT CSV)"
_COPY_OUT = "COPY ({query}) TO STDOUT (FORMAT CSV)"
_DROP = "DROP TABLE IF EXISTS {staged}"
_STAGE_IN_SQLITE = "CREATE TEMP TABLE {staged} AS SELECT * FROM {table} LIMIT 0"
_STAGE_IN_POSTGRES = "CREATE TEMPORARY TABLE {staged} (LIKE {table}) ON COMMIT DROP"
_THERE = "SELECT count(*) FROM {table} t JOIN {staged} i ON {same}"
_DIFFERENT = "SELECT count(*) FROM {table} t JOIN {staged} i ON {same} WHERE {differs}"
_UPSERT = """\
INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} WHERE true
ON CONFLICT ({keys}) DO UPDATE SET {fresh}"""
Columns = Mapping[str, pa.Array]


def merge(connection: Connection, table: Table, market_id: int, rows: Columns) -> Written:
    """Write rows of a market whose keys differ; those that are there are counted, and replaced where a value differs.

    Parameters
    ----------
    rows
        All columns of the table but ``market_id``, by name, of one length.
    """
    count = len(rows["time"])
    if not count:
        return Written()
    # Writers of the same market wait here for each other, so that none counts what another one adds.
    connection.execute(select(markets.c.id).where(markets.c.id == market_id).with_for_update(key_share=True))
    columns = {"market_id": pa.repeat(pa.scalar(market_id, pa.int64()), count), **rows}
    if _is_new(connection, table, market_id, rows["time"]):
        _fill(connection, table.name, columns)
        return Written(inserted=count)
    words = _words(table, columns, "IS NOT" if _is_sqlite(connection) else "IS DISTINCT FROM")
    connection.exec_driver_sql(_DROP.format(**words))
    connection.exec_driver_sql((_STAGE_IN_SQLITE if _is_sqlite(connection) else _STAGE_IN_POSTGRES).format(**words))
    _fill(connection, words["staged"], columns)
    present = int(connection.exec_driver_sql(_THERE.format(**words)).scalar_one())
    changed = int(connection.exec_driver_sql(_DIFFERENT.format(**words)).scalar_one()) if present else 0
    if changed or present < count:
        connection.exec_driver_sql(_UPSERT.format(**words))
    return Written(count - present, changed, present - changed)


def read(connection: Connection, query: Select[Any], kinds: Mapping[str, pa.DataType]) -> pa.Table:
    """Return the rows of a query as columns of these kinds, in its order."""
    return _fetched(connection, query, kinds) if _is_sqlite(connection) else _copied(connection, query, kinds)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _is_new(connection: Connection, table: Table, market_id: int, times: pa.Array) -> bool:
    """Return whether nothing is stored between the first and the last row."""
    span = pc.min_max(times).as_py()
    within = (table.c.market_id == market_id) & table.c.time.between(span["min"], span["max"])
    return connection.execute(select(table.c.time).where(within).limit(1)).first() is None


def _words(table: Table, columns: Columns, differs: str) -> dict[str, str]:
    """Return what the statements need to know of a table."""
    keys = [column.name for column in table.primary_key]
    values = [name for name in columns if name not in keys]
    return {
        "table": table.name,
        "staged": f"incoming_{table.name}",
        "columns": ", ".join(columns),
        "keys": ", ".join(keys),
        "same": " AND ".join(f"t.{name} = i.{name}" for name in keys),
        "differs": " OR ".join(f"t.{name} {differs} i.{name}" for name in values),
        "fresh": ", ".join(f"{name} = excluded.{name}" for name in values),
    }


def _fill(connection: Connection, name: str, columns: Columns) -> None:
    """Add rows to a table of this name."""
    raw: Any = connection.connection.driver_connection
    listed = ", ".join(columns)
    if _is_sqlite(connection):
        marks = ", ".join("?" * len(columns))
        raw.executemany(_INSERT.format(name=name, columns=listed, marks=marks), _rows(columns))
        return
    with raw.cursor() as cursor, cursor.copy(_COPY_IN.format(name=name, columns=listed)) as stream:
        for part in pa.table(dict(columns)).to_batches(max_chunksize=65_536):
            content = io.BytesIO()
            csv.write_csv(part, content, csv.WriteOptions(include_header=False))
            stream.write(content.getvalue())


def _rows(columns: Columns) -> Iterator[tuple[Any, ...]]:
    length = len(next(iter(columns.values())))
    for begin in range(0, length, _BATCH):
        yield from zip(*(one.slice(begin, _BATCH).to_pylist() for one in columns.values()), strict=True)


def _fetched(connection: Connection, query: Select[Any], kinds: Mapping[str, pa.DataType]) -> pa.Table:
    raw: Any = connection.connection.driver_connection
    cursor = raw.execute(_literal(query, sqlite.dialect()))
    parts = []
    while rows := cursor.fetchmany(_BATCH):
        found = zip(*rows, strict=True)
        columns = [pa.array(values, kind) for values, kind in zip(found, kinds.values(), strict=True)]
        parts.append(pa.record_batch(columns, names=list(kinds)))
    return pa.Table.from_batches(parts, pa.schema(list(kinds.items())))


def _copied(connection: Connection, query: Select[Any], kinds: Mapping[str, pa.DataType]) -> pa.Table:
    raw: Any = connection.connection.driver_connection
    statement = _COPY_OUT.format(query=_literal(query, postgresql.dialect()))  # type: ignore[no-untyped-call]
    with raw.cursor() as cursor, cursor.copy(statement) as stream:
        content = b"".join(stream)
    if not content:
        return pa.schema(list(kinds.items())).empty_table()
    return csv.read_csv(
        io.BytesIO(content),
        csv.ReadOptions(column_names=list(kinds)),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(column_types=dict(kinds), null_values=[""], quoted_strings_can_be_null=False),
    )


def _literal(query: Select[Any], dialect: Any) -> str:
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
