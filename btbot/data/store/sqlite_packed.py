"""Many rows of SQLite as arrays, without an object for a row: SQLite itself lays the values side by side.

A statement copies the rows into a table in memory all of whose values are REAL. Its records then are of one length
and hold big-endian float64, and numpy reads them in the pages of the table. That is the documented format of every
file of SQLite, https://www.sqlite.org/fileformat2.html; where a page is not as expected, `Unexpected` is raised and
rows are fetched as usual. The connection is the caller's, hence what its transaction wrote is seen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from btbot.bars import COLUMNS
from btbot.data.store.columns import Columns, FloatArray, batches, split

CHUNK = 65_536  # rows, whose pages stay allocated with the connection
_FIRST_ROW = 1 << 21  # from here on the number of a row takes four bytes, up to 2**28
_REALS, _ALL_REAL = 0x07070700, 0x07070707  # the types of three and of four values
_LEAF, _INNER = 13, 5
_KEYS = ("series_id", "time")
_PREPARE = ("ATTACH ':memory:' AS packing", "PRAGMA packing.page_size = 65536", "PRAGMA packing.secure_delete = OFF")
_TABLE = "CREATE TABLE IF NOT EXISTS packing.packed_{width} ({names})"
_ROOT = "SELECT rootpage FROM packing.sqlite_schema WHERE name = 'packed_{width}'"
_CLEAR = "DELETE FROM packing.packed_{width}"
_BEGIN = "INSERT INTO packing.packed_{width} (rowid, {names}) VALUES ({first}, {zeros})"
_PACK = """\
INSERT INTO packing.packed_{width}
SELECT {values} FROM candles WHERE series_id IN ({marks}) AND time >= ? AND time < ? ORDER BY {order} LIMIT ?"""


class Unexpected(Exception):
    """SQLite does not lay out its pages as documented, or not in memory."""


class _Rows:
    """Rows of float64 that come in parts; whole numbers up to 2**53 are exact in it."""

    def __init__(self, width: int, about: int) -> None:
        self._values = np.empty((width, max(about, 1)))
        self.count = 0

    def __getitem__(self, column: int | slice) -> FloatArray:
        return self._values[column, ..., : self.count]

    def add(self, part: FloatArray) -> None:
        """Take rows of shape (n, width)."""
        end = self.count + len(part)
        if end > self._values.shape[1]:
            more = np.empty((len(self._values), end))
            self._values = np.concatenate([self._values[:, : self.count], more], axis=1)
        self._values[:, self.count : end] = part.T
        self.count = end


def available(raw: sqlite3.Connection) -> bool:
    """Return whether this SQLite gives its pages."""
    return hasattr(raw, "serialize")


def read(
    raw: sqlite3.Connection, ids: Sequence[int], start: int, end: int, at_most: Sequence[int] | None
) -> dict[int, Columns]:
    """Return the candles of some series that open in ``[start, end)``.

    Raises
    ------
    Unexpected
        If they have to be fetched.
    """
    found: dict[int, Columns] = {}
    for batch, size in batches(ids, [CHUNK] * len(ids) if at_most is None else at_most, CHUNK):
        rows = _Rows(len(COLUMNS) + min(len(batch), 2), size)
        if len(batch) == 1:
            columns = _one(raw, batch[0], start, end, rows)
            found |= {batch[0]: columns} if rows.count else {}
        else:
            _pack(raw, rows, batch, start, end, order="series_id, time", limit=-1)
            found |= split(rows[0].astype(np.int64), rows[1].astype(np.int64), rows[2:].T)
    return found


def tail(raw: sqlite3.Connection, series_id: int, count: int, end: int) -> Columns:
    """Return the last `count` candles that open before `end`; raises as `read`."""
    rows = _Rows(1 + len(COLUMNS), min(count, CHUNK))
    while rows.count < count:
        limit = min(count - rows.count, CHUNK)
        if _pack(raw, rows, [series_id], -(2**62), end, order="time DESC", limit=limit) < limit:
            break
        end = int(rows[0][-1])
    return Columns(rows[0][::-1].astype(np.int64), rows[1:][:, ::-1].T)


def _one(raw: sqlite3.Connection, series_id: int, start: int, end: int, rows: _Rows) -> Columns:
    """Return the candles of a series, one chunk after the other."""
    while start < end and _pack(raw, rows, [series_id], start, end, order="time", limit=CHUNK) == CHUNK:
        start = int(rows[0][-1]) + 1
    return Columns(rows[0].astype(np.int64), rows[1:].T)


def _pack(
    raw: sqlite3.Connection, rows: _Rows, ids: Sequence[int], start: int, end: int, *, order: str, limit: int
) -> int:
    """Add candles of some series, with their keys if they are several; return how many there were."""
    names = (*_KEYS[-min(len(ids), 2) :], *COLUMNS)
    words = {"width": len(names), "names": ", ".join(names), "first": _FIRST_ROW, "order": order}
    words |= {"zeros": ", ".join(["0.0"] * len(names)), "marks": ", ".join("?" * len(ids))}
    words["values"] = ", ".join(f"CAST({name} AS REAL)" if name in _KEYS else name for name in names)
    root = _prepared(raw, words)
    raw.execute(_CLEAR.format(**words))
    raw.execute(_BEGIN.format(**words))
    count = raw.execute(_PACK.format(**words), (*ids, start, end, limit)).rowcount
    before = rows.count
    pages, skipped = raw.serialize(name="packing"), 1  # the first row only sets the numbers of the others
    for leaf in _leaves(pages, root):
        rows.add(_cells(pages, leaf, len(names))[skipped:])
        skipped = 0
    if rows.count - before != count:
        raise Unexpected(f"{rows.count - before} rows of {count}")
    return count


def _prepared(raw: sqlite3.Connection, words: dict[str, object]) -> int:
    """Make the table unless it is there, and return its first page."""
    if not raw.execute("SELECT 1 FROM pragma_database_list WHERE name = 'packing'").fetchone():
        for statement in _PREPARE:
            raw.execute(statement)
    raw.execute(_TABLE.format(**words))
    return int(raw.execute(_ROOT.format(**words)).fetchone()[0])


def _leaves(pages: bytes, number: int) -> Iterator[int]:
    """Yield where the pages of rows begin, in the order of their rows."""
    size = _number(pages, 16, 2)
    at = (number - 1) * (65_536 if size == 1 else size)
    if pages[at] == _LEAF:
        yield at
        return
    if pages[at] != _INNER:
        raise Unexpected(f"a page of kind {pages[at]}")
    for pointer in np.frombuffer(pages, ">u2", _number(pages, at + 3, 2), at + 12).tolist():
        yield from _leaves(pages, _number(pages, at + pointer, 4))
    yield from _leaves(pages, _number(pages, at + 8, 4))


def _cells(pages: bytes, leaf: int, width: int) -> FloatArray:
    """Return the values of a page's rows, big-endian; their records lie from its end to its beginning."""
    kind = _cell(width)
    places = np.frombuffer(pages, ">u2", _number(pages, leaf + 3, 2), leaf + 8).astype(np.int64)
    if not len(places) or (np.diff(places) != -kind.itemsize).any():
        raise Unexpected("records that are not side by side")
    cells = np.ndarray(len(places), kind, pages, leaf + int(places[-1]))[::-1]
    for name, expected in (("size", 1 + 9 * width), ("first types", _REALS | width + 1), ("last types", _ALL_REAL)):
        if (cells[name] != expected).any():
            raise Unexpected("records that are not all REAL")
    values: FloatArray = cells["values"]
    return values


@cache
def _cell(width: int) -> np.dtype[np.void]:
    """Return a record: its size, the number of its row, the size of its head, the types of its values, and those."""
    fields = {"size": ("u1", 0), "first types": ("<u4", 5), "last types": ("<u4", 2 + width)}
    fields["values"] = (f"({width},)>f8", 6 + width)
    kinds, offsets = zip(*fields.values(), strict=True)
    return np.dtype(
        {"names": list(fields), "formats": list(kinds), "offsets": list(offsets), "itemsize": 6 + 9 * width}
    )


def _number(pages: bytes, at: int, size: int) -> int:
    return int.from_bytes(pages[at : at + size], "big")
