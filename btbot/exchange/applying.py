"""How each event changes the state. Nothing here decides: what an event says has happened."""

from __future__ import annotations

import copy
import dataclasses
from typing import TYPE_CHECKING

from btbot.exchange.averages import Average
from btbot.exchange.book import Book
from btbot.exchange.events import BalanceEvent, ListEvent, OrderEvent, SymbolEvent, TradeEvent
from btbot.exchange.live import Level, Live
from btbot.exchange.order import DONE, Order, OrderList
from btbot.exchange.pairs import partner
from btbot.exchange.triggers import Triggers, met
from btbot.exchange.units import SCALE

if TYPE_CHECKING:
    from btbot.exchange.state import State

CONDITIONAL = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
_LIVE_FIELDS = tuple(field.name for field in dataclasses.fields(Order))


def order_event(state: State, event: OrderEvent) -> None:
    change = event.change
    if change == "NEW":
        _new(state, event)
        return
    order = state.orders[event.order.id]
    order.updated_ms = event.time_ms
    if change == "TRADE":
        _trade(state, order, event)
    elif change == "CANCELED" or change == "EXPIRED" or change == "REJECTED":
        order.status = event.status
        _end(state, order)
    elif change == "TRIGGERED":
        _trigger(state, order, event)
    elif change == "TRADE_PREVENTION":
        _prevent(state, order, event)
    else:
        _amend(state, order, event)


def _new(state: State, event: OrderEvent) -> None:
    known = state.orders.get(event.order.id)
    if known is not None:
        _enter(state, known, event)
        return
    newborn = state.newborn
    order = newborn if isinstance(newborn, Live) and newborn is event.order else _reborn(event)
    order.reference = event.price
    state.orders[order.id] = order
    state.shelf(order.account).add(order)
    if order.id > state.order_id:
        state.order_id = order.id
    if order.status == "PENDING_NEW":
        _hold(state, order)
    else:
        _enter(state, order, event)


def _enter(state: State, order: Live, event: OrderEvent) -> None:
    """Let an order wait for its trigger, or in the book."""
    order.status = event.status
    order.updated_ms = event.time_ms
    if event.working:
        _work(state, order, event.time_ms)
        return
    if order.trailing_delta and event.price and (not order.stop_price or met(order, event.price)):
        order.peak = event.price
    _hold(state, order)
    state.triggers[order.symbol].add(order)


def _trigger(state: State, order: Live, event: OrderEvent) -> None:
    state.triggers[order.symbol].remove(order)
    _work(state, order, event.time_ms)


def _work(state: State, order: Live, time_ms: int) -> None:
    order.working = True
    order.working_ms = time_ms
    _hold(state, order)
    if order is not state.taking:
        rest(state, order)


def rest(state: State, order: Live) -> None:
    """Put what is left of a working order into the book, if it is of a kind that waits there."""
    if not order.price or order.time_in_force != "GTC":
        return
    shown = order.remaining
    if order.iceberg_quantity:
        shown = min(shown, order.iceberg_quantity)
    state.books[order.symbol].add(order, shown)


def claim(order: Live) -> int:
    """Give what must be locked for an order by itself; a market order in action needs nothing locked."""
    if order.working and not order.price:
        return 0
    if order.side == "SELL":
        return order.remaining
    return (order.price or order.stop_price or order.reference) * order.remaining // SCALE


def _hold(state: State, order: Live) -> None:
    """Lock what an order needs; of a pair of which only one can trade, the second locks what it needs more."""
    needed = claim(order)
    if order.list_id >= 0:
        other = partner(state, order)
        if other is not None and other.id < order.id:
            needed = max(0, needed - other.hold)
    _set_hold(state, order, needed)


def _set_hold(state: State, order: Live, needed: int) -> None:
    if needed != order.hold:
        symbol = state.symbols[order.symbol]
        asset = symbol.quote if order.side == "BUY" else symbol.base
        state.ledger.lock(order.account, asset, needed - order.hold)
        order.hold = needed


def _trade(state: State, order: Live, event: OrderEvent) -> None:
    quantity = event.quantity
    status = order.status = event.status
    order.executed = event.executed
    order.spent = event.spent
    if order.level is not None:
        _shrink(state, order, order.level, quantity, event.is_maker)
    symbol = state.symbols[order.symbol]
    released = 0
    if order.hold:
        left = 0 if status == "FILLED" else claim(order)
        released = order.hold - left
        order.hold = left
    state.ledger.settle(event, symbol.base, symbol.quote, released)
    state.shelves[order.account].note(event)
    if status == "FILLED":
        _close(state, order)


