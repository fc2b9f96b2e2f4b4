"""Figures of a day or of a shorter window, and the average price: once a second where something has changed."""

from __future__ import annotations

from btbot.exchange.units import SCALE
from btbot.paper.candles import Running
from btbot.paper.record import Day, Record
from btbot.paper.streams.book_feeds import best
from btbot.paper.streams.feed import Feed
from btbot.paper.streams.frames import Payload, average_price, mini_ticker, ticker, window_ticker
from btbot.paper.streams.names import EVERY, WINDOWS

_MINUTE = 60_000
_TIMES = frozenset({"E", "O", "C"})


class FigureFeed(Feed):
    """Tickers of one symbol, or an array of those that have changed."""

    def start(self, now_ms: int, market_ms: int) -> None:
        super().start(now_ms, market_ms)
        self._told: dict[str, Payload] = {}

    def tick(self, now_ms: int, market_ms: int) -> None:
        super().tick(now_ms, market_ms)
        if self.stream.symbol != EVERY:
            found = self._news(self.stream.symbol, market_ms)
            if found is not None:
                self.send(found)
            return
        changed = [found for name in self.venue.records if (found := self._news(name, market_ms)) is not None]
        if changed:
            self.send(changed)

    def _news(self, symbol: str, market_ms: int) -> Payload | None:
        record = self.venue.records.get(symbol)
        if record is None:
            return None
        record.advance(market_ms)
        if not record.last_price:  # nothing was ever traded
            return None
        payload = self._payload(record, symbol, market_ms)
        figures = {name: value for name, value in payload.items() if name not in _TIMES}
        if self._told.get(symbol) == figures:
            return None
        self._told[symbol] = figures
        return payload

    def _payload(self, record: Record, symbol: str, market_ms: int) -> Payload:
        if self.stream.kind == "miniTicker":
            return mini_ticker(symbol, record.day(), now_ms=market_ms)
        if self.stream.kind == "ticker":
            return ticker(symbol, record.day(), *best(self.venue, symbol), now_ms=market_ms)
        window = self.stream.interval
        return window_ticker(symbol, window, figures_of(record, WINDOWS[window], market_ms), now_ms=market_ms)


class AveragePriceFeed(Feed):
    """``@avgPrice``: the price that market orders are judged by."""

    _told: tuple[int, int] | None = None

    def tick(self, now_ms: int, market_ms: int) -> None:
        super().tick(now_ms, market_ms)
        record = self.record
        if record is None:
            return
        record.advance(market_ms)
        symbol = self.venue.exchange.symbols.get(self.stream.symbol)
        minutes = 5 if symbol is None else symbol.price_minutes
        traded_ms = 0 if record.last_trade is None else record.last_trade.time_ms
        now = record.average_price(minutes), traded_ms
        if now != self._told:
            self._told = now
            self.send(average_price(self.stream.symbol, now[0], minutes, traded_ms, now_ms=market_ms))


def figures_of(record: Record, minutes: int, now_ms: int) -> Day:
    """Give the figures of a window that begins on a minute and ends now."""
    open_ms = (now_ms - minutes * _MINUTE) // _MINUTE * _MINUTE
    total: Running | None = None
    for candle in record.candles("1m", start_ms=open_ms, end_ms=now_ms, limit=minutes + 2):
        if total is None:
            total = Running(open_ms, now_ms, candle.open)
        total.fold(candle)
    last = record.last_trade
    if total is None:
        total = Running(open_ms, now_ms, record.last_price)
    last_id = last.id if last is not None and total.trades else -1
    return Day(
        open_ms=open_ms, close_ms=now_ms, open=total.open, high=total.high, low=total.low, last=record.last_price,
        last_quantity=0 if last is None else last.quantity, previous_close=total.open,
        average=total.quote_volume * SCALE // total.volume if total.volume else record.last_price,
        volume=total.volume, quote_volume=total.quote_volume, trades=total.trades,
        first_id=max(last_id - total.trades + 1, 0) if last_id >= 0 else -1, last_id=last_id,
    )  # fmt: skip
