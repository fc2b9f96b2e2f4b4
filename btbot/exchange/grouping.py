"""Lists of orders: OCO, OTO and OTOCO."""

from __future__ import annotations

from collections import defaultdict

from btbot.exchange import filters, refusals
from btbot.exchange.applying import CONDITIONAL
from btbot.exchange.commands import Place, PlaceList
from btbot.exchange.events import ListEvent, OrderEvent
from btbot.exchange.live import Live
from btbot.exchange.order import OrderList
from btbot.exchange.placing import (
    check_figures,
    check_new,
    check_prices,
    enter,
    made_id,
    make,
    need,
    open_symbol,
    reference,
)
from btbot.exchange.state import State
from btbot.exchange.symbols import Symbol
from btbot.exchange.taking import begin, proceed

_SIZES = {"OCO": 2, "OTO": 2, "OTOCO": 3}


def place_list(state: State, command: PlaceList, now_ms: int) -> tuple[OrderList, list[Live]]:
    """Place all orders of a list.

    Raises
    ------
    Refused
        Where one of them may not be; then none is placed.
    """
    orders = _prepare(state, command, now_ms)
    group = _group(state, command, orders, now_ms)
    state.newborn = group
    state.emit(ListEvent(group, "EXEC_STARTED", "EXECUTING", now_ms))
    if command.form == "OCO":
        for order in orders:
            enter(state, order, now_ms)
    else:
        _enter_working(state, orders, now_ms)
    return group, orders


def _prepare(state: State, command: PlaceList, now_ms: int) -> list[Live]:
    symbol = open_symbol(state, command.symbol)
    if len(command.orders) != _SIZES[command.form]:
        raise refusals.unsupported_combination()
    shelf = state.shelf(command.account)
    page = shelf.page(command.symbol)
    for place in command.orders:
        check_figures(symbol, place)
    known = reference(state, symbol, page, None, now_ms)
    open_lists = [one for one in shelf.lists.values() if one.order_status == "EXECUTING"]
    known.open_lists = sum(one.symbol == symbol.name for one in open_lists)
    filters.check_list(symbol, command, known)
    _check_shape(command)
    places = _in_order(command)
    orders = [_make(state, symbol, command.form, place, number, now_ms) for number, place in enumerate(places)]
    for order in orders:
        check_new(page, order)
        if order.status == "NEW":
            check_prices(state, order)
    ids = {order.client_id for order in orders}
    if len(ids) < len(orders) or any(one.client_id == command.client_id for one in open_lists):
        raise refusals.duplicate_order()
    _check_funds(state, symbol, command, orders)
    return orders


def _check_shape(command: PlaceList) -> None:
    """Refuse legs that do not make a list: an OCO has one side and quantity, a working order is a limit order."""
    pair = command.orders if command.form == "OCO" else command.orders[1:]
    if len(pair) == 2 and (pair[0].side != pair[1].side or pair[0].quantity != pair[1].quantity):
        raise refusals.unsupported_combination()
    if command.form != "OCO" and command.orders[0].kind not in ("LIMIT", "LIMIT_MAKER"):
        raise refusals.unsupported_combination()
    if any(place.quote_quantity for place in command.orders):
        raise refusals.unsupported_combination()


def _in_order(command: PlaceList) -> list[Place]:
    """Sort the legs as Binance numbers them: the stop of a pair comes first, above or below."""
    first = 0 if command.form == "OCO" else 1
    pair = sorted(command.orders[first:], key=lambda place: not place.kind.startswith("STOP_LOSS"))
    return [*command.orders[:first], *pair]


def _make(state: State, symbol: Symbol, form: str, place: Place, number: int, now_ms: int) -> Live:
    order = make(state, symbol, place, state.order_id + 1 + number, now_ms, state.list_id + 1)
    if form != "OCO" and number:
        order.status = "PENDING_NEW"
    if order.kind in CONDITIONAL or not order.price:
        order.reference = state.last_price.get(symbol.name, 0)
    return order


def _check_funds(state: State, symbol: Symbol, command: PlaceList, orders: list[Live]) -> None:
    """Refuse a list that the free balance does not cover: a pair needs the larger of its two amounts."""
    needed: defaultdict[str, int] = defaultdict(int)
    pair = orders if command.form == "OCO" else orders[1:]
    if command.form != "OCO":
        needed[_given(symbol, orders[0])] += need(state, symbol, orders[0])
    needed[_given(symbol, pair[0])] += max(need(state, symbol, order) for order in pair)
    for asset, amount in needed.items():
        if amount > state.ledger.free(command.account, asset):
            raise refusals.insufficient_balance()


def _given(symbol: Symbol, order: Live) -> str:
    return symbol.quote if order.side == "BUY" else symbol.base


def _group(state: State, command: PlaceList, orders: list[Live], now_ms: int) -> OrderList:
    list_id = state.list_id + 1
    pending = [] if command.form == "OCO" else [order.id for order in orders[1:]]
    return OrderList(
        list_id, command.account, command.symbol, command.client_id or made_id(2, list_id),
        "OCO" if command.form == "OCO" else "OTO", [order.id for order in orders], pending,
        created_ms=now_ms, updated_ms=now_ms,
    )  # fmt: skip


def _enter_working(state: State, orders: list[Live], now_ms: int) -> None:
    """Report the working order and those that wait for it, then match it."""
    working = orders[0]
    begin(state, working, now_ms)
    for order in orders[1:]:
        state.newborn = order
        state.emit(OrderEvent(order, "NEW", now_ms, "PENDING_NEW", 0, 0, False, order.reference))
    proceed(state, working, now_ms)
