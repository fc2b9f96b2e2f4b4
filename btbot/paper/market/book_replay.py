"""A recorded order book as a market: its levels and trades as they were, users in its queues."""

from __future__ import annotations

from collections.abc import Sequence

from btbot.bars import Bars
from btbot.errors import DataError
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.public import PublicBook, PublicEvent
from btbot.exchange.symbols import Symbol
from btbot.paper.candle_memory import Hole
from btbot.paper.market.mirror import Mirror


class BookReplay:
    """Replay snapshots and changes of a book, with the trades where they were recorded too.

    Without trades there are no candles, and orders with a trigger wait for trades of users; a resting order is filled
    where the recorded prices cross it.

    Parameters
    ----------
    symbol
        What is traded.
    events
        In the order of time, see `btbot.paper.market.book_file`; those before the first snapshot are left out.
    earlier
        Bars from before, as history.
    """

    def __init__(self, symbol: Symbol, events: Sequence[PublicEvent], *, earlier: Sequence[Bars] = ()) -> None:
        first = next((at for at, event in enumerate(events) if isinstance(event, PublicBook) and event.whole), None)
        if first is None:
            raise DataError(
                f"{symbol.name}: there is no snapshot of the book among {len(events)} recorded events, only changes; "
                "give the file of the snapshot as well"
            )
        self.symbol = symbol
        self.start_ms = events[first].time_ms
        self._events = events[first:]
        self._earlier = earlier
        self._mirror = Mirror(symbol.name)
        self._at = 0

    @property
    def gaps(self) -> int:
        """How often updates were missing between two that were recorded, so far."""
        return self._mirror.gaps

    @property
    def holes(self) -> Sequence[Hole]:
        """None: silence is a quiet market."""
        return ()

    def history(self) -> Sequence[Bars]:
        """Give the earlier bars up to the start."""
        return [bars.between(None, self.start_ms - bars.timeframe.ms + 1) for bars in self._earlier]

    def skip_to(self, market_ms: int) -> None:
        """Begin with the book as it was then."""
        if market_ms <= self.start_ms:
            return
        bids: dict[int, int] = {}
        asks: dict[int, int] = {}
        last_id = 0
        while self._at < len(self._events) and self._events[self._at].time_ms <= market_ms:
            event = self._events[self._at]
            self._at += 1
            if isinstance(event, PublicBook):
                if event.whole:
                    bids, asks = {}, {}
                bids.update(event.bids)
                asks.update(event.asks)
                last_id = event.last_id
        left, right = (tuple(row for row in levels.items() if row[1]) for levels in (bids, asks))
        now = PublicBook(market_ms, left, right, True, last_id, last_id)
        self._events, self._at, self.start_ms = [now, *self._events[self._at :]], 0, market_ms

    def next_ms(self) -> int | None:
        """Give the time of the next event."""
        return self._events[self._at].time_ms if self._at < len(self._events) else None

    def step(self, exchange: Exchange) -> list[Event]:
        """Let the next event happen; at the end of the recording nothing does."""
        if self._at >= len(self._events):
            return []
        event = self._events[self._at]
        self._at += 1
        return self._mirror.apply(exchange, event, event.time_ms)
