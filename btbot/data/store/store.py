"""The store: bars in, bars out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from sqlalchemy import Connection, select, update

from btbot.bars import COLUMNS, Bars
from btbot.data.store import listing, rows
from btbot.data.store import upgrade as schema_upgrade
from btbot.data.store.cache import Cache
from btbot.data.store.columns import EMPTY, Columns
from btbot.data.store.database import DEFAULT, Database
from btbot.data.store.keys import market_key, series_key
from btbot.data.store.listing import Coverage, Series
from btbot.data.store.merge import Written, merge
from btbot.data.store.moment import Moment, milliseconds
from btbot.data.store.schema import series
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

_EVER = 2**52  # beyond every time, and exact as a float
_CACHE_BYTES = 256 << 20


class Store:
    """Candles of many markets in one database.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``.
    cache_bytes
        What is kept in memory of the bars that were read last.

    Examples
    --------
    >>> store = Store("sqlite:///var/btbot.db")
    >>> store
    Store('sqlite:///var/btbot.db')
    """

    def __init__(self, url: str = DEFAULT, *, cache_bytes: int = _CACHE_BYTES) -> None:
        self.database = Database(url)
        self._cache = Cache(cache_bytes)
        self._ready = False

    def __repr__(self) -> str:
        return f"Store({self.database.shown!r})"

    def close(self) -> None:
        """Close the connections to the database."""
        self.database.close()

    def write(self, bars: Bars, *, exchange: str, market: str = "spot") -> Written:
        """Write bars; the same ones again change nothing, other values replace and become revisions.

        Raises
        ------
        ConfigError, DataError
            If the database cannot be used, or fails: then nothing was written.
        """
        self._prepare()
        with self.database.writing() as connection:
            market_id = market_key(connection, exchange=exchange, market=market, symbol=bars.symbol)
            return merge(connection, series_key(connection, market_id, bars.timeframe), bars)

    def get_bars(
        self,
        symbol: str,
        timeframe: Timeframe | str,
        start: Moment = None,
        end: Moment = None,
        *,
        exchange: str | None = None,
        market: str | None = None,
    ) -> Bars:
        """Return the bars of a symbol that open in ``[start, end)``, UTC; see `get_many`."""
        return self.get_many([symbol], timeframe, start, end, exchange=exchange, market=market)[symbol]

    def get_many(
        self,
        symbols: Sequence[str],
        timeframe: Timeframe | str,
        start: Moment = None,
        end: Moment = None,
        *,
        exchange: str | None = None,
        market: str | None = None,
    ) -> dict[str, Bars]:
        """Return the bars of several symbols that open in ``[start, end)``, UTC, in one query.

        A timeframe that is not stored is made of the finest stored one; its bars are those of the whole history,
        wherever the span begins and ends.

        Raises
        ------
        DataError
            If a symbol is not stored, or not in a timeframe of which the wanted one can be made.
        ConfigError
            If several exchanges have it and none is named.
        """
        wanted = Timeframe.parse(timeframe)
        low, high = milliseconds(start, otherwise=-_EVER), milliseconds(end, otherwise=_EVER)
        self._prepare()
        with self.database.reading() as connection:
            found = listing.find(connection, list(dict.fromkeys(symbols)), exchange=exchange, market=market)
            chosen = {symbol: listing.choose(stored, wanted) for symbol, stored in found.items()}
            keys = {symbol: (one.id, one.writes, wanted.ms, low, high) for symbol, one in chosen.items()}
            kept = {symbol: bars for symbol, key in keys.items() if (bars := self._cache.get(key)) is not None}
            missing = [one for symbol, one in chosen.items() if symbol not in kept]
            for bars in _read(connection, missing, wanted, low, high):
                kept[bars.symbol] = bars
                self._cache.put(keys[bars.symbol], bars)
        return {symbol: kept[symbol] for symbol in chosen}

    def last(
        self,
        symbol: str,
        timeframe: Timeframe | str,
        count: int,
        *,
        now: Moment = None,
        exchange: str | None = None,
        market: str | None = None,
    ) -> Bars:
        """Return the last `count` bars that are closed at `now`, or as many as there are; errors as `get_many`."""
        if count < 1:
            raise ConfigError(f"count: must be >= 1, was {count}")
        wanted = Timeframe.parse(timeframe)
        closed_by = milliseconds(now, otherwise=_EVER)
        self._prepare()
        with self.database.reading() as connection:
            found = listing.find(connection, [symbol], exchange=exchange, market=market)
            one = listing.choose(found[symbol], wanted)
            ratio = wanted.ms // one.timeframe.ms
            # One bucket more than wanted, because the first one may be cut.
            wanted_rows = count if ratio == 1 else (count + 1) * ratio
            end = closed_by - one.timeframe.ms + 1
            base = rows.tail(connection, one.id, wanted_rows, end).bars(symbol, one.timeframe)
        bars = base.resample(wanted)
        return bars.slice(max(len(bars) - count, 0))

    def series(self) -> list[Series]:
        """Return what is stored."""
        self._prepare()
        with self.database.reading() as connection:
            return listing.every(connection)

    def ends(self, of: Series) -> tuple[int, int]:
        """Return the opens of a series' first and last candle, epoch milliseconds."""
        with self.database.reading() as connection:
            return listing.ends(connection, of)

    def coverage(self, of: Series) -> list[Coverage]:
        """Return how much of each year a series holds."""
        with self.database.reading() as connection:
            return listing.coverage(connection, of)

    def fingerprint(self, of: Series) -> str:
        """Return the fingerprint of all bars of a series, which is that of `Bars`; kept until the next write."""
        with self.database.reading() as connection:
            now = connection.execute(_STATE.where(series.c.id == of.id)).one()
        if now.fingerprint is not None:
            return str(now.fingerprint)
        found = self.get_bars(of.symbol, of.timeframe, exchange=of.exchange, market=of.market).fingerprint
        # Kept only if nobody wrote since the state was read, hence nobody wrote before the bars were.
        same = (series.c.id == of.id) & (series.c.writes == now.writes)
        with self.database.writing() as connection:
            connection.execute(update(series).where(same).values(fingerprint=found))
        return found

    def _prepare(self) -> None:
        if not self._ready:
            schema_upgrade.require(self.database)
            self._ready = True


