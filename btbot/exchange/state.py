"""What the exchange knows, and the one function that changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from btbot.exchange import applying
from btbot.exchange.averages import Average
from btbot.exchange.book import Book
from btbot.exchange.events import BalanceEvent, Event, ListEvent, OrderEvent, SymbolEvent, TradeEvent
from btbot.exchange.fees import Fees
from btbot.exchange.filters import Reference
from btbot.exchange.ledger import Ledger
from btbot.exchange.live import Live
from btbot.exchange.order import OrderList
from btbot.exchange.shelf import Shelf
from btbot.exchange.symbols import Symbol
from btbot.exchange.triggers import Triggers


class State:
    """Everything that events change.

    Live, an event is made from this state and applied at once; in a replay the same events are applied to an empty
    state. Only the liquidity of the market is changed elsewhere, since it is no part of what a journal keeps.

    Attributes
    ----------
    orders
        All open and kept orders by id.
    newborn
        The object that the next NEW or REPLACED event brings to life. Where it is another object than that of the event
        (in a replay), the exchange makes its own.
    taking
        The order that is being matched: it rests after that only, and only if something is left.
    due
        Orders that a price has triggered, or whose turn in a list has come, until they are dealt with.
    batch
        The events of the present command.
    """

    def __init__(self, discount_asset: str, keep_done: int) -> None:
        self.symbols: dict[str, Symbol] = {}
        self.books: dict[str, Book] = {}
        self.triggers: dict[str, Triggers] = {}
        self.averages: dict[str, Average] = {}
        self.last_price: dict[str, int] = {}
        self.trade_ids: dict[str, int] = {}
        self.prevented_ids: dict[str, int] = {}
        self.ledger = Ledger()
        self.fees = Fees(discount_asset, self.symbols, self.last_price)
        self.shelves: dict[str, Shelf] = {}
        self.orders: dict[int, Live] = {}
        self.lists: dict[int, OrderList] = {}
        self.order_id = 0
        self.list_id = -1
        self.keep_done = keep_done
        self.newborn: Live | OrderList | None = None
        self.taking: Live | None = None
        self.due: dict[int, Live] = {}
        self.reference = Reference()
        self.batch: list[Event] = []
        self._appliers: dict[type[Any], Callable[[State, Any], None]] = {
            OrderEvent: applying.order_event,
            TradeEvent: applying.trade_event,
            ListEvent: applying.list_event,
            BalanceEvent: applying.balance_event,
            SymbolEvent: applying.symbol_event,
        }

    def apply(self, event: Event) -> None:
        """Change the state as the event says."""
        self._appliers[type(event)](self, event)

    def emit(self, event: Event) -> None:
        """Make an event part of the present batch and apply it."""
        self.batch.append(event)
        self._appliers[type(event)](self, event)

    def shelf(self, account: str) -> Shelf:
        """Give the orders of an account, made where it is not there."""
        shelf = self.shelves.get(account)
        if shelf is None:
            shelf = self.shelves[account] = Shelf(self.keep_done)
            self.ledger.open(account)
        return shelf

    def end_batch(self) -> list[Event]:
        """Give the events of the command that ends and begin an empty batch."""
        batch, self.batch = self.batch, []
        self.newborn = None
        return batch
