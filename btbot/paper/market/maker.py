"""The market's own hands: it quotes a ladder of prices and lets its trades print, around whatever users have resting.

Queue position is real: what the market adds goes behind the orders that wait, what it takes away it takes from the
back. A print trades by price and time like any order, so a user at its price is filled after the quantity before him.
Where the market's price has gone through a user's order, that order is filled first, as a whole, in addition to the
volume of the source. What users take comes back with a half-life.
"""

from __future__ import annotations

from btbot.exchange.book import Book
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Side
from btbot.paper.market.depth import Shape, ladder
from btbot.paper.market.waiting import EVERYTHING, OTHER, met, own, pass_through

HALF_LIFE_MS = 30_000


class Maker:
    """Quotes and prints for one symbol.

    Parameters
    ----------
    symbol
        Such as ``BTCUSDT``.
    seed
        Of the quantities on the levels.
    half_life_ms
        In which half of what users took has come back.
    """

    def __init__(self, symbol: str, *, seed: int = 0, half_life_ms: int = HALF_LIFE_MS) -> None:
        self.symbol = symbol
        self.shape: Shape | None = None
        self._seed = seed
        self._half_life_ms = half_life_ms
        self._wanted: dict[Side, dict[int, int]] = {"BUY": {}, "SELL": {}}
        self._best: tuple[int, int] = (0, 0)
        self._now_ms = 0
        self._quoted_ms = 0
        self._quoted_id = -1
        self._quoted_shape: Shape | None = None
        self._book: Book | None = None
        self._touched = True  # somebody else changed the book since it was quoted
        self._short = False  # a level has not come back yet

    def trades_on(self, exchange: Exchange) -> bool:
        """Tell whether the symbol is listed and its market open."""
        symbol = exchange.symbols.get(self.symbol)
        return symbol is not None and symbol.status == "TRADING"

    def trade(self, exchange: Exchange, price: int, quantity: int, taker: Side, now_ms: int) -> list[Event]:
        """Let a trade of the market print, and what happens with it.

        The side of the taker is that of the source, unless a user rests at just this price: then it is the one that
        meets him.
        """
        if self.shape is None or not self.trades_on(exchange):
            return []
        book = self._look(exchange, now_ms)
        self._step_back(exchange, price, price)
        events = pass_through(exchange, book, self.symbol, price, now_ms)
        taker = met(book, price, taker)
        spread = self.shape.spread
        bid, ask = (price - spread, price) if taker == "BUY" else (price, price + spread)
        self._quote(exchange, book, bid, ask)
        self._add(exchange, book, OTHER[taker], price, quantity)
        before = book.update_id
        events += exchange.sweep(self.symbol, taker, price, quantity, now_ms)
        if self._quoted_id == before - 1 and book.update_id == before + 1:
            self._quoted_id = book.update_id  # the print took what was added for it and nothing else
        return events

    def quote(self, exchange: Exchange, bid: int, ask: int, now_ms: int) -> None:
        """Bring the ladder of both sides to these best prices; what users took there comes back by and by."""
        self._quote(exchange, self._look(exchange, now_ms), bid, ask)

    def refill(self, exchange: Exchange, now_ms: int) -> None:
        """Let some of what users took come back, at the prices that are quoted."""
        if self._best[0] and self.trades_on(exchange):
            self._quote(exchange, self._look(exchange, now_ms), *self._best)
            self._quoted_ms = now_ms

    def _look(self, exchange: Exchange, now_ms: int) -> Book:
        """Give the book, noting whether somebody else changed it; a symbol that was listed anew has a new one."""
        self._now_ms = now_ms
        book = exchange.books[self.symbol]
        if book is not self._book:
            self._book, self._best = book, (0, 0)
            self._wanted = {"BUY": {}, "SELL": {}}
        self._touched |= book.update_id != self._quoted_id
        return book

    def _quote(self, exchange: Exchange, book: Book, bid: int, ask: int) -> None:
        made = self.shape
        check = self._touched or self._short or self._quoted_shape is not made
        if made is None or (self._best == (bid, ask) and not check):
            return
        back = 1.0 - 0.5 ** ((self._now_ms - self._quoted_ms) / self._half_life_ms) if check else None
        self._step_back(exchange, bid, ask)
        self._touched = self._short = False
        self._refresh(exchange, book, "BUY", ladder(made, bid, "BUY", self._seed), back)
        self._refresh(exchange, book, "SELL", ladder(made, ask, "SELL", self._seed), back)
        self._best, self._quoted_shape = (bid, ask), made
        self._quoted_ms, self._quoted_id = self._now_ms, book.update_id

    def open_at(self, exchange: Exchange, price: int, now_ms: int) -> None:
        """Quote around a price at which nothing trades now."""
        if self.shape is not None and price and self.trades_on(exchange):
            self.quote(exchange, price, price + self.shape.spread, now_ms)

    def _step_back(self, exchange: Exchange, bid: int, ask: int) -> None:
        """Take away the market's bids above `bid` and asks below `ask`."""
        for price in [price for price in self._wanted["BUY"] if price > bid]:
            exchange.withdraw(self.symbol, "BUY", price, EVERYTHING, self._now_ms)
            del self._wanted["BUY"][price]
        for price in [price for price in self._wanted["SELL"] if price < ask]:
            exchange.withdraw(self.symbol, "SELL", price, EVERYTHING, self._now_ms)
            del self._wanted["SELL"][price]

    def _refresh(self, exchange: Exchange, book: Book, side: Side, wanted: dict[int, int], back: float | None) -> None:
        """Bring one side to the wanted levels; `back` of what users took returns, None says that they took nothing."""
        known, step = self._wanted[side], exchange.symbols[self.symbol].step
        for price in known:
            if price not in wanted:
                exchange.withdraw(self.symbol, side, price, EVERYTHING, self._now_ms)
        for price, target in wanted.items():
            before = known.get(price)
            if before is not None and back is None and 4 * before < 5 * target and 4 * target < 5 * before:
                wanted[price] = before
                continue
            there = own(book, side, price)
            missing = target - there
            if before is not None and back is not None and there * 5 < min(before, target) * 4:
                missing = int(missing * back) // step * step
                self._short = True
            elif before is not None and there * 5 >= target * 4 and there * 4 <= target * 5:
                continue
            if missing > 0:
                self._add(exchange, book, side, price, missing)
            elif missing < 0:
                exchange.withdraw(self.symbol, side, price, -missing, self._now_ms)
        self._wanted[side] = wanted

    def _add(self, exchange: Exchange, book: Book, side: Side, price: int, quantity: int) -> None:
        """Supply, unless an order that came in between stands in the way; the next print will meet it."""
        other = book.best(OTHER[side])
        if other and (price >= other if side == "BUY" else price <= other):
            return
        exchange.supply(self.symbol, side, price, quantity, self._now_ms)
