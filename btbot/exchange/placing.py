"""One new order: whether it may be, and what becomes of it."""

from __future__ import annotations

from btbot.exchange import filters, refusals
from btbot.exchange.applying import CONDITIONAL, claim
from btbot.exchange.commands import Place
from btbot.exchange.events import OrderEvent
from btbot.exchange.live import Live
from btbot.exchange.order import Prevention
from btbot.exchange.shelf import Page
from btbot.exchange.state import State
from btbot.exchange.symbols import Symbol
from btbot.exchange.taking import crosses, launch, plan, plan_quote
from btbot.exchange.triggers import met
from btbot.exchange.units import SCALE

_SPAN = 1 << 88
_SCATTER = 0xB5297A4D_3F84D5B5_68E31D  # odd, without a pattern
_PRICED = frozenset({"LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})


def made_id(what: int, number: int) -> str:
    """Make a client id of 22 characters, the same in every run: a number of an order or list, scattered.

    Multiplying by an odd constant modulo a power of two gives every number an id of its own; `what` keeps
    ids of orders (0), cancellations (1), lists (2), cancellations of lists (3) and amendments (4) apart.
    """
    return f"{(number * 8 + what) * _SCATTER % _SPAN:022x}"


def place(state: State, command: Place, now_ms: int) -> Live:
    """Place an order.

    Raises
    ------
    Refused
        Where a rule, a filter or the balance forbids it.
    """
    order = prepare(state, command, now_ms)
    enter(state, order, now_ms)
    return order


def enter(state: State, order: Live, now_ms: int) -> None:
    """Bring an order that passed all checks to life: matched or resting, or waiting for its trigger."""
    if order.kind in CONDITIONAL:
        state.newborn = order
        price = state.last_price.get(order.symbol, 0) if order.trailing_delta or not order.price else 0
        state.emit(OrderEvent(order, "NEW", now_ms, "NEW", 0, 0, False, price))
    else:
        launch(state, order, now_ms)


def prepare(state: State, command: Place, now_ms: int) -> Live:
    """Check an order and make it, without effect."""
    symbol = open_symbol(state, command.symbol)
    page = state.shelf(command.account).page(command.symbol)
    check_figures(symbol, command)
    filters.check_place(symbol, command, reference(state, symbol, page, command, now_ms))
    order = make(state, symbol, command, state.order_id + 1, now_ms)
    check_new(page, order)
    check_prices(state, order)
    check_funds(state, symbol, order)
    return order


def open_symbol(state: State, name: str) -> Symbol:
    """Give a symbol that trades.

    Raises
    ------
    Refused
        -1121 for an unknown one, -1013 while it does not trade.
    """
    symbol = state.symbols.get(name)
    if symbol is None:
        raise refusals.invalid_symbol()
    if symbol.status != "TRADING":
        raise refusals.market_closed()
    return symbol


def check_figures(symbol: Symbol, command: Place) -> None:
    """Refuse an order whose figures make no sense for its type, whatever the filters say."""
    kind = command.kind
    if command.quantity <= 0 and not (kind == "MARKET" and command.quote_quantity > 0):
        raise refusals.invalid_quantity()
    if kind in _PRICED and command.price <= 0:
        raise refusals.invalid_price()
    if kind in CONDITIONAL and command.stop_price <= 0 and command.trailing_delta <= 0:
        raise refusals.invalid_price()
    if command.prevention is not None and command.prevention not in symbol.preventions:
        raise refusals.self_trade_mode()
    if command.iceberg_quantity and (kind not in _PRICED or command.time_in_force not in (None, "GTC")):
        raise refusals.unsupported_combination()


def reference(state: State, symbol: Symbol, page: Page, command: Place | None, now_ms: int) -> filters.Reference:
    """Give what the filters need to know of one order, or of a list (None); the object is used again for the next."""
    known = state.reference
    name = symbol.name
    book = state.books[name]
    bids, asks = book.bids.keys, book.asks.keys
    known.last = state.last_price.get(name, 0)
    known.average = state.averages[name].price(now_ms)
    known.bid = bids[-1] if bids else 0
    known.ask = -asks[-1] if asks else 0
    known.open_orders = len(page.open)
    if command is None or command.kind in CONDITIONAL:
        known.open_algo_orders = sum(one.kind in CONDITIONAL for one in page.open.values())
    if command is None or command.iceberg_quantity:
        known.open_iceberg_orders = sum(one.iceberg_quantity > 0 for one in page.open.values())
    return known


def make(state: State, symbol: Symbol, command: Place, order_id: int, now_ms: int, list_id: int = -1) -> Live:
    """Make the order that a command asks for; the quantity of one by quote amount comes from the book."""
    kind = command.kind
    priced = kind in _PRICED
    prevention: Prevention = command.prevention or symbol.default_prevention  # type: ignore[assignment]
    order = Live(
        order_id, command.account, symbol.name, command.client_id or made_id(0, order_id), command.side, kind,
        command.time_in_force or "GTC", command.quantity, command.price if priced else 0, command.stop_price,
        command.quote_quantity, command.iceberg_quantity, command.trailing_delta, prevention, list_id,
        created_ms=now_ms, updated_ms=now_ms, strategy_id=command.strategy_id, strategy_type=command.strategy_type,
    )  # fmt: skip
    if kind == "LIMIT_MAKER":
        order.time_in_force = "GTC"
    if kind == "MARKET" and not command.quantity:
        order.quantity = _quantity_for(state, symbol, order)
    return order


def _quantity_for(state: State, symbol: Symbol, order: Live) -> int:
    """Turn the quote amount of a market order into a quantity, rounded down to the step."""
    found = plan_quote(state, order, order.quote_quantity)
    if not found:
        raise refusals.book_empty()
    step = max(symbol.step, symbol.market_step, 1)
    quantity = found - found % step
    if quantity < max(symbol.min_quantity, 1):
        raise refusals.book_below("LOT_SIZE")
    if quantity < symbol.market_min_quantity:
        raise refusals.book_below("MARKET_LOT_SIZE")
    return quantity


def check_new(page: Page, order: Live) -> None:
    """Refuse a client id that an open order of the account has on the symbol."""
    known = page.clients.get(order.client_id)
    if known is not None and known.id in page.open:
        raise refusals.duplicate_order()


def check_prices(state: State, order: Live) -> None:
    """Refuse a maker that would take and a stop that is met already."""
    if order.kind == "LIMIT_MAKER":
        if crosses(state, order):
            raise refusals.would_match()
    elif order.kind in CONDITIONAL and not order.trailing_delta:
        last = state.last_price.get(order.symbol, 0)
        if last and met(order, last):
            raise refusals.would_trigger()


def need(state: State, symbol: Symbol, order: Live) -> int:
    """Give what an order costs its account at most: of the quote asset for a buy, of the base asset for a sell."""
    if order.kind == "MARKET" and order.side == "BUY":
        if order.quote_quantity:
            return order.quote_quantity
        if order.status == "PENDING_NEW":
            return order.reference * order.quantity // SCALE
        return plan(state, order, order.quantity)[1]
    return claim(order)


def check_funds(state: State, symbol: Symbol, order: Live) -> None:
    """Refuse what the free balance does not cover, or what is worth nothing."""
    if order.kind in CONDITIONAL:
        order.reference = state.last_price.get(order.symbol, 0)
    needed = need(state, symbol, order)
    asset = symbol.quote if order.side == "BUY" else symbol.base
    if order.price and order.price * order.quantity < SCALE:
        raise refusals.zero_value()
    if needed > state.ledger.free(order.account, asset):
        raise refusals.insufficient_balance()
