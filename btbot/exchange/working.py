"""What follows from a trade: stops that enter the book, orders of lists whose turn has come."""

from __future__ import annotations

from btbot.exchange import lists
from btbot.exchange.applying import CONDITIONAL
from btbot.exchange.events import OrderEvent
from btbot.exchange.live import Live
from btbot.exchange.order import DONE
from btbot.exchange.state import State
from btbot.exchange.taking import crosses, expire, plan, proceed
from btbot.exchange.triggers import met


def settle(state: State, now_ms: int) -> None:
    """Deal with all that is due, and with what becomes due by that, in turn."""
    due = state.due
    while due:
        order = due.pop(next(iter(due)))
        if order.status in DONE:
            continue
        if order.status == "PENDING_NEW":
            _activate(state, order, now_ms)
        else:
            _trigger(state, order, now_ms)


def _trigger(state: State, order: Live, now_ms: int) -> None:
    """Let a stop that is met go to work."""
    if order.list_id >= 0:
        lists.touched(state, order, now_ms)
    state.taking = order
    state.emit(OrderEvent(order, "TRIGGERED", now_ms, order.status, order.executed, order.spent, True))
    _work(state, order, now_ms)


def _activate(state: State, order: Live, now_ms: int) -> None:
    """Place the order of a list that waited for another one."""
    if order.kind in CONDITIONAL:
        last = state.last_price.get(order.symbol, 0)
        if last and not order.trailing_delta and met(order, last):
            expire(state, order, now_ms, "WOULD_TRIGGER")
            return
        price = last if order.trailing_delta or not order.price else 0
        state.emit(OrderEvent(order, "NEW", now_ms, "NEW", 0, 0, False, price))
        return
    if order.kind == "LIMIT_MAKER" and crosses(state, order):
        expire(state, order, now_ms, "WOULD_MATCH")
        return
    state.taking = order
    state.emit(OrderEvent(order, "NEW", now_ms, "NEW", 0, 0, True))
    _work(state, order, now_ms)


def _work(state: State, order: Live, now_ms: int) -> None:
    """Match an order that went to work just now, if its account can pay for it."""
    if not order.price and order.side == "BUY":
        symbol = state.symbols[order.symbol]
        _, cost = plan(state, order, order.remaining)
        if cost > state.ledger.free(order.account, symbol.quote):
            state.taking = None
            expire(state, order, now_ms, "INSUFFICIENT_BALANCE")
            return
    proceed(state, order, now_ms)
