"""Questions about orders, lists and fills, with the answers in the order of Binance's."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice

from btbot.exchange import refusals
from btbot.exchange.events import OrderEvent
from btbot.exchange.ledger import Balance
from btbot.exchange.live import Live
from btbot.exchange.order import OrderList
from btbot.exchange.shelf import Page
from btbot.exchange.state import State

_NOTHING = Page()


def page(state: State, account: str, symbol: str) -> Page:
    """Give what an account has on a symbol, without making anything.

    Raises
    ------
    Refused
        -1121 where the symbol is unknown.
    """
    shelf = state.shelves.get(account)
    found = None if shelf is None else shelf.pages.get(symbol)
    if found is not None:
        return found
    if symbol not in state.symbols:
        raise refusals.invalid_symbol()
    return _NOTHING


def order(state: State, account: str, symbol: str, order_id: int, client_id: str) -> Live:
    """Give one order by either id, the newest of a client id; -2013 where there is none."""
    known = page(state, account, symbol)
    found = known.kept.get(order_id) if order_id else known.clients.get(client_id)
    if found is None:
        raise refusals.no_such_order()
    if order_id and client_id and found.client_id != client_id:
        raise refusals.wrong_client_id()
    return found


def open_orders(state: State, account: str, symbol: str | None) -> list[Live]:
    """List the open orders by id."""
    if symbol is not None:
        return list(page(state, account, symbol).open.values())
    shelf = state.shelves.get(account)
    if shelf is None:
        return []
    return sorted((one for known in shelf.pages.values() for one in known.open.values()), key=lambda one: one.id)


def orders(
    state: State, account: str, symbol: str, from_id: int, start_ms: int | None, end_ms: int | None, limit: int
) -> list[Live]:
    """List orders by id: the first from an id or time on, else the newest."""
    kept = page(state, account, symbol).kept
    if not from_id and start_ms is None and end_ms is None:
        return list(islice(reversed(kept.values()), limit))[::-1]
    found = [
        one
        for one in kept.values()
        if one.id >= from_id
        and (start_ms is None or one.created_ms >= start_ms)
        and (end_ms is None or one.created_ms <= end_ms)
    ]
    return found[:limit] if from_id or start_ms is not None else found[-limit:]


def fills(
    state: State, account: str, symbol: str, order_id: int, from_id: int | None,
    start_ms: int | None, end_ms: int | None, limit: int,
) -> list[OrderEvent]:  # fmt: skip
    """List fills by trade id: the first from an id or time on, else the newest."""
    found = page(state, account, symbol).fills
    if from_id is not None:
        found = found[bisect_left(found, from_id, key=lambda event: event.trade_id) :]
    if order_id:
        found = [event for event in found if event.order.id == order_id]
    if start_ms is not None or end_ms is not None:
        low = -1 if start_ms is None else start_ms
        found = [event for event in found if low <= event.time_ms and (end_ms is None or event.time_ms <= end_ms)]
    return found[:limit] if from_id is not None or start_ms is not None else found[-limit:]


def order_list(state: State, account: str, list_id: int, client_id: str) -> OrderList:
    """Give one list by either id, the newest of a client id; -2018 where there is none."""
    shelf = state.shelves.get(account)
    lists = {} if shelf is None else shelf.lists
    if list_id >= 0:
        found = lists.get(list_id)
    else:
        named = [one for one in lists.values() if one.client_id == client_id]
        found = named[-1] if named else None
    if found is None:
        raise refusals.no_such_list()
    return found


def order_lists(
    state: State, account: str, from_id: int | None, start_ms: int | None, end_ms: int | None, limit: int
) -> list[OrderList]:
    """List the lists by id: the first from an id or time on, else the newest."""
    shelf = state.shelves.get(account)
    found = [
        one
        for one in ([] if shelf is None else shelf.lists.values())
        if (from_id is None or one.id >= from_id)
        and (start_ms is None or one.created_ms >= start_ms)
        and (end_ms is None or one.created_ms <= end_ms)
    ]
    return found[:limit] if from_id is not None or start_ms is not None else found[-limit:]


def balances(state: State, account: str) -> dict[str, Balance]:
    """Copy the balances of an account, by asset in the order of their names."""
    known = state.ledger.accounts.get(account, {})
    return {asset: Balance(known[asset].free, known[asset].locked) for asset in sorted(known)}
