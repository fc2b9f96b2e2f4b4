"""A file's columns before anyone knows what they mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from btbot.errors import DataError

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of a file with the line that each row stands in.

    Parameters
    ----------
    source
        Name of the file, for messages.
    columns
        What each role (``time``, ``open``, ..., ``symbol``) holds; text in a csv file, typed otherwise.
    lines
        int64 of shape (n,): the line of each row; the row's number, from 1, in files without lines.
    unit_of_place
        ``line`` or ``row``.
    """

    source: str
    columns: dict[str, pa.ChunkedArray]
    lines: IntArray
    unit_of_place: str = "line"

    def where(self, row: int) -> str:
        """Return ``FILE, line 7`` for a row counted from 0."""
        return f"{self.source}, {self.unit_of_place} {int(self.lines[row])}"

    def keep(self, mask: pa.ChunkedArray | npt.NDArray[np.bool_]) -> Table:
        """Return the rows where the mask is true."""
        chosen = pa.array(mask) if isinstance(mask, np.ndarray) else mask
        columns = {role: column.filter(chosen) for role, column in self.columns.items()}
        lines = self.lines[np.asarray(chosen)]
        return Table(self.source, columns, lines, self.unit_of_place)

    def take(self, rows: IntArray) -> Table:
        """Return the rows at ascending positions."""
        first, count = int(rows[0]), len(rows)
        if int(rows[-1]) - first + 1 == count:
            columns = {role: column.slice(first, count) for role, column in self.columns.items()}
        else:
            columns = {role: column.take(pa.array(rows)) for role, column in self.columns.items()}
        return Table(self.source, columns, self.lines[rows], self.unit_of_place)

    def in_one_piece(self) -> Table:
        """Return it with each column in one chunk, of which rows are taken fast."""
        columns = {role: pa.chunked_array([column.combine_chunks()]) for role, column in self.columns.items()}
        return Table(self.source, columns, self.lines, self.unit_of_place)


def as_text(column: pa.ChunkedArray, source: str) -> pa.ChunkedArray:
    """Return a column as text without blanks around it."""
    try:
        return pc.utf8_trim_whitespace(column.cast(pa.string()))
    except pa.ArrowException as error:
        raise DataError(f"{source}: a column of type {column.type} cannot be read as text; export it again") from error
