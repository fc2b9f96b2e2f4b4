"""Snapshots of order books in the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, delete, insert

from btbot.data.candles import iso
from btbot.data.store.columns import FloatArray, IntArray
from btbot.data.store.keys import market_key
from btbot.data.store.market_rows import MarketRows
from btbot.data.store.moment import Moment
from btbot.data.store.schema import book_snapshots
from btbot.errors import DataError

_SIDES = ("bid", "ask")
_KINDS = {
    "time": pa.int64(), "side": pa.string(), "level": pa.int64(), "price": pa.float64(), "amount": pa.float64(),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """Order books of one market in the order of time.

    Parameters
    ----------
    time
        int64 of shape (n,), epoch milliseconds UTC.
    bids, asks
        float64 of shape (n, k, 2): price and amount of k levels, the best one first; NaN where a book has fewer.
    """

    time: IntArray
    bids: FloatArray
    asks: FloatArray

    def __len__(self) -> int:
        return len(self.time)


class BookSnapshots(MarketRows):
    """The order books in a database."""

    table, what, kinds = book_snapshots, "order books", _KINDS

    def write(
        self,
        symbol: str,
        time: int,
        bids: npt.ArrayLike,
        asks: npt.ArrayLike,
        *,
        exchange: str,
        market: str = "spot",
        connection: Connection | None = None,
    ) -> None:
        """Write one book; it replaces another one of the same time.

        Parameters
        ----------
        bids, asks
            Shape (k, 2): price and amount, the best one first.

        Raises
        ------
        DataError
            If a level cannot be right, or the levels are not in order.
        """
        sides = [np.asarray(side, np.float64).reshape(-1, 2) for side in (bids, asks)]
        for name, levels in zip(_SIDES, sides, strict=True):
            _check(f"{symbol}: {name}s at {iso(time)}", levels, falling=name == "bid")
        with self._opened(connection) as open_:
            key = market_key(open_, exchange=exchange, market=market, symbol=symbol)
            of = book_snapshots.c
            open_.execute(delete(book_snapshots).where(of.market_id == key, of.time == time))
            rows = [
                {"market_id": key, "time": time, "side": name, "level": level, "price": price, "amount": amount}
                for name, levels in zip(_SIDES, sides, strict=True)
                for level, (price, amount) in enumerate(levels.tolist())
            ]
            if rows:
                open_.execute(insert(book_snapshots), rows)

    def get(
        self,
        symbol: str,
        start: Moment = None,
        end: Moment = None,
        *,
        levels: int | None = None,
        exchange: str | None = None,
        market: str | None = None,
    ) -> Books:
        """Return the books in ``[start, end)``, UTC, with their first `levels` levels or all.

        Raises
        ------
        DataError
            If the store has none of the symbol.
        ConfigError
            If several exchanges have it and none is named.
        """
        shallow = () if levels is None else (book_snapshots.c.level < levels,)
        found = self._read(symbol, start, end, exchange, market, *shallow)
        return _books(found)


def _books(found: pa.Table) -> Books:
    time, level = (found[name].to_numpy() for name in ("time", "level"))
    moments, number = np.unique(time, return_inverse=True)
    depth = int(level.max()) + 1 if len(level) else 0
    sides: list[Any] = []
    for name in _SIDES:
        its = pc.equal(found["side"], name).to_numpy()
        filled = np.full((len(moments), depth, 2), np.nan)
        for at, column in enumerate(("price", "amount")):
            filled[number[its], level[its], at] = found[column].to_numpy()[its]
        sides.append(filled)
    return Books(moments, *sides)


def _check(where: str, levels: FloatArray, *, falling: bool) -> None:
    wrong = np.flatnonzero(~((levels > 0) & (levels < np.inf)).all(axis=1))
    if wrong.size:
        price, amount = levels[wrong[0]].tolist()
        raise DataError(f"{where}: level {wrong[0]} is {amount:g} for {price:g}; numbers > 0 are expected")
    steps = np.diff(levels[:, 0])
    unordered = np.flatnonzero(steps >= 0 if falling else steps <= 0)
    if unordered.size:
        price = levels[unordered[0] + 1, 0]
        raise DataError(f"{where}: level {unordered[0] + 1} at {price:g} is out of order; the best price comes first")
