"""Bars and overlays of a run in one compact file, so that its chart can be drawn again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from btbot.bars import COLUMNS, Bars, FloatArray
from btbot.timeframe import Timeframe

Overlays = dict[str, dict[str, FloatArray]]
_KEY = b"btbot"


def write_candles(bars: dict[str, Bars], overlays: Overlays, path: Path) -> None:
    """Write all symbols below each other as Parquet; an overlay is a column ``overlay:NAME``.

    Raises
    ------
    ValueError
        If an overlay has another length than its symbol's bars.
    """
    import pyarrow as pa
    from pyarrow import parquet

    names = sorted({name for symbol in bars for name in overlays.get(symbol, {})})
    columns: dict[str, Any] = {"symbol": pa.array(_symbols(bars)).dictionary_encode()}
    for column in ("time", *COLUMNS):
        columns[column] = _stack([getattr(one, column) for one in bars.values()])
    for name in names:
        columns[f"overlay:{name}"] = _stack([_overlay(overlays, one, name) for one in bars.values()])
    parts = [
        {
            "symbol": symbol,
            "rows": len(one),
            "timeframe": str(one.timeframe),
            "overlays": list(overlays.get(symbol, {})),
        }
        for symbol, one in bars.items()
    ]
    table = pa.table(columns).replace_schema_metadata({_KEY: json.dumps(parts)})
    parquet.write_table(table, path, compression="zstd", compression_level=1, write_statistics=False)


def read_candles(path: Path) -> tuple[dict[str, Bars], Overlays]:
    """Read what `write_candles` wrote."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    bars: dict[str, Bars] = {}
    overlays: Overlays = {}
    start = 0
    for part in json.loads(table.schema.metadata[_KEY]):
        rows = table.slice(start, part["rows"])
        start += part["rows"]
        values = {name: rows[name].to_numpy() for name in ("time", *COLUMNS)}
        symbol = part["symbol"]
        bars[symbol] = Bars(symbol, Timeframe.parse(part["timeframe"]), **values)
        overlays[symbol] = {name: rows[f"overlay:{name}"].to_numpy() for name in part["overlays"]}
    return bars, overlays


def _symbols(bars: dict[str, Bars]) -> list[str]:
    return [symbol for symbol, one in bars.items() for _ in range(len(one))]


def _stack(parts: list[Any]) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0)


def _overlay(overlays: Overlays, bars: Bars, name: str) -> FloatArray:
    values = overlays.get(bars.symbol, {}).get(name)
    if values is None:
        return np.full(len(bars), np.nan)
    array = np.asarray(values, np.float64)
    if array.shape != (len(bars),):
        raise ValueError(
            f"{bars.symbol}: overlay {name!r} has shape {array.shape}, the bars have ({len(bars)},); "
            "a plotted series needs one value a bar"
        )
    return array
