"""A column of a file as numbers; what is no number is refused with its line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from btbot.data.table import Table, as_text
from btbot.errors import DataError

FloatArray = npt.NDArray[np.float64]
_NOTHING = pa.array(["", "nan", "null", "none", "n/a", "na", "-"])  # read as NaN: the gate judges them


def floats(table: Table, role: str) -> FloatArray:
    """Return a column as float64 of shape (n,); empty cells are NaN.

    Raises
    ------
    DataError
        For a cell that is no number, with its line.
    """
    column = table.columns[role]
    try:
        return _to_numpy(column.cast(pa.float64()))
    except pa.ArrowException:
        text = as_text(column, table.source)
    text = pc.if_else(pc.is_in(pc.utf8_lower(text), _NOTHING), pa.scalar(None, pa.string()), text)
    try:
        return _to_numpy(text.cast(pa.float64()))
    except pa.ArrowException:
        return _by_pandas(text, table, role)


def _by_pandas(text: pa.ChunkedArray, table: Table, role: str) -> FloatArray:
    cells = pd.Series(text.to_pylist(), dtype=object)
    values = pd.to_numeric(cells, errors="coerce")
    unreadable = np.flatnonzero(values.isna().to_numpy() & cells.notna().to_numpy())
    if unreadable.size:
        at = int(unreadable[0])
        raise DataError(
            f"{table.where(at)}: {role} is {cells.iloc[at][:40]!r}, a number such as 1234.5 is expected; "
            "correct the line"
        )
    return values.to_numpy(np.float64)


def _to_numpy(column: pa.ChunkedArray) -> FloatArray:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64) if len(column) else np.empty(0)
