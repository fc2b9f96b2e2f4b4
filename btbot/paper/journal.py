"""What the exchange must not forget: every batch of events, on disk before anybody hears of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from btbot.errors import ConfigError, DataError
from btbot.exchange.events import Event, TradeEvent
from btbot.paper.event_rows import LAYOUT, Reader, Writer, encode

VERSION = 1
_AHEAD = 1000
_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    n INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, request TEXT, events TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS trades (
    symbol TEXT PRIMARY KEY, reserved INTEGER NOT NULL, last INTEGER NOT NULL, price INTEGER NOT NULL
) WITHOUT ROWID;
"""
_APPEND = "INSERT INTO entries (at_ms, request, events) VALUES (?, ?, ?)"
_ABOUT = "INSERT INTO about VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_TRADE = """
INSERT INTO trades VALUES (?, ?, ?, ?) ON CONFLICT (symbol)
DO UPDATE SET reserved = excluded.reserved, last = excluded.last, price = excluded.price
"""


class Rebuilt(Protocol):
    """What a journal asks of the exchange that it rebuilds."""

    last_price: dict[str, int]

    def apply(self, event: Event) -> None: ...

    def counters(self) -> dict[str, int]: ...

    def raise_counters(self, counters: dict[str, int]) -> None: ...


class Journal:
    """A SQLite file (WAL) to which batches of events are added, each in a transaction of its own.

    A batch is in the hands of the system when `append` returns, so that no end of the process can lose it; a power cut
    may take the last ones (``synchronous=NORMAL``).

    Parameters
    ----------
    path
        Made if it is not there.

    Attributes
    ----------
    failed
        What made a write fail; from then on nothing is taken.
    on_failure
        Called when that happens.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failed: DataError | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self._writer = Writer()
        self._trades: dict[str, tuple[int, int]] = {}
        self._reserved: dict[str, int] = {}
        self._last_ms: int | None = None
        self._file: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open the file.

        Raises
        ------
        ConfigError
            If it is no journal, or one that this version cannot read.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file = sqlite3.connect(self.path, isolation_level=None)
            self._file.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;")
            self._file.executescript(_TABLES)
            found = dict(self._file.execute("SELECT name, value FROM about"))
            for name, value in (("version", str(VERSION)), ("layout", LAYOUT)):
                if found.get(name, value) != value:
                    raise ConfigError(
                        f"{self.path}: was written by another version of btbot, which alone can go on with it; "
                        "start with --reset to forget it, or with another --state folder"
                    )
                self._file.execute(_ABOUT, (name, value))
        except sqlite3.Error as error:
            raise ConfigError(f"{self.path}: is no journal of the exchange ({error}); start with --reset") from error

    @property
    def is_open(self) -> bool:
        return self._file is not None

    def append(self, events: Sequence[Event], *, request: object = None) -> None:
        """Keep the events, and the request that caused them, for good.

        Raises
        ------
        DataError
            If they cannot be written. What is in memory is ahead of the disk then: the server must end.
        """
        asked = None if request is None else encode(request)
        with self._guarded() as file:
            file.execute(_APPEND, (time.time_ns() // 1_000_000, asked, self._writer.text(events)))

    def replay(self, exchange: Rebuilt) -> int:
        """Apply all events in order to an empty exchange; give the number of batches.

        Raises
        ------
        DataError
            If an entry cannot be read.
        """
        reader, count = Reader(), 0
        with self._guarded() as file:
            for number, text in file.execute("SELECT n, events FROM entries ORDER BY n"):
                try:
                    events = reader.events(text)
                except (ValueError, LookupError, TypeError) as error:
                    raise DataError(
                        f"{self.path}: entry {number}: cannot be read ({error!r}); "
                        "restore the file, or start with --reset"
                    ) from error
                for event in events:
                    exchange.apply(event)
                    self._last_ms = max(event.time_ms, self._last_ms or 0)
                count += 1
            marks = file.execute("SELECT symbol, reserved, last, price FROM trades").fetchall()
        for symbol, reserved, last, price in marks:
            if last > exchange.counters().get(f"trade:{symbol}", last):
                exchange.last_price[symbol] = price  # by a trade of the market with itself
            exchange.raise_counters({f"trade:{symbol}": reserved})  # somebody may have seen them
            self._trades[symbol] = reserved, exchange.last_price.get(symbol, price)
            self._reserved[symbol] = reserved
        self._writer = Writer(last_order=reader.last_order, last_list=reader.last_list)
        return count

    def seen(self, events: Sequence[Event]) -> None:
        """Note the trades of a batch that may not be in the journal, so that no trade id is given twice.

        A listener of the venue. Ids are reserved on disk by the thousand, before the first of them is told.
        """
        for event in events:
            if isinstance(event, TradeEvent):
                self._trades[event.symbol] = event.id, event.price
                if event.id > self._reserved.get(event.symbol, -1):
                    self._reserved[event.symbol] = event.id + _AHEAD
                    with self._guarded() as file:
                        file.execute(_TRADE, self._mark(event.symbol))

    def note_time(self, market_ms: int) -> None:
        """Note how far the market has come, and its last prices."""
        with self._guarded() as file:
            file.execute("BEGIN")
            file.execute(_ABOUT, ("market_ms", str(market_ms)))
            file.executemany(_TRADE, map(self._mark, self._trades))
            file.execute("COMMIT")

    def _mark(self, symbol: str) -> tuple[str, int, int, int]:
        return symbol, self._reserved[symbol], *self._trades[symbol]

    def market_ms(self) -> int | None:
        """Give how far the market had come: the time noted last, or that of a later event; None in a new journal."""
        with self._guarded() as file:
            row = file.execute("SELECT value FROM about WHERE name = 'market_ms'").fetchone()
        return self._last_ms if row is None else max(int(row[0]), self._last_ms or 0)

    def close(self) -> None:
        """Note the exact ids of the last trades and close the file."""
        if self._file is None:
            return
        if self.failed is None:
            self._reserved = {symbol: last for symbol, (last, _) in self._trades.items()}
            with self._guarded() as file:
                file.executemany(_TRADE, map(self._mark, self._trades))
        self._file.close()
        self._file = None

    @contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection]:
        if self.failed is not None:
            raise self.failed
        if self._file is None:
            raise DataError(f"{self.path}: the journal is closed")
        try:
            yield self._file
        except sqlite3.Error as error:
            self.failed = DataError(f"{self.path}: cannot be written or read: {error}; the exchange has to stop")
            self.on_failure()
            raise self.failed from error
