"""One market stream: made once, given to all who read it."""

from __future__ import annotations

import math
from typing import Protocol

from btbot.exchange.book import Book
from btbot.exchange.events import TradeEvent
from btbot.paper.record import Record
from btbot.paper.streams.frames import encode, in_microseconds
from btbot.paper.streams.names import Stream
from btbot.paper.venue import Venue

NEVER = math.inf


class Reader(Protocol):
    """A connection that has subscribed."""

    combined: bool
    micro: bool

    def market(self, stream: str, frame: str) -> None:
        """Take one event: wrapped where `combined` is true, with times in microseconds where `micro` is."""
        ...


class Feed:
    """What all streams have in common.

    Parameters
    ----------
    venue
        Where the books and records are; a symbol that is not listed gives a stream without events.

    Attributes
    ----------
    due_ms
        When, by the clock, `tick` is to be called next; infinity where only trades matter.
    """

    def __init__(self, stream: Stream, venue: Venue) -> None:
        self.stream = stream
        self.venue = venue
        self.readers: dict[Reader, None] = {}
        self.due_ms: float = NEVER
        self.sent = 0

    def start(self, now_ms: int, market_ms: int) -> None:
        """Begin, at the first reader."""
        del market_ms
        if self.stream.every_ms:
            self.due_ms = now_ms + self.stream.every_ms

    def stop(self) -> None:
        """End, after the last reader has gone."""

    def on_trade(self, event: TradeEvent) -> None:
        """Take a trade of the symbol."""

    def on_change(self) -> None:
        """Take note that trades and the book may have changed."""

    def on_time(self, market_ms: int) -> None:
        """Take note that the market has done all that belongs before this time."""

    def tick(self, now_ms: int, market_ms: int) -> None:
        """Do what is due and set `due_ms` anew; the market has done all that belongs before `market_ms`."""
        del market_ms
        self.due_ms = self._following(now_ms)

    def send(self, payload: object) -> None:
        """Give an event to every reader; the text is written once for each form in which it is read."""
        self.sent += 1
        plain: dict[bool, str] = {}
        wrapped: dict[bool, str] = {}
        for reader in tuple(self.readers):
            micro = reader.micro
            if micro not in plain:
                plain[micro] = encode(in_microseconds(payload) if micro else payload)
            if not reader.combined:
                reader.market(self.stream.name, plain[micro])
                continue
            if micro not in wrapped:
                wrapped[micro] = f'{{"stream":"{self.stream.name}","data":{plain[micro]}}}'
            reader.market(self.stream.name, wrapped[micro])

    @property
    def book(self) -> Book | None:
        return self.venue.exchange.books.get(self.stream.symbol)

    @property
    def record(self) -> Record | None:
        return self.venue.records.get(self.stream.symbol)

    def _following(self, now_ms: int) -> float:
        """Give the next time of the rhythm that began with the first reader."""
        every = self.stream.every_ms
        if not every or self.due_ms == NEVER:
            return NEVER
        return self.due_ms + every * max(1, math.ceil((now_ms - self.due_ms + 1) / every))
