"""The store: bars in, bars out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property, lru_cache
from pathlib import Path

from sqlalchemy import Connection, select, update

from btbot.bars import Bars
from btbot.data.store import listing, serving
from btbot.data.store import upgrade as schema_upgrade
from btbot.data.store.aligned import Aligned, joined
from btbot.data.store.books import BookSnapshots
from btbot.data.store.cache import Cache
from btbot.data.store.database import DEFAULT, Database
from btbot.data.store.downloads import Downloads
from btbot.data.store.funding import Funding
from btbot.data.store.keys import market_key, series_key
from btbot.data.store.listing import Coverage, Series
from btbot.data.store.mapped import ColumnFiles
from btbot.data.store.merge import Written, merge
from btbot.data.store.moment import EVER, Moment, milliseconds
from btbot.data.store.schema import series
from btbot.data.store.serving import Serving, Span
from btbot.data.store.tape import TradeTape
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

_CACHE_BYTES = 256 << 20


class Store:
    """Candles of many markets in one database.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``.
    cache_bytes
        What is kept in memory of the bars that were read last.
    columns
        Folder for files of long series, which are mapped in place of reading the database again, by every process;
        None for none.

    Examples
    --------
    >>> store = Store("sqlite:///var/btbot.db")
    >>> store
    Store('sqlite:///var/btbot.db')
    """

    def __init__(self, url: str = DEFAULT, *, cache_bytes: int = _CACHE_BYTES, columns: Path | None = None) -> None:
        self.database = Database(url)
        self._serving = Serving(Cache(cache_bytes), None if columns is None else ColumnFiles(columns))
        self._ready = False

    def __repr__(self) -> str:
        return f"Store({self.database.shown!r})"

    def close(self) -> None:
        """Close the connections to the database."""
        self.database.close()

    @cached_property
    def downloads(self) -> Downloads:
        """What was asked of whom, and what came."""
        return Downloads(self.reading)

    @cached_property
    def funding(self) -> Funding:
        """Funding rates."""
        return Funding(self.reading, self.writing)

    @cached_property
    def tape(self) -> TradeTape:
        """Trades of markets."""
        return TradeTape(self.reading, self.writing)

    @cached_property
    def books(self) -> BookSnapshots:
        """Snapshots of order books."""
        return BookSnapshots(self.reading, self.writing)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to tables of this version that sees one state of them; errors as `Database.reading`."""
        self._prepare()
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are written at the end of the block, all or none; errors as `reading`."""
        self._prepare()
        with self.database.writing() as connection:
            yield connection

    def write(
        self, bars: Bars, *, exchange: str, market: str = "spot", connection: Connection | None = None
    ) -> Written:
        """Write bars; the same ones again change nothing, other values replace and become revisions.

        Parameters
        ----------
        connection
            The transaction that it is part of; None for one of its own.

        Raises
        ------
        ConfigError, DataError
            If the database cannot be used, or fails: then nothing was written.
        """
        with self.writing() if connection is None else nullcontext(connection) as open_:
            market_id = market_key(open_, exchange=exchange, market=market, symbol=bars.symbol)
            return merge(open_, series_key(open_, market_id, bars.timeframe), bars)

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
        """Return the bars of several symbols that open in ``[start, end)``, UTC, in one query (millions in several).

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
        span = Span.of(wanted, milliseconds(start, otherwise=-EVER), milliseconds(end, otherwise=EVER))
        with self.reading() as connection:
            found = listing.find(connection, list(dict.fromkeys(symbols)), exchange=exchange, market=market)
            chosen = {symbol: listing.choose(stored, wanted) for symbol, stored in found.items()}
            given, fresh = self._serving.bars(connection, chosen, span)
        if fresh:
            with self.reading() as connection:
                self._serving.keep(connection, fresh, span)
        return given

    def get_aligned(
        self,
        symbol: str,
        timeframes: Sequence[Timeframe | str],
        start: Moment = None,
        end: Moment = None,
        *,
        exchange: str | None = None,
        market: str | None = None,
    ) -> Aligned:
        """Return bars of several timeframes on the index of the shortest one, without a look ahead.

        The shortest bars are those that open in ``[start, end)``; a longer one is seen from its close on, and the one
        that had closed before `start` is there too. Errors as `get_many`.
        """
        if not timeframes:
            raise ConfigError("timeframes: at least one is needed, such as ['15m', '1h']")
        shortest, *longer = sorted({Timeframe.parse(one) for one in timeframes})
        bars = self.get_bars(symbol, shortest, start, end, exchange=exchange, market=market)
        higher = {}
        for wanted in longer:
            first = wanted.floor(int(bars.time[0])) if len(bars) else EVER
            found = self.get_bars(symbol, wanted, first, end, exchange=exchange, market=market)
            before = self.last(symbol, wanted, 1, now=first, exchange=exchange, market=market)
            higher[wanted] = joined(before, found)
        return Aligned(bars, higher)

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
        closed_by = milliseconds(now, otherwise=EVER)
        with self.reading() as connection:
            found = listing.find(connection, [symbol], exchange=exchange, market=market)
            return serving.tail(connection, listing.choose(found[symbol], wanted), wanted, count, closed_by)

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
def open_store(url: str = DEFAULT, *, mapped: bool = False) -> Store:
    """Return the store of an address, the same one each time: its connections and its cache are shared.

    Parameters
    ----------
    url
        As `Store` takes it.
    mapped
        Keep long series in files too, beside a file of SQLite or in ``var``, which other processes map.
    """
    file = Database(url).file
    beside = Path("var") if file is None else file.parent
    return Store(url, columns=beside / "cache" / "columns" if mapped else None)
