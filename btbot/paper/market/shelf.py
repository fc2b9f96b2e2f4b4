"""What a made-up market has resting: by price, bounded, and what of it others have taken."""

from __future__ import annotations

from random import Random

from btbot.exchange.book import Book
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Side
from btbot.paper.market.waiting import EVERYTHING, OTHER, better, own


class Shelf:
    """The market's own levels of one symbol.

    Attributes
    ----------
    held
        Prices of each side with the quantity there, as last seen.
    """

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.held: dict[Side, dict[int, int]] = {"BUY": {}, "SELL": {}}
        self._prices: dict[Side, list[int]] = {"BUY": [], "SELL": []}  # the same, to draw one from
        self._seen_id = -1

    def add(self, exchange: Exchange, side: Side, price: int, quantity: int, now_ms: int) -> None:
        """Put more on a price, unless it would cross the book."""
        facing = exchange.books[self.symbol].best(OTHER[side])
        if facing and not better(OTHER[side], price, facing):
            return
        exchange.supply(self.symbol, side, price, quantity, now_ms)
        held = self.held[side]
        if price not in held:
            self._prices[side].append(price)
        held[price] = held.get(price, 0) + quantity
        self._seen_id = exchange.books[self.symbol].update_id

    def cancel(self, exchange: Exchange, random: Random, now_ms: int) -> None:
        """Take one level away, drawn from all."""
        counts = len(self._prices["BUY"]), len(self._prices["SELL"])
        drawn = random.randrange(max(1, sum(counts)))
        side: Side = "BUY" if drawn < counts[0] else "SELL"
        prices = self._prices[side]
        if prices:
            self._remove(exchange, side, drawn if side == "BUY" else drawn - counts[0], now_ms)

    def bound(self, exchange: Exchange, side: Side, most: int, now_ms: int) -> None:
        """Let the worst level go where there are more."""
        prices = self._prices[side]
        if len(prices) > most:
            worst = min(prices) if side == "BUY" else max(prices)
            self._remove(exchange, side, prices.index(worst), now_ms)

    def taken(self, book: Book) -> dict[Side, int]:
        """Give what others have taken since the last look, by side, where there is something."""
        if book.update_id == self._seen_id:
            return {}
        before = {side: sum(levels.values()) for side, levels in self.held.items()}
        self.refresh(book)
        after = {side: sum(levels.values()) for side, levels in self.held.items()}
        return {side: before[side] - after[side] for side in before if before[side] > after[side]}

    def refresh(self, book: Book) -> None:
        """Look what is there; levels that were eaten up are forgotten."""
        for side, levels in self.held.items():
            best = book.best(side)
            for price in self._reached(levels, side, best):
                there = own(book, side, price)
                if there:
                    levels[price] = there
                else:
                    del levels[price]
                    self._prices[side].remove(price)
        self._seen_id = book.update_id

    def _reached(self, levels: dict[int, int], side: Side, best: int) -> list[int]:
        """Give the prices that may have been traded at: all that are not behind the best one."""
        if not best:
            return list(levels)
        return [price for price in levels if (price >= best if side == "BUY" else price <= best)]

    def _remove(self, exchange: Exchange, side: Side, at: int, now_ms: int) -> None:
        prices = self._prices[side]
        price = prices[at]
        prices[at] = prices[-1]
        prices.pop()
        del self.held[side][price]
        exchange.withdraw(self.symbol, side, price, EVERYTHING, now_ms)
        self._seen_id = exchange.books[self.symbol].update_id
