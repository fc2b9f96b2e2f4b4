"""A series in pieces, so that any length of it is judged in the same memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, func, select

from btbot.data.candles import Candles
from btbot.data.store import rows
from btbot.data.store.columns import EMPTY, Columns
from btbot.data.store.listing import Series
from btbot.data.store.schema import candles

ROWS = 1 << 17  # 6 MB
EVER = 2**52
_FIRST = 1  # row before the blocks of context, for the move of their first candle


@dataclass(frozen=True, slots=True)
class Window:
    """Some candles with those around them.

    Parameters
    ----------
    candles
        In the order of time.
    begin, end
        Positions of those that are meant; the others are context.
    skipped
        How many of the context before are there only because the next one moved away from them.
    """

    candles: Candles
    begin: int
    end: int
    skipped: int


def stream(
    connection: Connection, of: Series, start: int = -EVER, end: int = EVER, *, size: int = ROWS
) -> Iterator[Columns]:
    """Yield the candles of a series that open in ``[start, end)``, by spans of at most `size` times its timeframe.

    Parameters
    ----------
    start, end
        Epoch milliseconds UTC.
    """
    at = following(connection, of, start)
    while at is not None and at < end:
        until = at + size * of.timeframe.ms
        yield rows.read(connection, [of.id], at, min(until, end), at_most=[size]).get(of.id, EMPTY)
        at = following(connection, of, until)


def following(connection: Connection, of: Series, start: int) -> int | None:
    """Return the first open at or after a moment, epoch milliseconds; None behind the last one."""
    query = select(func.min(candles.c.time)).where(candles.c.series_id == of.id, candles.c.time >= start)
    found = connection.execute(query).scalar()
    return None if found is None else int(found)


def reach(connection: Connection, of: Series) -> tuple[int, int] | None:
    """Return the opens of the first and the last candle, epoch milliseconds; None if something removed all of them."""
    query = select(func.min(candles.c.time)), select(func.max(candles.c.time))
    first, last = (connection.execute(one.where(candles.c.series_id == of.id)).scalar() for one in query)
    return None if first is None or last is None else (int(first), int(last))


class Windows:
    """Cut a stream of candles into windows of equal size, whatever the size of its pieces.

    Parameters
    ----------
    symbol
        Of the candles.
    size
        Candles of a window, a multiple of `block`.
    block
        Length of the blocks over which the judges of candles take their medians. A window comes with two whole
        blocks before it and one behind it, so that its judgement is that of the whole series.
    """

    def __init__(self, symbol: str, *, size: int, block: int) -> None:
        self._symbol = symbol
        self._size = size
        self._before, self._after = 2 * block + _FIRST, block
        self._held = EMPTY
        self._done = 0

    def take(self, part: Columns) -> Iterator[Window]:
        """Take the next candles and yield the windows that are complete with them."""
        self._held = joined(self._held, part)
        while len(self._held.time) >= self._done + self._size + self._after:
            end = self._done + self._size
            yield self._window(end, end + self._after)
            begin = max(end - self._before, 0)
            self._held = Columns(self._held.time[begin:], self._held.values[begin:])
            self._done = end - begin

    def rest(self) -> Iterator[Window]:
        """Yield what is left at the end of the stream."""
        if len(self._held.time) > self._done:
            yield self._window(len(self._held.time), len(self._held.time))

    def _window(self, end: int, until: int) -> Window:
        part = Columns(self._held.time[:until], self._held.values[:until])
        return Window(as_candles(self._symbol, part), self._done, end, _FIRST if self._done else 0)


def joined(left: Columns, right: Columns) -> Columns:
    """Return candles and those that follow them."""
    if not len(left.time):
        return right
    return Columns(np.concatenate([left.time, right.time]), np.concatenate([left.values, right.values]))


def as_candles(symbol: str, part: Columns) -> Candles:
    """Return columns as the data gate takes them."""
    return Candles(symbol, "", part.time, *np.ascontiguousarray(part.values.T))
