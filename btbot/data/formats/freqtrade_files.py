"""Files that freqtrade finds in its ``user_data/data``."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import COLUMNS, Bars
from btbot.data.formats.tables import write_frame
from btbot.data.formats.tape import Trades

KINDS = ("feather", "parquet", "json", "json.gz")
_MINUTE_MS = 60_000


def write_candles(bars: Bars, folder: Path, *, exchange: str, market: str, kind: str) -> Path:
    """Write bars as ``EXCHANGE/BTC_USDT-1h.feather`` or ``EXCHANGE/futures/BTC_USDT_USDT-1h-futures.feather``."""
    ending = "-futures" if market == "perpetual" else ""
    path = _place(folder, exchange, market) / f"{_pair(bars.symbol, market)}-{bars.timeframe}{ending}.{kind}"
    frame = pd.DataFrame({"date": _dates(bars.time)} | {name: getattr(bars, name) for name in COLUMNS})
    write_frame(frame, path)
    return path


def write_funding(
    symbol: str,
    time: npt.NDArray[np.int64],
    rate: npt.NDArray[np.float64],
    folder: Path,
    *,
    exchange: str,
    kind: str,
) -> Path:
    """Write funding rates as ``EXCHANGE/futures/BTC_USDT_USDT-8h-funding_rate.feather``.

    They have the shape of candles whose open is the rate, which every version of freqtrade reads, and stand at full
    minutes, where freqtrade joins them with mark prices.
    """
    hours = int(np.rint(np.median(np.diff(time)) / 3_600_000)) if len(time) > 1 else 8
    path = _place(folder, exchange, "perpetual") / f"{_pair(symbol, 'perpetual')}-{hours}h-funding_rate.{kind}"
    frame = pd.DataFrame({"date": _dates(time // _MINUTE_MS * _MINUTE_MS), "open": rate})
    write_frame(frame.assign(**dict.fromkeys(COLUMNS[1:], 0.0)), path)
    return path


def write_trades(symbol: str, trades: Trades, folder: Path, *, exchange: str, market: str, kind: str) -> Path:
    """Write trades as ``EXCHANGE/BTC_USDT-trades.feather``."""
    path = _place(folder, exchange, market) / f"{_pair(symbol, market)}-trades.{kind}"
    frame = pd.DataFrame(
        {
            "timestamp": trades.time,
            "id": trades.trade.astype(object),
            "type": pd.Series([None] * len(trades.time), dtype=object),
            "side": np.where(trades.side > 0, "buy", "sell").astype(object),
            "price": trades.price,
            "amount": trades.amount,
            "cost": trades.price * trades.amount,
        }
    )
    write_frame(frame, path)
    return path


def _place(folder: Path, exchange: str, market: str) -> Path:
    return folder / exchange / "futures" if market == "perpetual" else folder / exchange


def _pair(symbol: str, market: str) -> str:
    bare = symbol.split(":")[0]
    settled = f"{bare}:{bare.split('/')[-1]}" if market == "perpetual" else bare
    return re.sub(r"[/ .@$+:]", "_", settled)


def _dates(time: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(time.astype("datetime64[ms]")).tz_localize("UTC")
