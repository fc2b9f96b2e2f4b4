"""Events as rows of plain values, as the journal keeps them.

An order or a list is written whole with the first event that speaks of it and by its id from then on; what is read
back are again events of one and the same order object.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from btbot.exchange.events import BalanceEvent, Event, ListEvent, OrderEvent, SymbolEvent, TradeEvent
from btbot.exchange.order import DONE, Order, OrderList
from btbot.exchange.symbols import Symbol

encode = json.JSONEncoder(separators=(",", ":"), default=str).encode
_KINDS: tuple[type, ...] = (OrderEvent, TradeEvent, ListEvent, BalanceEvent, SymbolEvent)
_PARTS: tuple[type, ...] = (Order, OrderList, Symbol)
_WHOLE = "order", "list", "symbol"


def _names(kind: type) -> list[str]:
    return [one.name for one in fields(kind)]


def _getter(kind: type, without: str = "") -> Callable[[Any], tuple[Any, ...]]:
    getter: Callable[[Any], tuple[Any, ...]] = attrgetter(*(name for name in _names(kind) if name != without))
    return getter


LAYOUT = encode({kind.__name__: _names(kind) for kind in (*_KINDS, *_PARTS)})
"""Names of all fields in order: a journal of another layout cannot be read."""

_ORDER, _LIST, _SYMBOL = (_getter(kind) for kind in _PARTS)
_ORDER_EVENT = _getter(OrderEvent, "order")
_LIST_EVENT = _getter(ListEvent, "list")
_TRADE, _BALANCE = _getter(TradeEvent), _getter(BalanceEvent)


class Writer:
    """Turns batches of events into text. Ids of orders and lists grow, so the highest one tells which are known."""

    def __init__(self, *, last_order: int = 0, last_list: int = -1) -> None:
        self.last_order = last_order
        self.last_list = last_list

    def text(self, events: Sequence[Event]) -> str:
        """Return a batch as JSON."""
        new: set[tuple[str, int]] = set()
        rows = [self._row(event, new) for event in events]
        for kind, number in new:
            if kind == "order":
                self.last_order = max(self.last_order, number)
            else:
                self.last_list = max(self.last_list, number)
        return encode(rows)

    def _row(self, event: Event, new: set[tuple[str, int]]) -> tuple[Any, ...]:
        if isinstance(event, OrderEvent):
            order = event.order
            # An amendment gives an order another client id, hence is written whole too.
            whole = event.change == "REPLACED" or (order.id > self.last_order and ("order", order.id) not in new)
            new.add(("order", order.id))
            return (0, _ORDER(order) if whole else order.id, *_ORDER_EVENT(event))
        if isinstance(event, TradeEvent):
            return (1, *_TRADE(event))
        if isinstance(event, ListEvent):
            listed = event.list
            whole = listed.id > self.last_list and ("list", listed.id) not in new
            new.add(("list", listed.id))
            return (2, _LIST(listed) if whole else listed.id, *_LIST_EVENT(event))
        if isinstance(event, BalanceEvent):
            return (3, *_BALANCE(event))
        return (4, event.name, None if event.symbol is None else _SYMBOL(event.symbol), event.time_ms)


class Reader:
    """Turns text back into events. Orders begin as they were before their first event."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}
        self._lists: dict[int, OrderList] = {}
        self.last_order = 0
        self.last_list = -1

    def events(self, text: str) -> list[Event]:
        """Return the events of a batch; apply them before the next one is read."""
        found = [self._event(row) for row in json.loads(text)]
        for event in found:
            if isinstance(event, OrderEvent) and event.status in DONE:
                self._orders.pop(event.order.id, None)
            elif isinstance(event, ListEvent) and event.status == "ALL_DONE":
                self._lists.pop(event.list.id, None)
        return found

    def _event(self, row: list[Any]) -> Event:
        kind, rest = row[0], row[1:]
        if kind == 0:
            return OrderEvent(self._order(rest[0]), *rest[1:])
        if kind == 2:
            return ListEvent(self._list(rest[0]), *rest[1:])
        if kind == 4:
            return SymbolEvent(rest[0], None if rest[1] is None else _symbol(rest[1]), rest[2])
        return TradeEvent(*rest) if kind == 1 else BalanceEvent(*rest)

    def _order(self, value: int | list[Any]) -> Order:
        if isinstance(value, int):
            return self._orders[value]
        order = Order(*value)
        order.status = "NEW"
        order.executed = order.spent = order.prevented = order.peak = 0
        order.working, order.working_ms, order.updated_ms = False, -1, order.created_ms
        self._orders[order.id] = order
        self.last_order = max(self.last_order, order.id)
        return order

    def _list(self, value: int | list[Any]) -> OrderList:
        if isinstance(value, int):
            return self._lists[value]
        listed = OrderList(*value)
        listed.status, listed.order_status, listed.updated_ms = "EXEC_STARTED", "EXECUTING", listed.created_ms
        self._lists[listed.id] = listed
        self.last_list = max(self.last_list, listed.id)
        return listed


def _symbol(values: list[Any]) -> Symbol:
    plain: Any = (tuple(value) if isinstance(value, list) else value for value in values)
    return Symbol(*plain)
