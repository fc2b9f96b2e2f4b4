"""The orders, lists and fills of one account, the done ones only as many as are kept."""

from __future__ import annotations

from collections import deque

from btbot.exchange.events import OrderEvent
from btbot.exchange.live import Live
from btbot.exchange.order import OrderList


class Page:
    """What one account has on one symbol.

    Attributes
    ----------
    open, kept
        Orders by id, in the order of their ids; `kept` has the open ones too.
    clients
        The newest order of each client id.
    fills, prevented
        Events of trades and of prevented self-trades, oldest first.
    """

    __slots__ = ("clients", "fills", "kept", "open", "prevented")

    def __init__(self) -> None:
        self.open: dict[int, Live] = {}
        self.kept: dict[int, Live] = {}
        self.clients: dict[str, Live] = {}
        self.fills: list[OrderEvent] = []
        self.prevented: list[OrderEvent] = []


class Shelf:
    """What one account has on all symbols.

    Parameters
    ----------
    keep
        How many done orders, and fills a symbol, are kept.
    """

    __slots__ = ("_done", "_keep", "lists", "pages")

    def __init__(self, keep: int) -> None:
        self.pages: dict[str, Page] = {}
        self.lists: dict[int, OrderList] = {}
        self._keep = keep
        self._done: deque[Live] = deque()

    def page(self, symbol: str) -> Page:
        """Give the page of a symbol, made where it is not there."""
        page = self.pages.get(symbol)
        if page is None:
            page = self.pages[symbol] = Page()
        return page

    def add(self, order: Live) -> None:
        """Put a new open order on the shelf."""
        page = self.page(order.symbol)
        page.open[order.id] = page.kept[order.id] = page.clients[order.client_id] = order

    def swap(self, former: Live, order: Live) -> None:
        """Put the amended form of an open order in the place of the former one."""
        page = self.page(order.symbol)
        if page.clients.get(former.client_id) is former:
            del page.clients[former.client_id]
        page.open[order.id] = page.kept[order.id] = page.clients[order.client_id] = order

    def close(self, order: Live) -> Live | None:
        """Move an order to the done ones; give the one that is forgotten for it."""
        page = self.pages[order.symbol]
        del page.open[order.id]
        self._done.append(order)
        if len(self._done) <= self._keep:
            return None
        oldest = self._done.popleft()
        page = self.pages[oldest.symbol]
        del page.kept[oldest.id]
        if page.clients.get(oldest.client_id) is oldest:
            del page.clients[oldest.client_id]
        return oldest

    def note(self, event: OrderEvent) -> None:
        """Keep a fill or a prevented self-trade."""
        page = self.pages[event.order.symbol]
        events = page.fills if event.change == "TRADE" else page.prevented
        events.append(event)
        if len(events) > 2 * self._keep:
            del events[: self._keep]

    def surplus_lists(self) -> list[int]:
        """Drop the oldest done lists beyond those kept and give their ids."""
        surplus = len(self.lists) - self._keep
        if surplus <= 0:
            return []
        done = [one.id for one in self.lists.values() if one.order_status != "EXECUTING"][:surplus]
        for list_id in done:
            del self.lists[list_id]
        return done

    def done(self) -> list[Live]:
        """List the done orders that are kept, in the order in which they ended."""
        return list(self._done)
