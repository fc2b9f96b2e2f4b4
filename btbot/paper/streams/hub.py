"""All connections of one venue: who reads what, and when it is sent."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence

from btbot.exchange.events import Event, TradeEvent
from btbot.paper.api import Api
from btbot.paper.faults import Faults, Notice
from btbot.paper.streams.book_feeds import BookTickerFeed, DepthFeed, PartialFeed, Tap
from btbot.paper.streams.feed import NEVER, Feed, Reader
from btbot.paper.streams.figure_feeds import AveragePriceFeed, FigureFeed
from btbot.paper.streams.kline_feed import KlineFeed
from btbot.paper.streams.names import Stream, parse
from btbot.paper.streams.session import StreamSession
from btbot.paper.streams.trade_feeds import AggregateFeed, TradeFeed
from btbot.paper.streams.users import Users
from btbot.paper.venue import Venue

_FEEDS: dict[str, type[Feed]] = {
    "trade": TradeFeed, "aggTrade": AggregateFeed, "kline": KlineFeed, "partial": PartialFeed,
    "bookTicker": BookTickerFeed, "miniTicker": FigureFeed, "ticker": FigureFeed, "window": FigureFeed,
    "avgPrice": AveragePriceFeed,
}  # fmt: skip


class Streams:
    """The market streams, the user data and the connections that read them.

    Every event is made once, when it happens or when the rhythm of its stream says so, and given to all who read it.
    """

    def __init__(self, venue: Venue, faults: Faults, api: Api) -> None:
        self.venue = venue
        self.faults = faults
        self.api = api
        self.users = Users(venue)
        self.numbers = itertools.count(1)
        self.sessions: dict[StreamSession, None] = {}
        self._feeds: dict[str, Feed] = {}
        self._of_symbol: dict[str, list[Feed]] = {}
        self._timed: list[Feed] = []
        self._changing: list[Feed] = []
        self._taps: dict[str, Tap] = {}
        self._task: asyncio.Task[None] | None = None
        self._wakes_ms: float = NEVER
        venue.listen(self.on_events)
        faults.listen(self.notice)

    def add(self, session: StreamSession) -> None:
        """Take in a connection."""
        self.sessions[session] = None
        self._wake()

    def forget(self, session: StreamSession) -> None:
        """Drop a connection that has ended."""
        if session not in self.sessions:
            return
        del self.sessions[session]
        self.faults.forget(session.number)
        if not self.sessions and self._task is not None:
            self._task.cancel()
            self._task = None

    def subscribe(self, reader: Reader, name: str) -> None:
        """Let a connection read a stream; a name that means nothing stays silent."""
        feed = self._feeds.get(name)
        if feed is None:
            stream = parse(name)
            if stream is None:
                return
            feed = self._feeds[name] = self._make(stream)
        feed.readers[reader] = None
        self._wake()

    def unsubscribe(self, reader: Reader, name: str) -> None:
        """Let a connection no longer read a stream."""
        feed = self._feeds.get(name)
        if feed is not None and reader in feed.readers:
            self._leave(feed, reader)

    def on_events(self, events: Sequence[Event]) -> None:
        """Tell what has just happened."""
        if not self.sessions:
            return
        for event in events:
            if type(event) is TradeEvent:
                for feed in self._of_symbol.get(event.symbol, ()):
                    feed.on_trade(event)
        for feed in self._changing:
            feed.on_change()
        self.users.on_events(events)

    def tick(self) -> None:
        """Do all that is due by the clock; harmless at any time."""
        now, market_ms = self._now()
        for feed in self._changing:
            feed.on_change()
        for feed in self._timed:
            feed.on_time(market_ms)
            if feed.due_ms <= now and feed.readers:
                feed.tick(now, market_ms)
        for session in tuple(self.sessions):
            session.tick()

    def shutdown(self) -> None:
        """Tell every connection that the server is about to end."""
        self.notice(Notice("shutdown"))

    def terminate(self, account: str = "") -> None:
        """End the user data of an account, of all with an empty name; the connections stay."""
        self.notice(Notice("terminate", account=account))

    def close(self, code: int = 1001, account: str = "", reason: str = "") -> None:
        """Close the connections of an account, all with an empty name."""
        self.notice(Notice("close", account=account, code=code, reason=reason))

    def notice(self, notice: Notice) -> None:
        """Hand on to all connections what an operator or a scheduled fault does."""
        for session in tuple(self.sessions):
            session.notice(notice)

    def counts(self) -> dict[str, int]:
        """Count what is open, and what was sent since the start of each stream."""
        kinds = Counter(feed.stream.kind for feed in self._feeds.values())
        return {
            "sessions": len(self.sessions),
            "streams": sum(kinds.values()),
            "user_subscriptions": self.users.count(),
            "frames": sum(session.sent for session in self.sessions),
        }

    def _now(self) -> tuple[int, int]:
        """Give both times; up to that of the market everything has happened, and nothing later has been looked at."""
        now, market_ms = self.venue.clock.now_ms(), self.venue.market_ms()
        self.venue.pump()
        return now, market_ms

    def _make(self, stream: Stream) -> Feed:
        feed: Feed
        if stream.kind == "depth":
            tap = self._taps.setdefault(stream.symbol, Tap(self.venue, stream.symbol))
            feed = DepthFeed(stream, self.venue, tap)
        else:
            feed = _FEEDS[stream.kind](stream, self.venue)
        feed.start(*self._now())
        if feed.due_ms != NEVER:
            self._timed = [*self._timed, feed]
        if stream.kind in ("aggTrade", "bookTicker"):
            self._changing = [*self._changing, feed]
        if stream.kind in ("trade", "aggTrade", "kline"):
            others = self._of_symbol.get(stream.symbol, [])  # a candle ends before the trade that comes after it
            self._of_symbol[stream.symbol] = [feed, *others] if stream.kind == "kline" else [*others, feed]
        return feed

    def _leave(self, feed: Feed, reader: Reader) -> None:
        del feed.readers[reader]
        if feed.readers:
            return
        feed.stop()
        del self._feeds[feed.stream.name]
        self._timed = [one for one in self._timed if one is not feed]
        self._changing = [one for one in self._changing if one is not feed]
        symbol = feed.stream.symbol
        self._of_symbol[symbol] = [one for one in self._of_symbol.get(symbol, ()) if one is not feed]

    def _due_ms(self) -> float:
        feeds = min((feed.due_ms for feed in self._timed), default=NEVER)
        return min(feeds, min((session.due_ms for session in self.sessions), default=NEVER))

    def _wake(self) -> None:
        """Let the task that calls `tick` see a time that has become earlier; without a loop others must call it."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._task is not None and not self._task.done() and self._task.get_loop() is loop:
            if self._wakes_ms <= self._due_ms():
                return
            self._task.cancel()
        self._wakes_ms = self._due_ms()
        self._task = loop.create_task(self._run())

    async def _run(self) -> None:
        clock = self.venue.clock
        while self.sessions:
            self._wakes_ms = self._due_ms()
            await clock.sleep(max(1, self._wakes_ms - clock.now_ms()))
            self.tick()
