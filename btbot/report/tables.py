"""Trades, orders and equity as CSV files, and back without losing a digit."""

from __future__ import annotations

from csv import reader
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import IntArray

TRADE_TIMES = ("entry_time", "exit_time")
ORDER_TIMES = ("created_time", "fill_time")
_TEXT = ("strategy", "symbol", "side", "exit_reason", "type", "status", "reason")
_WHOLE = ("id", "bars_held")


def iso_texts(epoch_ms: IntArray) -> npt.NDArray[np.str_]:
    """Return epoch milliseconds as ISO 8601 UTC texts with ``Z``, with milliseconds only where one needs them."""
    unit: Literal["ms", "s"] = "ms" if (epoch_ms % 1000).any() else "s"
    return np.datetime_as_string(epoch_ms.astype("datetime64[ms]"), unit=unit, timezone="UTC")


def write_table(frame: pd.DataFrame, path: Path, times: tuple[str, ...]) -> None:
    """Write trades or orders; floats keep every digit, an empty time or number is an empty field."""
    out = frame.copy()
    for name in times:
        stamps = pd.DatetimeIndex(pd.to_datetime(out[name], utc=True)).as_unit("ms")
        texts = np.full(len(stamps), "", dtype=object)
        texts[stamps.notna()] = iso_texts(stamps.asi8[stamps.notna()])
        out[name] = texts
    out.to_csv(path, index=False, lineterminator="\n")


def read_table(path: Path, times: tuple[str, ...]) -> pd.DataFrame:
    """Read what `write_table` wrote: the same numbers, texts and times."""
    with path.open(encoding="utf-8") as file:
        columns = next(reader(file))
    kinds = {name: _kind(name, times) for name in columns}
    return _read(path, kinds, times)


def _kind(name: str, times: tuple[str, ...]) -> str:
    if name in _WHOLE:
        return "int64"
    return "string" if name in (*times, *_TEXT) else "float64"


def _read(path: Path, kinds: dict[str, str], times: tuple[str, ...]) -> pd.DataFrame:
    """Read a CSV file with Arrow, whose conversion of digits to floats is exact."""
    from pyarrow import csv

    options = csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=False)
    frame: pd.DataFrame = csv.read_csv(path, convert_options=options).to_pandas()
    for name in times:
        texts = frame[name].where(frame[name] != "")
        frame[name] = pd.to_datetime(texts, utc=True, format="ISO8601").dt.as_unit("ms")
    return frame


def write_equity(equity: pd.DataFrame, path: Path) -> None:
    """Write ``time,equity,cash``; every float is its shortest text that reads back as the same number."""
    import pyarrow as pa
    from pyarrow import csv

    stamps = pd.DatetimeIndex(pd.to_datetime(equity["time"], utc=True)).as_unit("ms")
    columns = {"time": pa.array(iso_texts(stamps.asi8), pa.string())}
    for name in ("equity", "cash"):
        columns[name] = pa.array(equity[name].to_numpy(np.float64), from_pandas=True)
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write(b"time,equity,cash\n")
        csv.write_csv(pa.table(columns), file, options)


def read_equity(path: Path) -> pd.DataFrame:
    """Read what `write_equity` wrote."""
    return _read(path, {"time": "string", "equity": "float64", "cash": "float64"}, ("time",))