_STATE = select(series.c.writes, series.c.fingerprint)


@lru_cache(maxsize=8)
def open_store(url: str = DEFAULT) -> Store:
    """Return the store of an address, the same one each time: its connections and its cache are shared."""
    return Store(url)


def _read(connection: Connection, of: Sequence[Series], wanted: Timeframe, low: int, high: int) -> list[Bars]:
    if not of:
        return []
    begin, end = _ceil(wanted, low), _ceil(wanted, high)
    found = rows.read(connection, [one.id for one in of], begin, end)
    return [_resampled(connection, one, found.get(one.id, EMPTY), wanted, end) for one in of]


def _resampled(connection: Connection, of: Series, found: Columns, wanted: Timeframe, end: int) -> Bars:
    """Return rows as bars of the wanted length; the last one is finished if candles follow after it."""
    base = found.bars(of.symbol, of.timeframe)
    if of.timeframe == wanted or not len(base):
        return base.resample(wanted)
    unfinished = (int(base.close_time[-1]) - wanted.origin_ms) % wanted.ms != 0
    if unfinished and end < _EVER and listing.ends(connection, of)[1] >= end:
        values = {name: np.r_[getattr(base, name), getattr(base, name)[-1:]] for name in COLUMNS}
        base = Bars(of.symbol, of.timeframe, np.r_[base.time, end], **values)
        whole = base.resample(wanted)
        return whole.slice(0, len(whole) - (int(whole.time[-1]) >= end))
    return base.resample(wanted)


def _ceil(timeframe: Timeframe, time_ms: int) -> int:
    return timeframe.floor(time_ms + timeframe.ms - 1) if abs(time_ms) < _EVER else time_ms
