"""Trades of markets in the store: each one's time, price, amount and taker's side."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, func, select

from btbot.data.candles import iso
from btbot.data.store import bulk
from btbot.data.store.columns import FloatArray, IntArray
from btbot.data.store.keys import market_key
from btbot.data.store.market_rows import MarketRows
from btbot.data.store.merge import Written
from btbot.data.store.moment import Moment
from btbot.data.store.schema import market_trades, markets
from btbot.errors import DataError

_KINDS = {
    "time": pa.int64(), "trade": pa.string(), "price": pa.float64(), "amount": pa.float64(), "side": pa.string(),
}  # fmt: skip
_LONGEST = 64


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """Trades of one market.

    Parameters
    ----------
    time
        int64 of shape (n,), epoch milliseconds UTC.
    trade
        Text of shape (n,), the exchange's number or name of each trade.
    price, amount
        float64 of shape (n,), quote currency and base currency, > 0.
    side
        int8 of shape (n,): 1 where the taker bought, -1 where he sold.
    """

    time: IntArray
    trade: npt.NDArray[np.str_]
    price: FloatArray
    amount: FloatArray
    side: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.time)


class TradeTape(MarketRows):
    """The trades in a database.

    A tape has one space of trade ids: what an exchange reports one by one and what it reports in aggregates are
    different trades with different ids, and together they would double the volume.
    """

    table, what, kinds = market_trades, "trades", _KINDS

    def write(
        self, symbol: str, tape: Tape, *, exchange: str, market: str = "spot", connection: Connection | None = None
    ) -> Written:
        """Write trades in any order; the same ones again change nothing, other values replace.

        Raises
        ------
        DataError
            If a value cannot be right, or a trade comes twice.
        """
        _check(symbol, tape)
        columns = {
            "time": pa.array(tape.time, pa.int64()),
            "trade": pa.array(tape.trade, pa.string()),
            "price": pa.array(tape.price, pa.float64()),
            "amount": pa.array(tape.amount, pa.float64()),
            "side": pa.array(np.where(tape.side > 0, "buy", "sell"), pa.string()),
        }
        with self._opened(connection) as open_:
            key = market_key(open_, exchange=exchange, market=market, symbol=symbol)
            return bulk.merge(open_, market_trades, key, columns)

    def get(
        self,
        symbol: str,
        start: Moment = None,
        end: Moment = None,
        *,
        exchange: str | None = None,
        market: str | None = None,
    ) -> Tape:
        """Return the trades in ``[start, end)``, UTC, by time and then by id, numbers as numbers.

        Raises
        ------
        DataError
            If the store has none of the symbol.
        ConfigError
            If several exchanges have it and none is named.
        """
        found = self._read(symbol, start, end, exchange, market)
        return _ordered(found)

    def last(
        self, symbol: str, *, exchange: str, market: str = "spot", connection: Connection | None = None
    ) -> tuple[int, str] | None:
        """Return time and id of the last trade of a market; None if there is none."""
        of = market_trades.c
        names_it = (markets.c.exchange == exchange) & (markets.c.market == market) & (markets.c.symbol == symbol)
        its = of.market_id == select(markets.c.id).where(names_it).scalar_subquery()
        with self._opened(connection, writes=False) as open_:
            newest = open_.execute(select(func.max(of.time)).where(its)).scalar()
            if newest is None:
                return None
            names = open_.execute(select(of.trade).where(its, of.time == newest)).scalars()
            return int(newest), max(names, key=lambda name: (len(name), name))


def _ordered(found: pa.Table) -> Tape:
    time, price, amount = (found[name].to_numpy() for name in ("time", "price", "amount"))
    side = np.where(pc.equal(found["side"], "buy").to_numpy(), 1, -1).astype(np.int8)
    names = found["trade"].to_pylist()
    trade = np.array(names, dtype=np.str_)
    if (time[1:] > time[:-1]).all():
        return Tape(time, trade, price, amount, side)
    # Of numbers as text the longer one is the larger one.
    order = np.lexsort((trade, np.fromiter(map(len, names), np.int64, len(names)), time))
    return Tape(time[order], trade[order], price[order], amount[order], side[order])


def _check(symbol: str, tape: Tape) -> None:
    lengths = {field.name: len(getattr(tape, field.name)) for field in fields(tape)}
    if len(set(lengths.values())) > 1:
        raise DataError(f"{symbol}: columns of trades have different lengths: {lengths}")
    for name in ("price", "amount"):
        values = getattr(tape, name)
        _refuse(symbol, tape, ~((values > 0) & (values < np.inf)), name, "a number > 0 is expected")
    _refuse(symbol, tape, np.abs(tape.side) != 1, "side", "1 where the taker bought, -1 where he sold is expected")
    length = np.strings.str_len(np.asarray(tape.trade, np.str_))
    _refuse(symbol, tape, (length < 1) | (length > _LONGEST), "trade", f"an id of 1 to {_LONGEST} letters is expected")
    keys = pa.table({"time": pa.array(tape.time, pa.int64()), "trade": pa.array(tape.trade, pa.string())})
    counted = keys.group_by(["time", "trade"]).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1))
    if len(twice):
        row = twice.slice(0, 1).to_pylist()[0]
        raise DataError(f"{symbol}: trade {row['trade']} of {iso(row['time'])} comes twice; keep it once")


def _refuse(symbol: str, tape: Tape, wrong: npt.NDArray[np.bool_], name: str, wanted: str) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        value: Any = getattr(tape, name)[at]
        raise DataError(f"{symbol}: the {name} of the trade at {iso(int(tape.time[at]))} is {value}; {wanted}")
