"""Trades, one by one and by taker order."""

from __future__ import annotations

from btbot.exchange.events import TradeEvent
from btbot.paper.record import Aggregate
from btbot.paper.streams.feed import Feed
from btbot.paper.streams.frames import aggregate, trade

_Key = tuple[int, int, bool, int]


class TradeFeed(Feed):
    """``@trade``: every trade at once."""

    def on_trade(self, event: TradeEvent) -> None:
        self.send(trade(event))


class AggregateFeed(Feed):
    """``@aggTrade``: trades of one taker order at one price, as one.

    The ids are those of `Record.aggregates`, since both put the same trades together. What belongs together comes in
    one batch; a part that comes later goes out on its own under the same id.
    """

    def start(self, now_ms: int, market_ms: int) -> None:
        super().start(now_ms, market_ms)
        record = self.record
        known = record.aggregates(limit=1) if record is not None else []
        self._last_id = known[-1].id if known else -1
        self._last_key: _Key | None = _key_of(known[-1]) if known else None
        self._open: Aggregate | None = None

    def on_trade(self, event: TradeEvent) -> None:
        taker = event.sell_order_id if event.buyer_is_maker else event.buy_order_id
        key = (event.time_ms, event.price, event.buyer_is_maker, taker)
        if key != self._last_key:
            self.on_change()
            self._last_id += 1
            self._last_key = key
        if self._open is None:
            self._open = Aggregate(
                self._last_id, event.price, event.quantity, event.id, event.id, event.time_ms, event.buyer_is_maker,
                taker,
            )  # fmt: skip
        else:
            self._open = self._open._replace(quantity=self._open.quantity + event.quantity, last_id=event.id)

    def on_change(self) -> None:
        if self._open is not None:
            done, self._open = self._open, None
            self.send(aggregate(self.stream.symbol, done))


def _key_of(entry: Aggregate) -> _Key:
    return entry.time_ms, entry.price, entry.buyer_is_maker, entry.taker_id
