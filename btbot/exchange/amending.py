"""A smaller quantity for an order that keeps its place in the queue.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/faqs/order_amend_keep_priority
"""

from __future__ import annotations

import copy

from btbot.exchange import filters, refusals
from btbot.exchange.cancelling import find_open
from btbot.exchange.commands import Amend
from btbot.exchange.events import ListEvent, OrderEvent
from btbot.exchange.live import Live
from btbot.exchange.pairs import partner
from btbot.exchange.placing import made_id
from btbot.exchange.refused import Refused
from btbot.exchange.state import State

_AMENDS = 1_000_000


def amend(state: State, command: Amend, now_ms: int) -> Live:
    """Reduce the quantity of an open order; both legs of a pair are reduced together.

    Raises
    ------
    Refused
        -2038 with the reason.
    """
    if command.symbol not in state.symbols:
        raise refusals.invalid_symbol()
    if state.symbols[command.symbol].status != "TRADING":
        raise refusals.market_closed()
    order = _find(state, command)
    page = state.shelf(command.account).page(command.symbol)
    named = page.clients.get(command.new_client_id)
    if named is not None and named.id in page.open and named.id != order.id:
        raise refusals.duplicate_order()
    filters.check_amend(state.symbols[command.symbol], order, command.quantity, amends=order.amends)
    other = partner(state, order) if order.list_id >= 0 else None
    client_id = command.new_client_id or made_id(4, order.id * _AMENDS + order.amends)
    if other is not None and other.id < order.id:  # the second of a pair locks what the first does not
        _replace(state, other, command.quantity, other.client_id, now_ms)
    amended = _replace(state, order, command.quantity, client_id, now_ms)
    if other is not None and other.id > order.id:
        _replace(state, other, command.quantity, other.client_id, now_ms)
    if order.list_id >= 0 and order.client_id != amended.client_id:
        state.emit(ListEvent(state.lists[order.list_id], "UPDATED", "EXECUTING", now_ms))
    return amended


def _find(state: State, command: Amend) -> Live:
    try:
        order = find_open(state, command.account, command.symbol, command.order_id, command.client_id)
    except Refused as refused:
        if refused.code == -2011:
            raise refusals.amend_unknown_order() from refused
        raise
    return order


def _replace(state: State, order: Live, quantity: int, client_id: str, now_ms: int) -> Live:
    fresh = copy.copy(order)
    fresh.client_id = client_id
    fresh.quantity = quantity
    state.newborn = fresh
    state.emit(
        OrderEvent(
            fresh, "REPLACED", now_ms, order.status, order.executed, order.spent, order.working,
            quantity=quantity, client_id=order.client_id,
        )
    )  # fmt: skip
    return fresh
