"""Trades of any file, some at a time: Binance's aggTrades and trades, freqtrade's, tables that name their columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.data import cells, epoch
from btbot.data.faults import EARLIEST_MS, LATEST_MS
from btbot.data.formats.header import Header
from btbot.data.formats.pieces import pieces
from btbot.data.table import Table, as_text
from btbot.errors import DataError

_LONGEST = 64  # letters of a trade's name: more the store does not keep
_SIDES = {"buy": 1, "b": 1, "sell": -1, "s": -1}
_MAKERS = {"true": -1, "1": -1, "false": 1, "0": 1}  # where the buyer was the maker the taker sold


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """Some trades of a file, in its order.

    Parameters
    ----------
    time
        int64 of shape (n,), epoch milliseconds UTC.
    trade
        Text of shape (n,): the number or name of each.
    price, amount
        float64 of shape (n,), > 0.
    side
        int8 of shape (n,): 1 where the taker bought, -1 where he sold.
    voided
        Rows that were left out, because the exchange took them back: their price and amount are 0.
    """

    time: npt.NDArray[np.int64]
    trade: npt.NDArray[np.str_]
    price: npt.NDArray[np.float64]
    amount: npt.NDArray[np.float64]
    side: npt.NDArray[np.int8]
    voided: int = 0


def read_trades(path: Path, header: Header) -> Iterator[Trades]:
    """Yield the trades of a file, some after the other.

    Raises
    ------
    DataError
        For the first row that cannot be right, with its line.
    """
    for table in pieces(path, header):
        yield _trades(table)


def _trades(table: Table) -> Trades:
    times = epoch.milliseconds(table, unit=None, timezone=None)
    time = times.ms
    if times.mixed_units:
        apart = np.abs(time - np.median(time))
        _refuse(table, apart == apart.max(), "time", "a time in the unit of the other rows is expected")
    price, amount = cells.floats(table, "price"), cells.floats(table, "amount")
    side, trade = _side(table), _ids(table)
    void = (price == 0) & (amount == 0)
    _refuse(table, (time < EARLIEST_MS) | (time > LATEST_MS), "time", "a time between 1970 and 2100 is expected")
    for name, values in (("price", price), ("amount", amount)):
        _refuse(table, ~void & ~((values > 0) & (values < np.inf)), name, "a number above 0 is expected")
    kept = ~void & ~_repeated(table, time, trade, price, amount)
    return Trades(time[kept], trade[kept], price[kept], amount[kept], side[kept], int(void.sum()))


def _side(table: Table) -> npt.NDArray[np.int8]:
    role = "side" if "side" in table.columns else "maker"
    known, wanted = (_SIDES, "buy or sell is expected") if role == "side" else (_MAKERS, "true or false is expected")
    side = as_text(table.columns[role], table.source).to_pandas().str.lower().map(known)
    _refuse(table, side.isna().to_numpy(), role, wanted)
    return np.asarray(side.to_numpy(), dtype=np.int8)


def _ids(table: Table) -> npt.NDArray[np.str_]:
    text = as_text(table.columns["trade"], table.source).to_pandas().fillna("")
    _refuse(table, (text == "").to_numpy(), "trade", "the number of the trade is expected")
    _refuse(
        table,
        (text.str.len() > _LONGEST).to_numpy(),
        "trade",
        f"a number or name of at most {_LONGEST} letters is expected",
    )
    return np.asarray(text.to_numpy(dtype=object), dtype=np.str_)


def _repeated(
    table: Table,
    time: npt.NDArray[np.int64],
    trade: npt.NDArray[np.str_],
    price: npt.NDArray[np.float64],
    amount: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Mark trades that the file repeats; refuse those that come twice with different values."""
    frame = pd.DataFrame({"time": time, "trade": trade, "price": price, "amount": amount})
    twice = frame.duplicated(["time", "trade"]).to_numpy()
    if twice.any():
        _refuse(table, twice & ~frame.duplicated().to_numpy(), "trade", "one row a trade is expected")
    return np.asarray(twice)


def _refuse(table: Table, wrong: npt.NDArray[np.bool_], role: str, wanted: str) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        found = str(table.columns[role][at].as_py())[:40]
        raise DataError(
            f"{table.where(at)}: {role} is {found!r}, {wanted}; correct the line, or download the file again"
        )
