"""Who waits where in a book: the market's part of a level, users in the way of a price."""

from __future__ import annotations

from btbot.exchange.book import Book
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Side

EVERYTHING = 10**30
OTHER: dict[Side, Side] = {"BUY": "SELL", "SELL": "BUY"}
_SWEEPS = 100  # an iceberg shows itself part by part


def better(side: Side, price: int, than: int) -> bool:
    """Tell whether a price of that side stands strictly before another."""
    return price > than if side == "BUY" else price < than


def own(book: Book, side: Side, price: int) -> int:
    """Give the market's own quantity at a price."""
    level = book.half(side).levels.get(price)
    return 0 if level is None else sum(entry.quantity for key, entry in level.queue.items() if key < 0)


def met(book: Book, price: int, taker: Side) -> Side:
    """Give the side of a trade at a price: `taker`, unless only the other one meets a user who waits there."""
    for side in (OTHER[taker], taker):
        level = book.half(side).levels.get(price)
        if level is not None and any(key >= 0 for key in level.queue):
            return OTHER[side]
    return taker


def pass_through(exchange: Exchange, book: Book, symbol: str, price: int, now_ms: int) -> list[Event]:
    """Fill the users whose limits a price has left behind; the market's own must be gone from there."""
    events: list[Event] = []
    takers: tuple[tuple[Side, int], ...] = (("SELL", price + 1), ("BUY", price - 1))
    for taker, limit in takers:
        for _ in range(_SWEEPS):
            quantity = within(book, OTHER[taker], limit)
            if not quantity:
                break
            events += exchange.sweep(symbol, taker, limit, quantity, now_ms)
    return events


def within(book: Book, side: Side, limit: int) -> int:
    """Give the quantity of a side at the limit or better."""
    total = 0
    half = book.half(side)
    for key in reversed(half.keys):
        price = key * half.sign
        if price < limit if side == "BUY" else price > limit:
            break
        total += half.levels[price].quantity
    return total
