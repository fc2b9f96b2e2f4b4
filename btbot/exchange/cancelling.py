"""Orders that are taken back: one, all of a symbol, or a whole list."""

from __future__ import annotations

from btbot.exchange import lists, refusals
from btbot.exchange.commands import Cancel, CancelAll, CancelList
from btbot.exchange.events import OrderEvent
from btbot.exchange.live import Live
from btbot.exchange.order import DONE, OrderList
from btbot.exchange.pairs import members
from btbot.exchange.placing import made_id
from btbot.exchange.state import State


def find_open(state: State, account: str, symbol: str, order_id: int, client_id: str) -> Live:
    """Give an open order by either id, or by both.

    Raises
    ------
    Refused
        -2011 where there is none, -2039 where the ids are those of two orders.
    """
    if symbol not in state.symbols:
        raise refusals.invalid_symbol()
    page = state.shelf(account).page(symbol)
    if order_id:
        order = page.open.get(order_id)
    elif client_id:
        order = page.clients.get(client_id)
    else:
        raise refusals.cancel_without_id()
    if order is None or order.status in DONE:
        raise refusals.unknown_order()
    if order_id and client_id and order.client_id != client_id:
        raise refusals.wrong_client_id()
    return order


def cancel(state: State, command: Cancel, now_ms: int) -> Live:
    """Cancel an order; its list, if it has one, goes with it."""
    order = find_open(state, command.account, command.symbol, command.order_id, command.client_id)
    if command.only_if == "ONLY_NEW" and order.status not in ("NEW", "PENDING_NEW"):
        raise refusals.cancel_restricted()
    if command.only_if == "ONLY_PARTIALLY_FILLED" and order.status != "PARTIALLY_FILLED":
        raise refusals.cancel_restricted()
    end(state, order, now_ms, command.new_client_id)
    return order


def cancel_all(state: State, command: CancelAll, now_ms: int) -> list[Live]:
    """Cancel every open order of an account on a symbol.

    Raises
    ------
    Refused
        -2011 where there is none.
    """
    if command.symbol not in state.symbols:
        raise refusals.invalid_symbol()
    orders = list(state.shelf(command.account).page(command.symbol).open.values())
    if not orders:
        raise refusals.unknown_order()
    for order in orders:
        if order.status not in DONE:
            end(state, order, now_ms, "")
    return orders


def cancel_list(state: State, command: CancelList, now_ms: int) -> OrderList:
    """Cancel all orders of a list.

    Raises
    ------
    Refused
        -2011 where no such list is open.
    """
    shelf = state.shelf(command.account)
    if command.list_id >= 0:
        group = shelf.lists.get(command.list_id)
    else:
        named = [one for one in shelf.lists.values() if one.client_id == command.client_id]
        group = named[-1] if named else None
    if group is None or group.symbol != command.symbol or group.order_status != "EXECUTING":
        raise refusals.unknown_list()
    _end_all(state, group, now_ms, command.new_client_id, "")
    return group


def end(state: State, order: Live, now_ms: int, client_id: str = "", reason: str = "") -> None:
    """Cancel one order, and the others of its list."""
    group = state.lists.get(order.list_id) if order.list_id >= 0 else None
    if group is None:
        _cancel(state, order, now_ms, client_id, reason)
    else:
        _end_all(state, group, now_ms, client_id, reason)


def _end_all(state: State, group: OrderList, now_ms: int, client_id: str, reason: str) -> None:
    client_id = client_id or made_id(3, group.id)
    for order in members(state, group):
        if order.status not in DONE:
            _cancel(state, order, now_ms, client_id, reason)
    lists.finish(state, group, now_ms)


def _cancel(state: State, order: Live, now_ms: int, client_id: str, reason: str) -> None:
    state.emit(
        OrderEvent(
            order, "CANCELED", now_ms, "CANCELED", order.executed, order.spent, order.working,
            client_id=client_id or made_id(1, order.id), reason=reason,
        )
    )  # fmt: skip
