"""Stops and take-profits that wait for a price, and trailing ones that follow it."""

from __future__ import annotations

from bisect import bisect_left, insort

from btbot.exchange.live import Live

BIPS = 10_000


def rises(order: Live) -> bool:
    """Say whether an order waits for a price at or above its stop price (else at or below)."""
    return (order.side == "BUY") == (order.kind in ("STOP_LOSS", "STOP_LOSS_LIMIT"))


def met(order: Live, price: int) -> bool:
    """Say whether a price fulfils the stop price of an order."""
    return price >= order.stop_price if rises(order) else price <= order.stop_price


def follow(order: Live, price: int) -> None:
    """Move the most favourable price of a trailing order; it begins at the price that fulfils its stop price."""
    if not order.peak:
        if not order.stop_price or met(order, price):
            order.peak = price
    elif order.side == "SELL":
        order.peak = max(order.peak, price)
    else:
        order.peak = min(order.peak, price)


def turned(order: Live, price: int) -> bool:
    """Say whether the price has moved away from the best one by the delta of a trailing order."""
    if not order.peak:
        return False
    if order.side == "SELL":
        return price * BIPS <= order.peak * (BIPS - order.trailing_delta)
    return price * BIPS >= order.peak * (BIPS + order.trailing_delta)


class Triggers:
    """The waiting orders of one symbol."""

    __slots__ = ("_falling", "_rising", "orders", "trailing")

    def __init__(self) -> None:
        self.orders: dict[int, Live] = {}
        self.trailing: dict[int, Live] = {}
        self._rising: list[tuple[int, int]] = []
        self._falling: list[tuple[int, int]] = []

    def add(self, order: Live) -> None:
        self.orders[order.id] = order
        if order.trailing_delta:
            self.trailing[order.id] = order
        elif rises(order):
            insort(self._rising, (order.stop_price, order.id))
        else:
            insort(self._falling, (-order.stop_price, order.id))

    def remove(self, order: Live) -> None:
        """Forget an order; one that does not wait is no error."""
        if self.orders.pop(order.id, None) is None:
            return
        if self.trailing.pop(order.id, None) is not None:
            return
        keys, key = (self._rising, order.stop_price) if rises(order) else (self._falling, -order.stop_price)
        del keys[bisect_left(keys, (key, order.id))]

    def replace(self, order: Live) -> None:
        """Put the amended form of an order in the place of the former one, if that one waits here."""
        if order.id in self.orders:
            self.orders[order.id] = order
        if order.id in self.trailing:
            self.trailing[order.id] = order

    def follow(self, price: int) -> None:
        """Let the trailing orders see a price."""
        for order in self.trailing.values():
            follow(order, price)

    def due(self, price: int) -> list[Live]:
        """List what a trade at a price triggers: the orders that a moving price meets first, then trailing ones."""
        found = []
        for keys, bound in ((self._rising, price), (self._falling, -price)):
            for key, order_id in keys:
                if key > bound:
                    break
                found.append(self.orders[order_id])
        found += [order for order in self.trailing.values() if turned(order, price)]
        return found