def _shrink(state: State, order: Live, level: Level, quantity: int, is_maker: bool) -> None:
    """Take a part of an order out of its queue.

    A taker is in the book in a replay only, which does not know when the matching ends: what it shows is set anew.
    """
    refill = 0
    if order.iceberg_quantity:
        refill = min(order.iceberg_quantity, order.remaining)
        if not is_maker:
            quantity, refill = order.shown - refill, 0
    if quantity:
        state.books[order.symbol].reduce(order, level, quantity, refill)


def _end(state: State, order: Live) -> None:
    """Take an order that is done out of wherever it waits, and free its money."""
    if order.level is not None:
        state.books[order.symbol].remove(order, order.level)
    elif not order.working and order.kind in CONDITIONAL:
        state.triggers[order.symbol].remove(order)
    _set_hold(state, order, 0)
    if order.list_id >= 0:
        other = partner(state, order)
        if other is not None:
            _set_hold(state, other, claim(other))
    _close(state, order)


def _close(state: State, order: Live) -> None:
    forgotten = state.shelves[order.account].close(order)
    if forgotten is not None:
        del state.orders[forgotten.id]


def _prevent(state: State, order: Live, event: OrderEvent) -> None:
    """Take away what would have traded with the account's own order."""
    order.prevented += event.quantity
    order.status = event.status
    state.shelves[order.account].note(event)
    match = event.trade_id
    if match > state.prevented_ids.get(order.symbol, -1):
        state.prevented_ids[order.symbol] = match
    if order.status in DONE:
        _end(state, order)
        return
    if order.level is not None:
        _shrink(state, order, order.level, event.quantity, event.is_maker)
    if order.hold:
        _set_hold(state, order, claim(order))


def _amend(state: State, order: Live, event: OrderEvent) -> None:
    """Put a smaller form of an order in its place; the former object stays as it was."""
    newborn = state.newborn
    fresh = newborn if isinstance(newborn, Live) and newborn is event.order else copy.copy(order)
    fresh.client_id = event.order.client_id
    fresh.updated_ms = event.time_ms
    fresh.amends = order.amends + 1
    less = order.quantity - event.quantity
    fresh.quantity = event.quantity
    state.orders[order.id] = fresh
    state.shelves[order.account].swap(order, fresh)
    if order.level is not None:
        order.level.queue[order.id] = fresh
        hidden = order.remaining - order.shown
        if less > hidden:
            state.books[order.symbol].reduce(fresh, order.level, less - hidden, 0)
        order.level = None
    else:
        state.triggers[order.symbol].replace(fresh)
    _hold(state, fresh)


def _reborn(event: OrderEvent) -> Live:
    """Copy an order as it was when it began; the one in the event may have gone on since."""
    order = Live(**{name: getattr(event.order, name) for name in _LIVE_FIELDS})
    order.status = event.status
    order.executed = order.spent = order.prevented = order.peak = 0
    order.working = False
    order.working_ms = -1
    order.created_ms = order.updated_ms = event.time_ms
    return order


def trade_event(state: State, event: TradeEvent) -> None:
    symbol, price = event.symbol, event.price
    state.last_price[symbol] = price
    state.trade_ids[symbol] = event.id
    state.averages[symbol].add(event.time_ms, event.quantity, event.quote)
    triggers = state.triggers[symbol]
    if triggers.trailing:
        triggers.follow(price)


def list_event(state: State, event: ListEvent) -> None:
    known = state.lists.get(event.list.id)
    if known is None:
        fresh: OrderList = event.list if event.list is state.newborn else copy.deepcopy(event.list)
        state.lists[fresh.id] = known = fresh
        shelf = state.shelf(fresh.account)
        shelf.lists[fresh.id] = fresh
        state.list_id = max(state.list_id, fresh.id)
        for list_id in shelf.surplus_lists():
            del state.lists[list_id]
    known.status = event.status  # type: ignore[assignment]
    known.order_status = event.order_status  # type: ignore[assignment]
    known.updated_ms = event.time_ms


def balance_event(state: State, event: BalanceEvent) -> None:
    state.shelf(event.account)
    state.ledger.deposit(event.account, event.asset, event.amount)


def symbol_event(state: State, event: SymbolEvent) -> None:
    name = event.name
    if event.symbol is None:
        for table in (state.symbols, state.books, state.triggers, state.averages, state.last_price):
            table.pop(name, None)
        return
    former = state.symbols.get(name)
    state.symbols[name] = event.symbol
    state.books.setdefault(name, Book())
    state.triggers.setdefault(name, Triggers())
    state.trade_ids.setdefault(name, -1)
    if former is None or former.price_minutes != event.symbol.price_minutes:
        state.averages[name] = Average(event.symbol.price_minutes)
