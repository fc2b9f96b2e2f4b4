"""What streams tell of the book: its best prices, its changes, its top."""

from __future__ import annotations

from btbot.paper.streams.feed import Feed
from btbot.paper.streams.frames import Row, book_ticker, depth, partial
from btbot.paper.streams.names import Stream
from btbot.paper.venue import Venue

_EMPTY: Row = (0, 0)
_LOOK_MS = 100


class Tap:
    """Drains the changes of one book for all the streams that want them."""

    def __init__(self, venue: Venue, symbol: str) -> None:
        self._venue = venue
        self._symbol = symbol
        self._feeds: list[DepthFeed] = []

    def add(self, feed: DepthFeed) -> None:
        """Let a stream have all changes from now on."""
        self.pull()
        self._feeds.append(feed)

    def remove(self, feed: DepthFeed) -> None:
        self._feeds.remove(feed)

    def pull(self) -> int:
        """Hand out what has changed; give the update id that this leads to."""
        book = self._venue.exchange.books.get(self._symbol)
        if book is None:
            return 0
        _, last, bids, asks = book.drain()
        for feed in self._feeds:
            feed.changed(bids, asks)
        return last


class DepthFeed(Feed):
    """``@depth``: the levels that changed, gathered for 100 ms or 1 s of the clock; no update id is left out."""

    def __init__(self, stream: Stream, venue: Venue, tap: Tap) -> None:
        super().__init__(stream, venue)
        self._tap = tap
        self._told = 0
        self._bids: dict[int, int] = {}
        self._asks: dict[int, int] = {}

    def start(self, now_ms: int, market_ms: int) -> None:
        super().start(now_ms, market_ms)
        self._tap.add(self)
        self._told = self._tap.pull()

    def stop(self) -> None:
        self._tap.remove(self)

    def changed(self, bids: list[Row], asks: list[Row]) -> None:
        """Gather changed levels; what changed before is overwritten."""
        self._bids.update(bids)
        self._asks.update(asks)

    def tick(self, now_ms: int, market_ms: int) -> None:
        super().tick(now_ms, market_ms)
        last = self._tap.pull()
        if last <= self._told:
            return
        first, self._told = self._told + 1, last
        bids, asks = sorted(self._bids.items(), reverse=True), sorted(self._asks.items())
        self._bids.clear()
        self._asks.clear()
        self.send(depth(self.stream.symbol, first, last, bids, asks, now_ms=market_ms))


class PartialFeed(Feed):
    """``@depth<levels>``: the best levels of both sides, whenever the book has changed."""

    _told = -1

    def tick(self, now_ms: int, market_ms: int) -> None:
        super().tick(now_ms, market_ms)
        book = self.book
        if book is None or book.update_id == self._told:
            return
        self._told = book.update_id
        levels = self.stream.levels
        self.send(partial(book.update_id, book.levels("BUY", levels), book.levels("SELL", levels)))


class BookTickerFeed(Feed):
    """``@bookTicker``: the best bid and ask, whenever a price or a quantity of them changes."""

    _seen = -1
    _best: tuple[Row, Row] | None = None

    def start(self, now_ms: int, market_ms: int) -> None:
        self.due_ms = now_ms + _LOOK_MS
        book = self.book
        if book is not None:
            self._seen, self._best = book.update_id, best(self.venue, self.stream.symbol)

    def tick(self, now_ms: int, market_ms: int) -> None:
        """Look now and then: liquidity of the market comes and goes without an event."""
        self.due_ms = now_ms + _LOOK_MS
        self.on_change()

    def on_change(self) -> None:
        book = self.book
        if book is None or book.update_id == self._seen:
            return
        self._seen = book.update_id
        now = best(self.venue, self.stream.symbol)
        if now != self._best:
            self._best = now
            self.send(book_ticker(self.stream.symbol, book.update_id, *now))


def best(venue: Venue, symbol: str) -> tuple[Row, Row]:
    """Give price and quantity of the best bid and the best ask, zeros for an empty side."""
    book = venue.exchange.books.get(symbol)
    if book is None:
        return _EMPTY, _EMPTY
    return next(iter(book.levels("BUY", 1)), _EMPTY), next(iter(book.levels("SELL", 1)), _EMPTY)
