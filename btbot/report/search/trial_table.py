"""The trials as files, ranked: all of them in ``trials.parquet``, the best in ``trials.csv``."""

from __future__ import annotations

from csv import writer
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btbot.bars import IntArray
from btbot.report.search.given import Dimension, Trials
from btbot.report.search.words import word

IN_CSV = 10_000
_ROWS = 65_536  # in memory at a time


def write_trials(trials: Trials, order: IntArray, folder: Path) -> None:
    """Write ``trials.parquet`` and ``trials.csv`` into an existing folder.

    Columns are rank (from 1), trial, status, the parameters, the objectives and the figures. No number is rounded,
    what is not a number is empty, and memory does not grow with the number of trials.

    Parameters
    ----------
    order
        int64 of shape (n,): numbers of the trials, best first.
    """
    import pyarrow as pa
    from pyarrow import parquet

    empty = _chunk(trials, order[:0], 0)
    kinds = {"rank": "int64", "trial": "int64", "status": "string"}
    kinds |= {_name(one, empty): _kind(one) for one in trials.dimensions}
    schema = pa.schema([(name, pa.type_for_alias(kinds.get(name, "float64"))) for name in empty.columns])
    _write_csv(_arrow(_chunk(trials, order[:IN_CSV], 0), schema), folder / "trials.csv")
    repeated = [name for name in kinds if name not in ("rank", "trial")]
    options = {"compression": "zstd", "compression_level": 1, "use_dictionary": repeated}
    with parquet.ParquetWriter(folder / "trials.parquet", schema, **options) as file:
        for start in range(0, len(order), _ROWS):
            file.write_table(_arrow(_chunk(trials, order[start : start + _ROWS], start), schema))


def _chunk(trials: Trials, numbers: IntArray, start: int) -> pd.DataFrame:
    """Return some trials with their ranks; words stand as they do in a configuration."""
    frame = trials.frame(numbers).rename(
        columns={one.label: one.key for one in trials.dimensions if one.label == "rank"}
    )
    for one in trials.dimensions:
        if _kind(one) == "string":
            frame[_name(one, frame)] = [word(value) for value in frame[_name(one, frame)]]
    frame.insert(0, "rank", np.arange(start + 1, start + 1 + len(numbers)))
    return frame


def _arrow(frame: pd.DataFrame, schema: Any) -> Any:
    import pyarrow as pa

    return pa.table([pa.array(frame[one.name], one.type, from_pandas=True) for one in schema], schema=schema)


def _write_csv(table: Any, path: Path) -> None:
    """Write a table; every float is its shortest text that reads back as the same number."""
    from pyarrow import csv

    with path.open("w", encoding="utf-8", newline="") as head:
        writer(head, lineterminator="\n").writerow(table.column_names)
    with path.open("ab") as body:
        csv.write_csv(table, body, csv.WriteOptions(include_header=False, quoting_style="needed"))


def _name(dimension: Dimension, frame: pd.DataFrame) -> str:
    """Return a parameter's column: its short name, or its key where a figure has that name."""
    return dimension.key if dimension.key in frame else dimension.label


def _kind(dimension: Dimension) -> str:
    """Return the Arrow type of a parameter's column."""
    if dimension.kind != "choice":
        return "int64" if dimension.kind == "int" else "float64"
    kinds: set[type[Any]] = {type(one) for one in dimension.choices}
    if kinds == {bool}:
        return "bool"
    if kinds == {int}:
        return "int64"
    return "float64" if kinds <= {int, float} else "string"
