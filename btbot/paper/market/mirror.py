"""Makes a book follow another exchange's: its levels are set, its trades print, users wait in its queues.

A level that grows does so behind the users who wait there, one that shrinks does so from behind them: cancelled was
always somebody later. A trade takes from the front. Where the source's prices reach a user's limit, what the source
offers there is traded with him; where its trades go through the limit, he is filled as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Side
from btbot.exchange.public import PublicBook, PublicTrade, Rows
from btbot.paper.market.waiting import EVERYTHING, OTHER, better, met, own, pass_through

_KEPT = 5_000  # levels of a side


class Mirror:
    """Brings one symbol's book into the state that a source reports.

    Parameters
    ----------
    symbol
        Such as ``BTCUSDT``.

    Attributes
    ----------
    gaps
        How often updates were missing between two of the source.
    """

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.gaps = 0
        self._held: dict[Side, set[int]] = {"BUY": set(), "SELL": set()}
        self._last_id = 0

    def apply(self, exchange: Exchange, event: PublicBook | PublicTrade, now_ms: int) -> list[Event]:
        """Let the event happen; nothing while the symbol is not listed or its market closed."""
        symbol = exchange.symbols.get(self.symbol)
        if symbol is None or symbol.status != "TRADING":
            return []
        if isinstance(event, PublicTrade):
            return self._trade(exchange, event, now_ms)
        return self._book(exchange, event, now_ms)

    def _trade(self, exchange: Exchange, trade: PublicTrade, now_ms: int) -> list[Event]:
        book, price = exchange.books[self.symbol], trade.price
        for side in OTHER:
            for stale in [one for one in self._held[side] if better(side, one, price)]:
                self._set(exchange, side, stale, 0, now_ms)
        events = pass_through(exchange, book, self.symbol, price, now_ms)
        taker = met(book, price, "SELL" if trade.buyer_is_maker else "BUY")
        maker = OTHER[taker]
        self._clear_way(exchange, maker, price, now_ms)
        missing = trade.quantity - own(book, maker, price)
        if missing > 0:
            exchange.supply(self.symbol, maker, price, missing, now_ms)
            self._held[maker].add(price)
        return events + exchange.sweep(self.symbol, taker, price, trade.quantity, now_ms)

    def _book(self, exchange: Exchange, update: PublicBook, now_ms: int) -> list[Event]:
        if update.last_id and not update.whole:
            self.gaps += self._last_id > 0 and update.first_id > self._last_id + 1
        self._last_id = update.last_id
        bids, asks = _levels(update.bids), _levels(update.asks)
        if update.whole:
            bids = dict.fromkeys(self._held["BUY"], 0) | bids
            asks = dict.fromkeys(self._held["SELL"], 0) | asks
        sides: tuple[tuple[Side, dict[int, int]], ...] = (("BUY", bids), ("SELL", asks))
        for side, levels in sides:
            for price, quantity in levels.items():
                if not quantity:
                    self._set(exchange, side, price, 0, now_ms)
        events: list[Event] = []
        for side, levels in sides:
            events += self._offer(exchange, side, levels, now_ms)
            self._forget(exchange, side, now_ms)
        return events

    def _offer(self, exchange: Exchange, side: Side, levels: dict[int, int], now_ms: int) -> list[Event]:
        """Set the levels that are there; what users have in their way is traded with first, best price first."""
        book, events = exchange.books[self.symbol], []
        prices = sorted((price for price in levels if levels[price]), reverse=side == "BUY")
        for price in prices[:1]:
            self._clear_way(exchange, side, price, now_ms)
        for price in prices:
            facing = book.best(OTHER[side])
            if facing and not better(OTHER[side], price, facing):
                events += exchange.sweep(self.symbol, side, price, levels[price], now_ms)
            self._set(exchange, side, price, levels[price], now_ms)
        return events

    def _clear_way(self, exchange: Exchange, side: Side, price: int, now_ms: int) -> None:
        """Take stale levels of the other side away that a level at this price would cross."""
        facing = OTHER[side]
        for stale in [one for one in self._held[facing] if not better(facing, price, one)]:
            self._set(exchange, facing, stale, 0, now_ms)

    def _set(self, exchange: Exchange, side: Side, price: int, quantity: int, now_ms: int) -> None:
        book = exchange.books[self.symbol]
        missing = quantity - own(book, side, price)
        if missing < 0:
            exchange.withdraw(self.symbol, side, price, -missing, now_ms)
        elif missing > 0:
            facing = book.best(OTHER[side])
            if facing and not better(OTHER[side], price, facing):
                return  # a user's order is larger than what was offered: he stands there now
            exchange.supply(self.symbol, side, price, missing, now_ms)
        if quantity:
            self._held[side].add(price)
        else:
            self._held[side].discard(price)

    def _forget(self, exchange: Exchange, side: Side, now_ms: int) -> None:
        """Keep the side bounded: the worst levels go."""
        excess = len(self._held[side]) - _KEPT
        if excess > 0:
            for price in sorted(self._held[side], reverse=side == "SELL")[:excess]:
                exchange.withdraw(self.symbol, side, price, EVERYTHING, now_ms)
                self._held[side].discard(price)


def _levels(rows: Rows | Iterable[tuple[int, int]]) -> dict[int, int]:
    return dict(rows)
