"""The order book of one symbol: sorted prices, a queue at each, users and the market side by side."""

from __future__ import annotations

from bisect import bisect_left, insort

from btbot.exchange.live import Chunk, Level, Live
from btbot.exchange.order import Side

Row = tuple[int, int]
_MOST_CHANGES = 100_000  # as many prices as this have changed: nobody drains the book


class Half:
    """The bids or the asks.

    Attributes
    ----------
    keys
        Prices in ascending order, those of asks negative: the best price of either side is the last one.
    """

    __slots__ = ("changed", "keys", "levels", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}
        self.changed: set[int] = set()

    def at(self, price: int) -> Level:
        """Give the level of a price, made where it is not there."""
        level = self.levels.get(price)
        if level is None:
            level = self.levels[price] = Level(price)
            insort(self.keys, price * self.sign)
        return level

    def front(self) -> Level | None:
        """Give the best level."""
        keys = self.keys
        return self.levels[keys[-1] * self.sign] if keys else None

    def drop(self, price: int) -> None:
        """Take a level off the side."""
        if len(self.changed) > _MOST_CHANGES:
            self.changed.clear()
        del self.levels[price]
        key = price * self.sign
        keys = self.keys
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]


class Book:
    """Both sides of one symbol.

    Attributes
    ----------
    update_id
        Grows by 1 with every change of a level.
    """

    __slots__ = ("_chunks", "_drained", "asks", "bids", "update_id")

    def __init__(self) -> None:
        self.bids = Half(1)
        self.asks = Half(-1)
        self.update_id = 0
        self._chunks = 0
        self._drained = 0

    def half(self, side: Side) -> Half:
        return self.bids if side == "BUY" else self.asks

    def best(self, side: Side) -> int:
        """Give the best price of a side, 0 where it is empty."""
        half = self.bids if side == "BUY" else self.asks
        return half.keys[-1] * half.sign if half.keys else 0

    def levels(self, side: Side, limit: int) -> list[Row]:
        """List price and visible quantity of the best `limit` levels, best first."""
        half = self.half(side)
        sign = half.sign
        return [(key * sign, half.levels[key * sign].quantity) for key in half.keys[: -limit - 1 : -1]]

    def drain(self) -> tuple[int, int, list[Row], list[Row]]:
        """Give the first and last update id since the last call, and the changed bids and asks; quantity 0 is gone."""
        first, self._drained = self._drained + 1, self.update_id
        return first, self.update_id, _changes(self.bids), _changes(self.asks)

    def add(self, order: Live, shown: int) -> None:
        """Put an order at the end of its queue with the quantity that it shows."""
        half = self.bids if order.side == "BUY" else self.asks
        price = order.price
        level = half.at(price)
        level.queue[order.id] = order
        level.quantity += shown
        order.level = level
        order.shown = shown
        half.changed.add(price)
        self.update_id += 1

    def remove(self, order: Live, level: Level) -> None:
        """Take an order out of its queue."""
        half = self.bids if order.side == "BUY" else self.asks
        del level.queue[order.id]
        level.quantity -= order.shown
        order.level = None
        order.shown = 0
        if not level.queue:
            half.drop(level.price)
        half.changed.add(level.price)
        self.update_id += 1

    def reduce(self, order: Live, level: Level, quantity: int, refill: int) -> None:
        """Take a part of what an order shows; an iceberg shows `refill` anew, at the end of the queue."""
        shown = order.shown - quantity
        if shown <= 0 and not refill:
            self.remove(order, level)
            return
        if shown <= 0:
            del level.queue[order.id]
            level.queue[order.id] = order
            shown = refill
        level.quantity += shown - order.shown
        order.shown = shown
        (self.bids if order.side == "BUY" else self.asks).changed.add(level.price)
        self.update_id += 1

    def supply(self, side: Side, price: int, quantity: int) -> None:
        """Add liquidity of the market at the end of the queue of a price.

        Raises
        ------
        ValueError
            If the book would be crossed: what crosses must be swept.
        """
        other = self.best("SELL" if side == "BUY" else "BUY")
        if other and (price >= other if side == "BUY" else price <= other):
            raise ValueError(f"{side} {quantity} at {price} crosses the other side of the book at {other}")
        if quantity <= 0:
            return
        half = self.half(side)
        level = half.at(price)
        last = level.queue[next(reversed(level.queue))] if level.queue else None
        if isinstance(last, Chunk):
            last.quantity += quantity
        else:
            self._chunks -= 1
            level.queue[self._chunks] = Chunk(quantity)
        level.quantity += quantity
        half.changed.add(price)
        self.update_id += 1

    def withdraw(self, side: Side, price: int, quantity: int) -> int:
        """Take liquidity of the market away, from the back of the queue; give how much there was to take."""
        half = self.half(side)
        level = half.levels.get(price)
        if level is None or quantity <= 0:
            return 0
        taken = 0
        while taken < quantity:
            last = _last_chunk(level)
            if last is None:
                break
            taken += self.consume(half, level, last[0], last[1], quantity - taken)
        return taken

    def consume(self, half: Half, level: Level, key: int, chunk: Chunk, quantity: int) -> int:
        """Take up to a quantity from a chunk of the market; give how much that was."""
        if chunk.quantity > quantity:
            chunk.quantity -= quantity
        else:
            quantity = chunk.quantity
            del level.queue[key]
            if not level.queue:
                half.drop(level.price)
        level.quantity -= quantity
        half.changed.add(level.price)
        self.update_id += 1
        return quantity

    def of_market(self, side: Side, price: int) -> int:
        """Give the market's own quantity at a price, without that of users."""
        level = self.half(side).levels.get(price)
        if level is None:
            return 0
        return sum(chunk.quantity for chunk in level.queue.values() if isinstance(chunk, Chunk))

    def clear(self) -> None:
        """Take all liquidity of the market off."""
        for half in (self.bids, self.asks):
            for level in list(half.levels.values()):
                for key, chunk in list(level.queue.items()):
                    if isinstance(chunk, Chunk):
                        self.consume(half, level, key, chunk, chunk.quantity)


def _last_chunk(level: Level) -> tuple[int, Chunk] | None:
    for key, entry in reversed(level.queue.items()):
        if isinstance(entry, Chunk):
            return key, entry
    return None


def _changes(half: Half) -> list[Row]:
    """List the changed levels, best first, and forget that they changed."""
    rows = []
    for price in sorted(half.changed, reverse=half.sign > 0):
        level = half.levels.get(price)
        rows.append((price, 0 if level is None else level.quantity))
    half.changed.clear()
    return rows
