"""Plain tables: one file, one row a candle, rate or trade."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btbot.bars import Bars
from btbot.data.formats.rates import Rates
from btbot.data.formats.tape import Trades
from btbot.data.formats.whole_files import written
from btbot.errors import ConfigError

KINDS = (".csv", ".csv.gz", ".parquet", ".feather", ".json", ".json.gz")


def kind_of(path: Path) -> str:
    """Return how the name of a file ends.

    Raises
    ------
    ConfigError
        If it ends in nothing known.
    """
    kind = next((kind for kind in reversed(KINDS) if path.name.endswith(kind)), None)
    if kind is None:
        raise ConfigError(f"{path}: a name that ends in {', '.join(KINDS)} is expected; for a folder say --format")
    return kind


def file_name(symbol: str, what: str, *, exchange: str, market: str, kind: str) -> str:
    """Return a name that says all that an import asks for.

    Examples
    --------
    >>> file_name("BTC/USDT", "1h", exchange="binance", market="perpetual", kind=".csv.gz")
    'BTC-USDT-perp-1h-binance.csv.gz'
    """
    name = re.sub(r"[^A-Za-z0-9]+", "-", symbol.split(":")[0])
    return "-".join((name, "perp" if market == "perpetual" else market, what, exchange)) + kind


def of_bars(bars: Bars) -> pd.DataFrame:
    """Return bars with the columns ``time`` (UTC) and open to volume."""
    return bars.frame.reset_index()


def of_rates(rates: Rates) -> pd.DataFrame:
    """Return funding rates with epoch milliseconds, and the mark price if one is known."""
    frame = pd.DataFrame({"timestamp": rates.time, "funding_rate": rates.rate, "mark_price": rates.mark_price})
    return frame.drop(columns="mark_price") if np.isnan(rates.mark_price).all() else frame


def of_trades(trades: Trades) -> pd.DataFrame:
    """Return trades with epoch milliseconds and the taker's side."""
    side = np.where(trades.side > 0, "buy", "sell").astype(object)
    names = trades.trade.astype(object)
    return pd.DataFrame(
        {"timestamp": trades.time, "id": names, "side": side, "price": trades.price, "amount": trades.amount}
    )


def write_frame(frame: pd.DataFrame, path: Path, *, named: bool = False) -> None:
    """Write a table; the file is whole or absent, and its numbers give back the same float64.

    Parameters
    ----------
    named
        Whether rows of JSON are objects with the names of the columns, not lists.
    """
    kind = kind_of(path)
    with written(path) as unfinished:
        if kind == ".parquet":
            frame.to_parquet(unfinished, index=False)
        elif kind == ".feather":
            frame.to_feather(unfinished, compression="lz4")
        elif kind.startswith(".json"):
            content = json.dumps(_rows(frame, named=named), separators=(",", ":")).encode()
            unfinished.write_bytes(gzip.compress(content, mtime=0) if kind.endswith(".gz") else content)
        else:
            packing = {"method": "gzip", "mtime": 0} if kind.endswith(".gz") else None
            frame.to_csv(unfinished, index=False, date_format="%Y-%m-%dT%H:%M:%SZ", compression=packing)


def _rows(frame: pd.DataFrame, *, named: bool) -> list[Any]:
    """Return rows with times as epoch milliseconds, and nothing in place of NaN."""
    columns = {}
    for name, column in frame.items():
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.as_unit("ms").astype("int64")
        columns[str(name)] = [None if value != value else value for value in column.tolist()]
    rows = zip(*columns.values(), strict=True)
    return [dict(zip(columns, row, strict=True)) if named else list(row) for row in rows]
