"""Orders as the book holds them: with their place in a queue and the money that is set aside for them."""

from __future__ import annotations

from dataclasses import dataclass

from btbot.exchange.order import Order


class Chunk:
    """Liquidity of the market in one place of a queue."""

    __slots__ = ("quantity",)

    def __init__(self, quantity: int) -> None:
        self.quantity = quantity


class Level:
    """All that waits at one price, first come first served.

    Attributes
    ----------
    quantity
        The visible sum.
    queue
        Orders by their id and chunks by a negative number, in the order in which they are served.
    """

    __slots__ = ("price", "quantity", "queue")

    def __init__(self, price: int) -> None:
        self.price = price
        self.quantity = 0
        self.queue: dict[int, Live | Chunk] = {}


@dataclass(slots=True, eq=False)
class Live(Order):
    """An order with what only the exchange needs to know of it.

    Attributes
    ----------
    hold
        Amount locked for it: of the quote asset for a buy, of the base asset for a sell.
    reference
        Price that values an order without one of its own: the last price when it was placed.
    shown
        Quantity in the queue; less than the remaining one for an iceberg.
    level
        Where it waits; None while it is not in the book.
    amends
        How often its quantity was reduced.
    """

    hold: int = 0
    reference: int = 0
    shown: int = 0
    level: Level | None = None
    amends: int = 0
