"""Recorded trades from files: Binance's own archives, parquet, feather, or csv with a header."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from btbot.bars import Bars
from btbot.data.archive import unpack
from btbot.errors import DataError
from btbot.exchange.units import SCALE
from btbot.timeframe import Timeframe

IntArray = npt.NDArray[np.int64]
MINUTE = Timeframe(60_000)
_COLUMNAR = (b"PAR1", b"ARROW1", b"FEA1")
_TIME = ("timestamp", "time", "transact_time", "t")
_PRICE = ("price", "p")
_QUANTITY = ("quantity", "qty", "amount", "size", "q")
_MAKER = ("buyer_maker", "is_buyer_maker", "isbuyermaker", "m")
_AGG_TRADES = {"price": 1, "quantity": 2, "time": 5, "maker": 6}  # without a header, as data.binance.vision has them
_TRADES = {"price": 1, "quantity": 2, "time": 4, "maker": 5}


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """Trades in the order of time, shape (n,).

    Parameters
    ----------
    time
        int64, epoch milliseconds UTC, not decreasing.
    price, quantity
        float64, quote and base currency, > 0.
    buyer_is_maker
        bool: the taker sold.
    """

    time: IntArray
    price: npt.NDArray[np.float64]
    quantity: npt.NDArray[np.float64]
    buyer_is_maker: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)

    def minutes(self, symbol: str, stop: int) -> Bars:
        """Give the finished one-minute candles of the first `stop` trades; minutes without a trade are left out."""
        bucket, price, quantity = self.time[:stop] // MINUTE.ms, self.price[:stop], self.quantity[:stop]
        if not stop:
            return Bars(symbol, MINUTE, bucket, price, price, price, price, quantity)
        first = np.flatnonzero(np.r_[True, bucket[1:] != bucket[:-1]])
        last = np.r_[first[1:], stop] - 1
        high, low = np.maximum.reduceat(price, first), np.minimum.reduceat(price, first)
        volume = np.add.reduceat(quantity, first)
        return Bars(symbol, MINUTE, bucket[first] * MINUTE.ms, price[first], high, low, price[last], volume)


def read_tape(path: Path, *, symbol: str | None = None) -> Tape:
    """Read recorded trades.

    Parameters
    ----------
    path
        aggTrades or trades of data.binance.vision (zip or csv, times in milli- or microseconds), or a csv, parquet or
        feather file with columns for time, price, quantity and the buyer's role (``buyer_maker``, or ``side`` of the
        taker).
    symbol
        Chosen where a column ``symbol`` holds several.

    Raises
    ------
    DataError
        If it is not such a file, or a value in it cannot be right.
    """
    content = unpack(path)
    try:
        frame = _columnar(content) if content.startswith(_COLUMNAR) else _delimited(content)
    except (pa.ArrowException, ValueError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: cannot be read as recorded trades ({str(error)[:100]})") from error
    if symbol is not None and "symbol" in frame:
        bare = frame["symbol"].astype(str).str.replace(r"\W", "", regex=True)
        frame = frame[bare == "".join(filter(str.isalnum, symbol))]
    tape = _tape(frame, path.name)
    _check(tape, path.name)
    return tape


def names_trades(columns: set[str]) -> bool:
    """Tell whether columns of these names are a table of trades.

    Examples
    --------
    >>> names_trades({"timestamp", "price", "amount", "side"}), names_trades({"open", "close", "price"})
    (True, False)
    """
    role = columns & {*_MAKER, "side"}
    return bool(role and columns & set(_PRICE) and columns & set(_QUANTITY) and not {"open", "close"} <= columns)


def archive_positions(line: str) -> dict[str, int] | None:
    """Give what stands where in a first line of Binance's archives, None for another one.

    Examples
    --------
    >>> archive_positions("7,100.5,0.25,25.125,1704067200123,False,True")["time"]
    4
    """
    cells = [cell.strip().lower() for cell in line.split(",")]
    for positions, widths in ((_TRADES, (7,)), (_AGG_TRADES, (7, 8))):
        if len(cells) in widths and cells[positions["maker"]] in ("true", "false"):
            return positions
    return None


def _columnar(content: bytes) -> pd.DataFrame:
    read = pd.read_parquet if content.startswith(b"PAR1") else pd.read_feather
    frame: pd.DataFrame = read(io.BytesIO(content))
    return frame.rename(columns=lambda name: str(name).strip().lower())


def _delimited(content: bytes) -> pd.DataFrame:
    first = content[:1_000].split(b"\n")[0].decode("utf-8-sig")
    positions = archive_positions(first)
    if positions is None:
        return pd.read_csv(io.BytesIO(content)).rename(columns=lambda name: str(name).strip().lower())
    frame = pd.read_csv(io.BytesIO(content), header=None, usecols=sorted(positions.values()))
    return pd.DataFrame({name: frame[at] for name, at in positions.items()})


def _tape(frame: pd.DataFrame, source: str) -> Tape:
    time = _column(frame, (*_TIME, "time"), source, "the time")
    maker = next((name for name in (*_MAKER, "maker") if name in frame), None)
    if maker is None and "side" not in frame:
        columns = ", ".join(map(str, frame.columns))
        raise DataError(f"{source}: no column for the buyer's role among {columns}; buyer_maker or side is needed")
    roles = frame["side"].astype(str).str.lower().isin(("sell", "s")) if maker is None else _truths(frame[maker])
    return Tape(
        _milliseconds(time),
        _column(frame, _PRICE, source, "the price").to_numpy(np.float64),
        _column(frame, _QUANTITY, source, "the quantity").to_numpy(np.float64),
        roles.to_numpy(np.bool_),
    )


def _column(frame: pd.DataFrame, names: Sequence[str], source: str, what: str) -> pd.Series[Any]:
    for name in names:
        if name in frame:
            return frame[name]
    raise DataError(
        f"{source}: no column for {what} of a trade among {', '.join(map(str, frame.columns))}; "
        f"name it {names[0]}, or is it a file of candles?"
    )


def _truths(column: pd.Series[Any]) -> pd.Series[Any]:
    return column if column.dtype == bool else column.astype(str).str.lower().isin(("true", "1"))


def _milliseconds(column: pd.Series[Any]) -> IntArray:
    if not pd.api.types.is_numeric_dtype(column):
        return pd.DatetimeIndex(pd.to_datetime(column, utc=True)).as_unit("ms").asi8
    time = column.to_numpy(np.int64)
    largest = int(time.max()) if len(time) else 0
    if largest > 10**17:
        return time // 1_000_000
    if largest > 10**14:  # since 2025 Binance's archives count microseconds
        return time // 1_000
    return time if largest > 10**11 else time * 1_000


def _check(tape: Tape, source: str) -> None:
    if not len(tape):
        raise DataError(f"{source}: holds no trade; check the file and the symbol")
    wrong = np.flatnonzero(~((tape.price * SCALE >= 0.5) & (tape.quantity * SCALE >= 0.5)))
    if wrong.size:
        at = int(wrong[0])
        raise DataError(
            f"{source}, trade {at + 1}: price {tape.price[at]:g} and quantity {tape.quantity[at]:g}, "
            "both must be above 0; correct the file"
        )
    backwards = np.flatnonzero(np.diff(tape.time) < 0)
    if backwards.size:
        raise DataError(f"{source}, trade {int(backwards[0]) + 2}: is earlier than the one before it; sort the file")
