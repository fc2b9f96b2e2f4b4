"""Which series there are, how far they reach, and which one serves a request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from btbot.data.store.schema import candles, markets, series
from btbot.data.symbol import plain
from btbot.errors import ConfigError, DataError, did_you_mean
from btbot.timeframe import Timeframe

_NAMED = 500  # more names than that are compared here, not there


@dataclass(frozen=True, slots=True)
class Series:
    """Candles of one market in one timeframe.

    Parameters
    ----------
    id
        Key of its rows.
    exchange, market, symbol, timeframe
        What it holds.
    rows
        Number of candles.
    writes
        How often it was changed.
    fingerprint
        Of its content, if somebody asked since the last change.
    version
        Random number that names this content and no other one, whatever becomes of the database; None for a series
        that was not changed since schema 0001.
    """

    id: int
    exchange: str
    market: str
    symbol: str
    timeframe: Timeframe
    rows: int
    writes: int
    fingerprint: str | None
    version: int | None = None

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"{self.symbol} {self.timeframe} of {self.exchange} {self.market}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a year is stored.

    Parameters
    ----------
    year
        In UTC.
    first, last
        Opens of its first and last candle, epoch milliseconds.
    bars, expected
        Candles there, and those of a market that never closes between the series' first and last candle.
    """

    year: int
    first: int
    last: int
    bars: int
    expected: int

    @property
    def share(self) -> float:
        """Share of the expected candles, in [0, 1]."""
        return self.bars / self.expected


@cache
def _query() -> Select[Any]:
    return (
        select(
            series.c.id, markets.c.exchange, markets.c.market, markets.c.symbol, series.c.timeframe_ms,
            series.c.rows, series.c.writes, series.c.fingerprint, series.c.version,
        )
        .join(markets, markets.c.id == series.c.market_id)
        .order_by(markets.c.exchange, markets.c.market, markets.c.symbol, series.c.timeframe_ms)
    )  # fmt: skip


def _series(row: Row[Any]) -> Series:
    key, exchange, market, symbol, timeframe_ms, *rest = tuple(row)
    return Series(key, exchange, market, symbol, Timeframe(timeframe_ms), *rest)


def every(connection: Connection) -> list[Series]:
    """Return all series that hold candles, by exchange, market, symbol and timeframe."""
    return [_series(row) for row in connection.execute(_query().where(series.c.rows > 0))]


def find(
    connection: Connection, symbols: Sequence[str], *, exchange: str | None, market: str | None
) -> dict[str, list[Series]]:
    """Return the series of each symbol.

    Raises
    ------
    DataError
        If a symbol is not stored.
    ConfigError
        If several exchanges or markets have it and none was named.
    """
    query = _query().where(series.c.rows > 0)
    if len(symbols) <= _NAMED:
        query = query.where(markets.c.symbol.in_(symbols))
    if exchange is not None:
        query = query.where(markets.c.exchange == exchange)
    if market is not None:
        query = query.where(markets.c.market == market)
    found: dict[str, list[Series]] = {symbol: [] for symbol in symbols}
    for one in map(_series, connection.execute(query)):
        if one.symbol in found:
            found[one.symbol].append(one)
    for symbol, stored in found.items():
        if not stored:
            raise _missing(connection, symbol, exchange=exchange, market=market)
        _refuse_two(symbol, stored)
    return found


def choose(stored: Sequence[Series], wanted: Timeframe) -> Series:
    """Return the series of the wanted timeframe, or else the finest that it is a multiple of.

    Raises
    ------
    DataError
        If there is none.
    """
    for one in stored:
        if one.timeframe == wanted:
            return one
    for one in sorted(stored, key=lambda one: one.timeframe):
        if wanted.ms % one.timeframe.ms == 0:
            return one
    there = ", ".join(str(one.timeframe) for one in stored)
    raise DataError(
        f"{stored[0].symbol}: the store has bars of {there}, of which {wanted} cannot be made; "
        "choose a multiple of one of them, or download it"
    )


def coverage(connection: Connection, of: Series) -> list[Coverage]:
    """Return the years of a series, the first one first."""
    first, last = _span(connection, of, -(2**62), 2**62)[1:]
    years: list[Coverage] = []
    for year in range(_year(first), _year(last) + 1):
        begin, end = max(_begins(year), first), min(_begins(year + 1), last + 1)
        bars, low, high = _span(connection, of, begin, end)
        if bars:
            years.append(Coverage(year, low, high, bars, -(-(end - begin) // of.timeframe.ms)))
    return years


def ends(connection: Connection, of: Series) -> tuple[int, int]:
    """Return the opens of the first and the last candle, epoch milliseconds."""
    key = candles.c.series_id == of.id
    low = select(func.min(candles.c.time)).where(key)
    high = select(func.max(candles.c.time)).where(key)
    return int(connection.execute(low).scalar_one()), int(connection.execute(high).scalar_one())


def _span(connection: Connection, of: Series, start: int, end: int) -> tuple[int, int, int]:
    query = select(func.count(), func.min(candles.c.time), func.max(candles.c.time)).where(
        candles.c.series_id == of.id, candles.c.time >= start, candles.c.time < end
    )
    bars, low, high = connection.execute(query).one()
    return int(bars), int(low or 0), int(high or 0)


def _year(time_ms: int) -> int:
    return dt.datetime.fromtimestamp(time_ms / 1_000, dt.UTC).year


def _begins(year: int) -> int:
    return round(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() * 1_000)


def _refuse_two(symbol: str, stored: Sequence[Series]) -> None:
    places = list(dict.fromkeys((one.exchange, one.market) for one in stored))
    if len(places) > 1:
        named = " and ".join(f"{exchange} {market}" for exchange, market in places)
        raise ConfigError(f"{symbol}: the store has it of {named}; say which one by exchange: and market: of the feed")


def _missing(connection: Connection, symbol: str, *, exchange: str | None, market: str | None) -> DataError:
    names = list(dict.fromkeys(one.symbol for one in every(connection)))
    alike = next((name for name in names if plain(name) == plain(symbol) and name != symbol), None)
    hint = f"; did you mean {alike!r}?" if alike else did_you_mean(symbol, [name for name in names if name != symbol])
    place = " ".join(word for word in (exchange, market) if word)
    return DataError(
        f"{symbol}: the store has no candles of it{' from ' + place if place else ''}{hint or '; '}"
        f"{' ' if hint else ''}{'Look at' if hint else 'look at'} btbot data list, or bring them in with "
        "btbot data download or btbot data import"
    )
