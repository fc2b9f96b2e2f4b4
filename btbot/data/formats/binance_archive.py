"""Candles and funding rates as data.binance.vision keeps them: a zip a month, and its checksum."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import COLUMNS, Bars
from btbot.data.formats.whole_files import write_zip
from btbot.data.symbol import plain

_MICROSECONDS_FROM = 1_735_689_600_000  # 2025-01-01: spot archives count microseconds from then on
_NAMES = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)
_FOLDERS = {"spot": ("data", "spot"), "perpetual": ("data", "futures", "um")}
_HOUR_MS = 3_600_000


def write_klines(bars: Bars, folder: Path, *, market: str) -> Iterator[tuple[Path, int]]:
    """Write bars below a folder, and yield each file with its number of bars.

    Columns that the store does not keep (quote volume, count of trades, takers' volumes) are 0.
    """
    symbol, timeframe = plain(bars.symbol), str(bars.timeframe)
    place = folder.joinpath(*_FOLDERS[market], "monthly", "klines", symbol, timeframe)
    for month, rows in _months(bars.time):
        part = bars.slice(rows.start, rows.stop)
        unit = 1_000 if market == "spot" and part.time[0] >= _MICROSECONDS_FROM else 1
        opens, closes = part.time * unit, part.close_time * unit - 1
        kept = {name: getattr(part, name) for name in COLUMNS}
        frame = pd.DataFrame({"t": opens, **kept, "until": closes, **dict.fromkeys("abcde", 0)})
        path = place / f"{symbol}-{timeframe}-{month}.zip"
        write_zip(path, f"{_NAMES}\n" * (market != "spot") + frame.to_csv(index=False, header=False))
        yield path, len(part)


def write_funding(
    symbol: str, time: npt.NDArray[np.int64], rate: npt.NDArray[np.float64], folder: Path
) -> Iterator[tuple[Path, int]]:
    """Write funding rates of a perpetual below a folder, and yield each file with its number of rates."""
    name = plain(symbol)
    place = folder.joinpath(*_FOLDERS["perpetual"], "monthly", "fundingRate", name)
    hours = (
        np.rint(np.diff(time, prepend=2 * time[:1] - time[1:2]) / _HOUR_MS).astype(np.int64) if len(time) > 1 else [8]
    )
    frame = pd.DataFrame({"calc_time": time, "funding_interval_hours": hours, "last_funding_rate": rate})
    for month, rows in _months(time):
        path = place / f"{name}-fundingRate-{month}.zip"
        write_zip(path, frame.iloc[rows].to_csv(index=False))
        yield path, rows.stop - rows.start


def _months(time: npt.NDArray[np.int64]) -> Iterator[tuple[str, slice]]:
    """Yield the months in UTC with their rows."""
    months = time.astype("datetime64[ms]").astype("datetime64[M]")
    names, first = np.unique(months, return_index=True)
    ends = [*first[1:].tolist(), len(time)]
    for month, begin, end in zip(names, first.tolist(), ends, strict=True):
        yield str(month), slice(begin, end)
