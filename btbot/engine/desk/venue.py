"""How the desk's orders reach a broker: ours, or Backtrader's own for ``fills: stock``."""

from __future__ import annotations

from typing import Any

import backtrader as bt

from btbot.engine.broker.broker import Broker
from btbot.engine.broker.orders import desk_order
from btbot.engine.desk.book import Book
from btbot.sizing import round_price

_MARKET, _LIMIT, _STOP = bt.Order.Market, bt.Order.Limit, bt.Order.Stop


class Venue:
    """Our own broker.

    Parameters
    ----------
    broker
        Takes the orders.
    """

    releases_before_exit = False  # protection stays in the market until the position is gone

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    def send(self, book: Book, size: float, reason: str, *, reduces: bool) -> None:
        """Send a market order of signed `size`."""
        order = self._order(book, size, _MARKET, None, reason)
        order.reduce_only = reduces
        self.broker.accept(order)
        book.working, book.reducing = order, reduces

    def guard(self, book: Book, held: float, entry: Any) -> None:
        """Put the protective orders of the position that `entry` opened into the market, the stop first."""
        protection = book.protection
        if protection is None:
            return
        if protection.may_stop:
            book.stop_order = self._protective(book, -held, _STOP, protection.level, protection.reason, entry)
        if protection.target == protection.target:
            book.target_order = self._protective(book, -held, _LIMIT, protection.target, "take_profit", entry)

    def move(self, book: Book) -> None:
        """Bring the stop to the level that the next bar meets."""
        order, protection = book.stop_order, book.protection
        if order is not None and protection is not None and not order.triggered:
            order.created.price = _to_tick(protection.level, book)
            order.info["reason"] = protection.reason

    def release(self, book: Book) -> None:
        """Take the protective orders out of the market."""
        for order in (book.stop_order, book.target_order):
            if order is not None and order.alive():
                self.broker.cancel(order)
        book.stop_order = book.target_order = None

    def guarded(self, book: Book) -> bool:
        """False while an order that should rest in the market does not; ours always do."""
        return True

    def cancel(self, order: Any) -> None:
        """Cancel a working order."""
        self.broker.cancel(order)

    def _protective(self, book: Book, size: float, exectype: int, price: float, reason: str, entry: Any) -> Any:
        order = self._order(book, size, exectype, _to_tick(price, book), reason)
        order.reduce_only = order.protective = True
        order.since = 0
        if entry.inside_price == entry.inside_price:
            order.born, order.born_price = entry.seen, entry.inside_price
        self.broker.accept(order)
        return order

    def _order(self, book: Book, size: float, exectype: int, price: float | None, reason: str) -> Any:
        view = book.view
        return desk_order(
            book.strategy, book.data, size=size, exectype=exectype, price=price, close=view.close, when=view.when,
            length=view.bar + 1, reason=reason,
        )  # fmt: skip


def _to_tick(price: float, book: Book) -> float:
    """Round a level to the tick; NaN, the level that does not exist yet, stays."""
    return round_price(price, book.lot.tick) if book.lot.tick and price == price else price


class StockVenue(Venue):
    """Backtrader's unchanged broker: bracket children work from the bar after the entry."""

    releases_before_exit = True

    def __init__(self, broker: Any) -> None:
        self.broker = broker

    def send(self, book: Book, size: float, reason: str, *, reduces: bool) -> None:
        """Send a market order of signed `size`."""
        book.working, book.reducing = self._trade(book, size, exectype=_MARKET, reason=reason), reduces

    def guard(self, book: Book, held: float, entry: Any) -> None:
        """Do nothing in the entry bar; `move` sends the pair at its close, unless the position ends there."""

    def move(self, book: Book) -> None:
        """Send stop and target as a pair of which one cancels the other, or move the stop that rests.

        The stop goes first, so that inside one bar it is taken before the target. A pair that the broker refused
        is sent again at the next close.
        """
        protection = book.protection
        if protection is None or (book.reducing and book.busy()):
            return
        level, order = protection.level, book.stop_order
        if order is not None and order.alive():
            order.created.price = level
            order.info["reason"] = protection.reason
            return
        resting = book.target_order is not None and book.target_order.alive()
        if level != level and (resting or protection.target != protection.target):
            return
        self.release(book)
        size = -float(self.broker.positions[book.data].size)
        if level == level:
            book.stop_order = self._trade(book, size, price=level, exectype=_STOP, reason=protection.reason)
        if protection.target == protection.target:
            book.target_order = self._trade(
                book, size, price=protection.target, exectype=_LIMIT, oco=book.stop_order, reason="take_profit"
            )

    def guarded(self, book: Book) -> bool:
        """False while an order that should rest in the market does not, or a stop may have to be sent."""
        protection = book.protection
        if protection is None:
            return True
        stop, target = book.stop_order, book.target_order
        stops = not protection.may_stop or (stop is not None and stop.alive())
        aims = protection.target != protection.target or (target is not None and target.alive())
        return stops and aims

    def _trade(self, book: Book, size: float, **options: Any) -> Any:
        send = self.broker.buy if size > 0 else self.broker.sell
        return send(book.strategy, book.data, abs(size), **options)
