"""Parquet and feather files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from btbot.data import layout
from btbot.data.archive import unpack
from btbot.data.table import Table
from btbot.errors import DataError

MAGICS = (b"PAR1", b"ARROW1", b"FEA1")
_BATCH = 1 << 18  # rows
MAX_ROWS = 100_000_000  # a file may claim more rows than its size suggests


def read_columns(content: bytes, source: str, *, chosen: Mapping[str, str], symbol: str | None) -> Table:
    """Read the columns that hold candles.

    Raises
    ------
    DataError
        If the file is damaged, too large, without rows, or without the columns.
    """
    with _explained(source):
        table, names = _load(content, source, chosen, symbol)
    if not table.num_rows:
        raise DataError(f"{source}: has columns but no candle in them; download or export the file again")
    lines = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return Table(source, {role: table.column(at) for at, role in enumerate(names)}, lines, "row")


def names_of(path: Path) -> list[str]:
    """Return the columns of a parquet or feather file; errors as `read_columns`."""
    with _explained(path.name):
        return [str(name) for name in _schema(unpack(path)).names]


def batches(path: Path, roles: Mapping[str, int]) -> Iterator[Table]:
    """Yield some rows after the other of the columns at the positions of `roles`; errors as `read_columns`."""
    from pyarrow import feather, parquet

    content, above = unpack(path), 0
    with _explained(path.name):
        buffer = pa.BufferReader(content)
        if content.startswith(b"PAR1"):
            pieces = parquet.ParquetFile(buffer).iter_batches(batch_size=_BATCH)
        else:
            pieces = feather.read_table(buffer, memory_map=False).to_batches(max_chunksize=_BATCH)
        for piece in pieces:
            table = pa.Table.from_batches([piece])
            lines = np.arange(above + 1, above + table.num_rows + 1, dtype=np.int64)
            above += table.num_rows
            yield Table(path.name, {role: table.column(at) for role, at in roles.items()}, lines, "row")


def _schema(content: bytes) -> pa.Schema:
    from pyarrow import feather, parquet

    buffer = pa.BufferReader(content)
    if content.startswith(b"PAR1"):
        return parquet.ParquetFile(buffer).schema_arrow
    if content.startswith(b"ARROW1"):
        return pa.ipc.open_file(buffer).schema
    return feather.read_table(buffer, memory_map=False).schema


@contextmanager
def _explained(source: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{source}: is a damaged parquet or feather file ({reason}); download it again") from error


def _load(content: bytes, source: str, chosen: Mapping[str, str], symbol: str | None) -> tuple[pa.Table, list[str]]:
    from pyarrow import feather, parquet

    buffer = pa.BufferReader(content)
    if content.startswith(b"PAR1"):
        file = parquet.ParquetFile(buffer)
        _bounded(file.metadata.num_rows, source)
        roles = _roles(file.schema_arrow.names, source, chosen, symbol)
        table = file.read(columns=[file.schema_arrow.names[at] for at in roles.values()])
        wanted = [file.schema_arrow.names[at] for at in roles.values()]
    else:
        table = feather.read_table(buffer, memory_map=False)
        _bounded(table.num_rows, source)
        roles = _roles(table.column_names, source, chosen, symbol)
        wanted = [table.column_names[at] for at in roles.values()]
    return table.select(wanted), list(roles)


def _roles(names: list[str], source: str, chosen: Mapping[str, str], symbol: str | None) -> dict[str, int]:
    roles = layout.by_name(names, chosen=chosen, symbol=symbol)
    if problem := layout.problem(roles, names, chosen=chosen):
        raise DataError(f"{source}: {problem}")
    return roles


def _bounded(rows: int, source: str) -> None:
    if rows > MAX_ROWS:
        raise DataError(f"{source}: has {rows:,} rows, {MAX_ROWS:,} are allowed; split the file by year")
