"""Rows of markets beside candles: what order books, funding rates and trades have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import pyarrow as pa
from sqlalchemy import Connection, Table, select

from btbot.data.store import bulk
from btbot.data.store.held import Held, find_market, held
from btbot.data.store.moment import EVER, Moment, milliseconds

Transaction = Callable[[], AbstractContextManager[Connection]]


class MarketRows:
    """Rows of one table by market and time.

    Parameters
    ----------
    reading, writing
        Give a transaction where the caller has none.
    """

    table: ClassVar[Table]
    what: ClassVar[str]
    """How messages call the rows."""
    kinds: ClassVar[Mapping[str, pa.DataType]]
    """The columns that are read, ``time`` among them."""

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading = reading
        self._writing = writing

    def markets(self) -> list[Held]:
        """Return of which markets there are rows."""
        with self._reading() as connection:
            return held(connection, self.table)

    def _opened(self, connection: Connection | None, *, writes: bool = True) -> AbstractContextManager[Connection]:
        """Give the caller's transaction, or one of its own."""
        if connection is not None:
            return nullcontext(connection)
        return self._writing() if writes else self._reading()

    def _read(
        self, symbol: str, start: Moment, end: Moment, exchange: str | None, market: str | None, *conditions: Any
    ) -> pa.Table:
        """Return the rows in ``[start, end)``, UTC, in the order of their columns; errors as of `find_market`."""
        low, high = milliseconds(start, otherwise=-EVER), milliseconds(end, otherwise=EVER)
        of = self.table.c
        with self._reading() as connection:
            key = find_market(connection, self.table, symbol, exchange=exchange, market=market, what=self.what)
            its = (of.market_id == key, of.time >= low, of.time < high)
            query = select(*(of[name] for name in self.kinds)).where(*its, *conditions)
            return bulk.read(connection, query.order_by(*self.table.primary_key.columns), self.kinds)
