"""Orders, lists and what rests, as the plain exchange keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

UNIT = Decimal("0.00000001")
OVER = ("FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH")


def down(value: Decimal) -> Decimal:
    return value.quantize(UNIT, ROUND_FLOOR)


def up(value: Decimal) -> Decimal:
    return value.quantize(UNIT, ROUND_CEILING)


@dataclass(eq=False)
class PlainOrder:
    id: int
    account: str
    symbol: str
    client_id: str
    side: str
    kind: str
    time_in_force: str
    quantity: Decimal
    price: Decimal
    stop: Decimal
    iceberg: Decimal
    delta: int
    prevention: str
    quote: Decimal = Decimal(0)
    list_id: int = -1
    status: str = "NEW"
    executed: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    prevented: Decimal = Decimal(0)
    working: bool = False
    peak: Decimal = Decimal(0)
    reference: Decimal = Decimal(0)
    amends: int = 0

    @property
    def open(self) -> bool:
        return self.status not in OVER

    @property
    def left(self) -> Decimal:
        return self.quantity - self.executed - self.prevented

    def met(self, price: Decimal) -> bool:
        """Say whether a price reaches the stop price, seen from where stops and take-profits of this side wait."""
        if (self.side, self.kind[:4]) in (("BUY", "STOP"), ("SELL", "TAKE")):
            return price >= self.stop
        return price <= self.stop


@dataclass(eq=False)
class PlainList:
    id: int
    account: str
    symbol: str
    client_id: str
    form: str
    orders: list[PlainOrder] = field(default_factory=list)

    @property
    def pair(self) -> list[PlainOrder]:
        return self.orders if self.form == "OCO" else self.orders[1:]

    @property
    def open(self) -> bool:
        return any(order.open for order in self.orders)


@dataclass(eq=False)
class Resting:
    """A part of the book: an order of a user with what it shows, or a quantity of the market."""

    number: int
    symbol: str
    side: str
    price: Decimal
    quantity: Decimal
    order: PlainOrder | None = None
