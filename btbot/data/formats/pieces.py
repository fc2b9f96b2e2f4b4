"""The rows of a file some at a time, so that a file may be larger than the memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from btbot.data import columnar, delimited, json_rows
from btbot.data.archive import Readable, opened, unpack
from btbot.data.formats.header import Header
from btbot.data.table import Table
from btbot.errors import DataError

BLOCK_BYTES = 1 << 24


def pieces(path: Path, header: Header) -> Iterator[Table]:
    """Yield the columns of `header.roles`, some rows after the other.

    A damaged archive shows at its end: what was yielded before may be wrong, hence look at the whole file first.

    Raises
    ------
    DataError
        If the file is damaged, empty, or a row has another width; with the line.
    """
    with opened(path) as stream:
        head = stream.read(1 << 10)
        if not head.startswith(columnar.MAGICS) and not json_rows.is_json(head):
            yield from _of_text(_After(head, stream), path.name, header)
            return
    if head.startswith(columnar.MAGICS):
        yield from columnar.batches(path, header.roles)
        return
    content = unpack(path)
    text = io.BytesIO(json_rows.as_text(content, path.name))
    named = json_rows.has_names(content)
    for table in _of_text(text, path.name, header):
        yield replace(table, lines=table.lines - named, unit_of_place="row")


def whole(path: Path, header: Header) -> Table:
    """Return all rows of a file; errors as `pieces`."""
    found = list(pieces(path, header))
    roles = found[0].columns
    columns = {role: pa.chunked_array([chunk for one in found for chunk in one.columns[role].chunks]) for role in roles}
    return replace(found[0], columns=columns, lines=np.concatenate([one.lines for one in found]))


class _After:
    """A stream with the bytes that were already read from it."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        head, self._head = self._head, b""
        return head + self._stream.read(size)


def _of_text(stream: Readable, source: str, header: Header) -> Iterator[Table]:
    above, rest, rows = 0, b"", 0
    block = stream.read(BLOCK_BYTES)
    while block:
        following = stream.read(BLOCK_BYTES)
        lines = rest + block
        cut = lines.rfind(b"\n") + 1 if following else len(lines)
        ready, rest, block = lines[:cut], lines[cut:], following
        skip = max(header.lines_before_data - above, 0)
        if ready.strip() and (ready.count(b"\n") > skip or (not following and ready.count(b"\n") == skip)):
            table = _parse(ready, source, header, skip=skip, above=above)
            rows += len(table.lines)
            yield table
        above += ready.count(b"\n")
    if not rows:
        raise DataError(f"{source}: has no rows; download or export the file again")


def _parse(text: bytes, source: str, header: Header, *, skip: int, above: int) -> Table:
    return delimited.parse(
        text, source, roles=header.roles, names=header.names, skip=skip, delimiter=header.delimiter, above=above
    )
