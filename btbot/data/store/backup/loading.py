"""Rows of a backup into empty tables, whichever database they came from."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import BigInteger, Connection, Double, Integer, LargeBinary, Table, func, select, text
from sqlalchemy.types import TypeEngine

from btbot.data.store.backup.archive import Manifest

_BATCH = 4_096
_BLOCK = 1 << 20
_NOTHING = r"\N"
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SELECT = "SELECT {columns} FROM {table} ORDER BY {keys}"
_INSERT = "INSERT INTO {table} ({columns}) VALUES ({marks})"
_COPY = "COPY {table} ({columns}) FROM STDIN"
_COUNTER = "SELECT pg_get_serial_sequence('{table}', '{column}')"


class Source(Protocol):
    """What a backup holds."""

    def columns(self, table: Table) -> list[str]:
        """Return the names of a table's columns in the backup."""

    def rows(self, table: Table) -> Iterable[Sequence[Any]]:
        """Return the rows of a table, as SQLite takes them."""

    def text(self, table: Table) -> Iterator[bytes] | None:
        """Return the rows of a table as PostgreSQL's COPY wrote them; None if it did not."""


class OfSqlite:
    """The tables of a file of SQLite.

    Parameters
    ----------
    connection
        To that file.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def columns(self, table: Table) -> list[str]:
        """Return the names of a table's columns."""
        there = {row[1] for row in self._connection.execute(f"PRAGMA table_info({table.name})")}
        return [column.name for column in table.columns if column.name in there]

    def rows(self, table: Table) -> Iterable[Sequence[Any]]:
        """Return the rows of a table."""
        keys = ", ".join(column.name for column in table.primary_key)
        columns = ", ".join(self.columns(table))
        return self._connection.execute(_SELECT.format(columns=columns, table=table.name, keys=keys))

    def text(self, table: Table) -> None:
        """Return None: there is none."""


class OfTexts:
    """The tables of an archive with a text each.

    Parameters
    ----------
    zipped, manifest
        The archive.
    """

    def __init__(self, zipped: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zipped = zipped
        self._manifest = manifest

    def columns(self, table: Table) -> list[str]:
        """Return the names of a table's columns."""
        return list(self._manifest.columns[table.name])

    def rows(self, table: Table) -> Iterator[Sequence[Any]]:
        """Return the rows of a table."""
        readers = [_reader(table.columns[name].type) for name in self.columns(table)]
        with self._zipped.open(f"{table.name}.copy") as stream:
            for line in stream:
                cells = line.decode().removesuffix("\n").split("\t")
                yield [
                    None if cell == _NOTHING else read(_unescaped(cell) if "\\" in cell else cell)
                    for read, cell in zip(readers, cells, strict=True)
                ]

    def text(self, table: Table) -> Iterator[bytes]:
        """Return the text of a table."""
        with self._zipped.open(f"{table.name}.copy") as stream:
            while block := stream.read(_BLOCK):
                yield block


def load(connection: Connection, source: Source, tables: Sequence[Table]) -> None:
    """Write the rows of a backup into tables that are empty."""
    fill = _into_sqlite if connection.dialect.name == "sqlite" else _into_postgres
    for table in tables:
        fill(connection, source, table)


def _into_sqlite(connection: Connection, source: Source, table: Table) -> None:
    columns = source.columns(table)
    statement = _INSERT.format(table=table.name, columns=", ".join(columns), marks=", ".join("?" * len(columns)))
    raw: Any = connection.connection.driver_connection
    rows = iter(source.rows(table))
    while batch := list(islice(rows, _BATCH)):
        raw.executemany(statement, batch)


def _into_postgres(connection: Connection, source: Source, table: Table) -> None:
    raw: Any = connection.connection.driver_connection
    statement = _COPY.format(table=table.name, columns=", ".join(source.columns(table)))
    with raw.cursor() as cursor, cursor.copy(statement) as stream:
        content = source.text(table)
        if content is None:
            for row in source.rows(table):
                stream.write_row(row)
        else:
            for block in content:
                stream.write(block)
    _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Let a counter of keys go on after the largest one."""
    for column in table.primary_key:
        if not isinstance(column.type, Integer):
            continue
        counter = connection.execute(text(_COUNTER.format(table=table.name, column=column.name))).scalar()
        largest = connection.execute(select(func.max(column))).scalar()
        if counter is not None and largest is not None:
            connection.execute(select(func.setval(counter, largest)))


def _reader(kind: TypeEngine[Any]) -> Callable[[str], Any]:
    # SQLite itself would read some numbers of 17 digits as the float beside the right one.
    for types, read in (((Integer, BigInteger), int), (Double, float), (LargeBinary, _bytes)):
        if isinstance(kind, types):
            return read
    return str


def _bytes(cell: str) -> bytes:
    return bytes.fromhex(cell.removeprefix(r"\x"))


def _unescaped(cell: str) -> str:
    first, *others = cell.split("\\")
    parts, others = [first], others[::-1]
    while others:
        part = others.pop()
        if part:
            parts += [_ESCAPES.get(part[0], part[0]), part[1:]]
        else:  # two backslashes: what follows is plain
            parts += ["\\", others.pop() if others else ""]
    return "".join(parts)
