"""The candles of the benchmark, as one DataFrame with the open time in UTC as its index."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

QUARTER_HOURS = 35_040
MINUTES = 525_600


def folder() -> Path:
    """Return the folder of real candles that BTBOT_TEST_DATA names."""
    name = os.environ.get("BTBOT_TEST_DATA")
    if not name or not Path(name).is_dir():
        raise SystemExit(f"BTBOT_TEST_DATA is {name!r}: set it to the folder of real candles")
    return Path(name)


def read(*names: str) -> pd.DataFrame:
    """Read and join files of the shared format."""
    parts = [pd.read_csv(folder() / name, index_col="timestamp", dtype=np.float64) for name in names]
    frame = pd.concat(parts)
    frame = frame[~frame.index.duplicated()].sort_index()
    frame.index = pd.DatetimeIndex(pd.to_datetime(frame.index, unit="ms", utc=True), name="time")
    return frame[["open", "high", "low", "close", "volume"]]


def quarter_hours(bars: int = QUARTER_HOURS) -> pd.DataFrame:
    """Return the last `bars` quarter hours of BTC/USDT."""
    return read("BTCUSDT-15m-binance.csv.gz").iloc[-bars:]


def minutes(bars: int = MINUTES) -> pd.DataFrame:
    """Return the last `bars` minutes of BTC/USD: the year 2018, filled up with the end of 2017."""
    return read("BTCUSD-1m-bitfinex-2017.csv.gz", "BTCUSD-1m-bitfinex-2018.csv.gz").iloc[-bars:]
