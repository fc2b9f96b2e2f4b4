"""Of which markets the store holds something beside candles."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, exists, func, select

from btbot.data.store.schema import markets
from btbot.errors import ConfigError, DataError, did_you_mean


@dataclass(frozen=True, slots=True)
class Held:
    """What is stored of one market.

    Parameters
    ----------
    id
        Key of its rows.
    exchange, market, symbol
        Where it is traded.
    rows
        How many there are.
    first, last
        Their first and last time, epoch milliseconds UTC.
    """

    id: int
    exchange: str
    market: str
    symbol: str
    rows: int
    first: int
    last: int


def held(connection: Connection, table: Table) -> list[Held]:
    """Return what a table holds, by exchange, market and symbol."""
    query = (
        select(
            markets.c.id, markets.c.exchange, markets.c.market, markets.c.symbol,
            func.count(), func.min(table.c.time), func.max(table.c.time),
        )
        .join(table, table.c.market_id == markets.c.id)
        .group_by(markets.c.id, markets.c.exchange, markets.c.market, markets.c.symbol)
        .order_by(markets.c.exchange, markets.c.market, markets.c.symbol)
    )  # fmt: skip
    return [Held(*row) for row in connection.execute(query)]


def find_market(
    connection: Connection, table: Table, symbol: str, *, exchange: str | None, market: str | None, what: str
) -> int:
    """Return the key of the one market of a symbol that a table has rows of.

    Raises
    ------
    DataError
        If there is none.
    ConfigError
        If there are several and the caller did not say which.
    """
    query = (
        select(markets.c.id, markets.c.exchange, markets.c.market, markets.c.symbol)
        .where(exists().where(table.c.market_id == markets.c.id))
        .order_by(markets.c.exchange, markets.c.market)
    )
    rows = connection.execute(query).all()
    found = [
        row
        for row in rows
        if row.symbol == symbol and exchange in (None, row.exchange) and market in (None, row.market)
    ]
    place = " ".join(word for word in (exchange, market) if word)
    if not found:
        hint = did_you_mean(symbol, {row.symbol for row in rows} - {symbol})
        bring = f"{hint} Bring" if hint else "; bring"
        raise DataError(
            f"{symbol}: the store has no {what} of it{' from ' + place if place else ''}{bring} them in with "
            "btbot data download or btbot data import"
        )
    if len(found) > 1:
        named = " and ".join(f"{row.exchange} {row.market}" for row in found)
        raise ConfigError(f"{symbol}: the store has {what} of it from {named}; name the exchange and the market")
    return int(found[0].id)
