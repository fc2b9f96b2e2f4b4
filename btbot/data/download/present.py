"""Which candles are stored, as spans without holes; the database looks for the holes, no row leaves it."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

from btbot.data.download.spans import Span, joined
from btbot.data.store.downloads import Channel
from btbot.data.store.schema import candles, funding_rates, market_trades, markets, series
from btbot.data.store.store import Store
from btbot.timeframe import Timeframe

_FEW = 20_000
_TABLES = {"trades": market_trades, "funding": funding_rates}
_NAMED = tuple(markets.c[name] == bindparam(name) for name in ("exchange", "market", "symbol"))
_MARKET = select(markets.c.id).where(*_NAMED)
_SERIES = (
    select(series.c.id)
    .join(markets, markets.c.id == series.c.market_id)
    .where(*_NAMED, series.c.timeframe_ms == bindparam("ms"))
)


def series_of(connection: Connection, channel: Channel) -> int | None:
    """Return the key of a channel's candles; None if there is no such series yet."""
    names = {"exchange": channel.exchange, "market": channel.market, "symbol": channel.symbol}
    ms = 0 if channel.timeframe is None else channel.timeframe.ms
    found = connection.execute(_SERIES, {**names, "ms": ms}).scalar()
    return None if found is None else int(found)


def runs(connection: Connection, series_id: int, timeframe: Timeframe, start: int, end: int) -> list[Span]:
    """Return the spans in ``[start, end)`` whose every candle is stored, in the order of time.

    Millions of candles are counted, which is quicker than to look at each; where some are missing, half of them anew.
    """
    slots = (end - start + timeframe.ms - 1) // timeframe.ms
    if slots <= _FEW:
        return _looked_at(connection, series_id, timeframe, start, end)
    inside = (candles.c.series_id == series_id) & (candles.c.time >= start) & (candles.c.time < end)
    query = select(func.count(), func.sum(candles.c.time - start)).where(inside)
    count, offsets = connection.execute(query).one()
    if not count:
        return []
    if count == slots and int(offsets) == timeframe.ms * count * (count - 1) // 2:
        return [(start, end)]
    middle = start + slots // 2 * timeframe.ms
    halves = ((start, middle), (middle, end))
    return joined(run for half in halves for run in runs(connection, series_id, timeframe, *half))


def _looked_at(connection: Connection, series_id: int, timeframe: Timeframe, start: int, end: int) -> list[Span]:
    inside = (candles.c.series_id == series_id) & (candles.c.time >= start) & (candles.c.time < end)
    before = func.lag(candles.c.time).over(order_by=candles.c.time).label("before")
    pairs = select(candles.c.time, before).where(inside).subquery()
    breaks = select(pairs).where(pairs.c.before.is_(None) | (pairs.c.time - pairs.c.before > timeframe.ms))
    found = sorted((int(time), before) for time, before in connection.execute(breaks))
    if not found:
        return []
    last = int(connection.execute(select(func.max(candles.c.time)).where(inside)).scalar_one())
    ends = [*(int(before) for _, before in found[1:]), last]
    return joined(
        (timeframe.floor(first), timeframe.floor(end_) + timeframe.ms)
        for (first, _), end_ in zip(found, ends, strict=True)
    )


def first_stored(store: Store, channel: Channel) -> int | None:
    """Return the time of the first stored row of any kind; None without any, and for books, which have no history."""
    with store.reading() as connection:
        if channel.kind == "candles":
            series_id = series_of(connection, channel)
            query = select(func.min(candles.c.time)).where(candles.c.series_id == series_id)
            found = None if series_id is None else connection.execute(query).scalar()
            return None if found is None else int(found)
        table = _TABLES.get(channel.kind)
        if table is None:
            return None
        its = {"exchange": channel.exchange, "market": channel.market, "symbol": channel.symbol}
        key = connection.execute(_MARKET, its).scalar()
        first = connection.execute(select(func.min(table.c.time)).where(table.c.market_id == key)).scalar()
        return None if first is None else int(first)


def last_before(connection: Connection, series_id: int, end: int) -> int | None:
    """Return the time of the last stored candle before `end`."""
    query = select(func.max(candles.c.time)).where(candles.c.series_id == series_id, candles.c.time < end)
    found = connection.execute(query).scalar()
    return None if found is None else int(found)
