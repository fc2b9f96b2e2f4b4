"""Parquet and feather files."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from btbot.data import layout
from btbot.data.table import Table
from btbot.errors import DataError

MAGICS = (b"PAR1", b"ARROW1", b"FEA1")
MAX_ROWS = 100_000_000  # a file may claim more rows than its size suggests


def read_columns(content: bytes, source: str, *, chosen: Mapping[str, str], symbol: str | None) -> Table:
    """Read the columns that hold candles.

    Raises
    ------
    DataError
        If the file is damaged, too large, without rows, or without the columns.
    """
    try:
        table, names = _load(content, source, chosen, symbol)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{source}: is a damaged parquet or feather file ({reason}); download it again") from error
    if not table.num_rows:
        raise DataError(f"{source}: has columns but no candle in them; download or export the file again")
    lines = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return Table(source, {role: table.column(at) for at, role in enumerate(names)}, lines, "row")


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
