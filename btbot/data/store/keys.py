"""Small integers in place of names, so that rows stay small."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from btbot.data.store.schema import markets, series
from btbot.timeframe import Timeframe


def market_key(connection: Connection, *, exchange: str, market: str, symbol: str) -> int:
    """Return the key of a market, which is made if it is not there."""
    return _key(connection, markets, {"exchange": exchange, "market": market, "symbol": symbol}, {})


def series_key(connection: Connection, market_id: int, timeframe: Timeframe) -> int:
    """Return the key of a market's candles of one length, which is made if it is not there."""
    names = {"market_id": market_id, "timeframe_ms": timeframe.ms}
    return _key(connection, series, names, {"timeframe": str(timeframe), "rows": 0, "writes": 0})


def _key(connection: Connection, table: Table, names: Mapping[str, object], more: Mapping[str, object]) -> int:
    query = select(table.c.id).where(*(table.c[name] == value for name, value in names.items()))
    found = connection.execute(query).scalar()
    if found is None:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        # Another writer may have made it meanwhile.
        connection.execute(insert(table).values({**names, **more}).on_conflict_do_nothing())
        found = connection.execute(query).scalar_one()
    return int(found)
