"""Matching: an order that takes, against whatever rests, by price and then by time."""

from __future__ import annotations

from btbot.exchange import lists
from btbot.exchange.applying import rest
from btbot.exchange.book import Half
from btbot.exchange.events import OrderEvent, TradeEvent
from btbot.exchange.live import Chunk, Level, Live
from btbot.exchange.order import DONE, Side, Status
from btbot.exchange.prevention import prevent
from btbot.exchange.state import State
from btbot.exchange.units import SCALE


def crosses(state: State, order: Live) -> bool:
    """Say whether a working order would trade at once."""
    book = state.books[order.symbol]
    price = order.price
    if order.side == "BUY":
        keys = book.asks.keys
        return bool(keys) and (not price or -keys[-1] <= price)
    keys = book.bids.keys
    return bool(keys) and (not price or keys[-1] >= price)


def launch(state: State, order: Live, now_ms: int) -> None:
    """Bring a new working order to life and match it."""
    begin(state, order, now_ms)
    proceed(state, order, now_ms)


def begin(state: State, order: Live, now_ms: int) -> None:
    """Report a new order; one that has nothing to take rests at once."""
    state.newborn = order
    if order.price and order.time_in_force == "GTC" and not crosses(state, order):
        state.taking = None
    else:
        state.taking = order
    state.emit(OrderEvent(order, "NEW", now_ms, "NEW", 0, 0, True))


def proceed(state: State, order: Live, now_ms: int) -> None:
    """Match a working order that does not rest yet, and end or rest what is left."""
    if state.taking is not order:
        return
    if order.time_in_force == "FOK" and order.price and not _fills(state, order):
        reason = "FOK"
    else:
        take(state, order, now_ms)
        reason = "" if order.price else "INSUFFICIENT_LIQUIDITY"
    state.taking = None
    if order.status in DONE:
        return
    if order.price and order.time_in_force == "GTC":
        rest(state, order)
    else:
        expire(state, order, now_ms, reason)


def expire(state: State, order: Live, now_ms: int, reason: str) -> None:
    """End what is left of an order, with what follows for its list."""
    lists.expire(state, order, now_ms, reason)
    if order.list_id >= 0:
        lists.ended(state, order, now_ms)


def take(state: State, order: Live, now_ms: int) -> None:
    """Trade until the order is filled, or nothing is left that it may trade with."""
    half = state.books[order.symbol].half("SELL" if order.side == "BUY" else "BUY")
    limit = order.price * half.sign
    while order.status not in DONE:
        level = half.front()
        if level is None or (limit and level.price * half.sign < limit):
            return
        _hit(state, order.symbol, half, level, order.remaining, now_ms, order)


def sweep(state: State, symbol: str, side: Side, price: int, quantity: int, now_ms: int) -> None:
    """Let the market take up to a price."""
    half = state.books[symbol].half("SELL" if side == "BUY" else "BUY")
    limit = price * half.sign
    while quantity > 0:
        level = half.front()
        if level is None or (price and level.price * half.sign < limit):
            return
        quantity -= _hit(state, symbol, half, level, quantity, now_ms, None)


def _hit(state: State, symbol: str, half: Half, level: Level, quantity: int, now_ms: int, taker: Live | None) -> int:
    """Trade with the first in the queue of a level; give how much, 0 where a self-trade was prevented."""
    key, maker = next(iter(level.queue.items()))
    if isinstance(maker, Chunk):
        quantity = state.books[symbol].consume(half, level, key, maker, quantity)
        _trade(state, symbol, half, level.price, quantity, now_ms, taker, None)
        return quantity
    if taker is not None and taker.account == maker.account and taker.prevention != "NONE":
        prevent(state, taker, maker, now_ms)
        return 0
    quantity = min(quantity, maker.shown)
    _trade(state, symbol, half, level.price, quantity, now_ms, taker, maker)
    return quantity


def _trade(
    state: State, symbol: str, half: Half, price: int, quantity: int, now_ms: int,
    taker: Live | None, maker: Live | None,
) -> None:  # fmt: skip
    quote = price * quantity // SCALE
    trade_id = state.trade_ids[symbol] + 1
    if maker is not None and maker.list_id >= 0:
        lists.touched(state, maker, now_ms)
    taker_id = maker_id = -1
    if taker is not None:
        taker_id = taker.id
        fill(state, taker, price, quantity, quote, now_ms, trade_id, False, maker)
    if maker is not None:
        maker_id = maker.id
        fill(state, maker, price, quantity, quote, now_ms, trade_id, True, taker)
    if half.sign > 0:
        event = TradeEvent(symbol, trade_id, price, quantity, quote, now_ms, True, maker_id, taker_id)
    else:
        event = TradeEvent(symbol, trade_id, price, quantity, quote, now_ms, False, taker_id, maker_id)
    announce(state, event)
    for order in (taker, maker):
        if order is not None and order.list_id >= 0 and order.status in DONE:
            lists.ended(state, order, now_ms)


def announce(state: State, event: TradeEvent) -> None:
    """Make a trade public, and remember whom its price triggers."""
    state.emit(event)
    triggers = state.triggers[event.symbol]
    if triggers.orders:
        for order in triggers.due(event.price):
            state.due.setdefault(order.id, order)


def fill(
    state: State, order: Live, price: int, quantity: int, quote: int, now_ms: int, trade_id: int, is_maker: bool,
    counter: Live | None,
) -> None:  # fmt: skip
    """Report one side of a trade with its commission."""
    fees = state.fees
    symbol = state.symbols[order.symbol]
    rates = fees.rates(order.account, order.symbol)
    wealth = 0
    if rates.discount and (order.hold or (symbol.quote if order.side == "BUY" else symbol.base) != fees.discount_asset):
        wealth = state.ledger.free(order.account, fees.discount_asset)
    rate = rates.maker if is_maker else rates.taker
    commission, asset = fees.commission(rates, rate, symbol, order.side, quantity, quote, wealth)
    status: Status = "FILLED" if quantity == order.remaining else "PARTIALLY_FILLED"
    account, counter_id = ("", -1) if counter is None else (counter.account, counter.id)
    state.emit(
        OrderEvent(
            order, "TRADE", now_ms, status, order.executed + quantity, order.spent + quote, True,
            price, quantity, quote, commission, asset, trade_id, is_maker, "", "", account, counter_id,
        )
    )  # fmt: skip


def _fills(state: State, order: Live) -> bool:
    """Say whether all of an order could be filled at once."""
    found, _ = plan(state, order, order.remaining)
    return found == order.remaining


def plan(state: State, order: Live, quantity: int) -> tuple[int, int]:
    """Give how much an order would trade at once and for how much of the quote asset; nothing is changed."""
    half = state.books[order.symbol].half("SELL" if order.side == "BUY" else "BUY")
    limit = order.price * half.sign
    found = cost = 0
    for key in reversed(half.keys):
        if limit and key < limit:
            break
        level = half.levels[key * half.sign]
        for entry in level.queue.values():
            rests = entry.quantity if isinstance(entry, Chunk) else entry.remaining
            part = min(rests, quantity)
            if isinstance(entry, Chunk) or entry.account != order.account or order.prevention == "NONE":
                found += part
                cost += level.price * part // SCALE
            elif order.prevention == "EXPIRE_MAKER":
                continue
            elif order.prevention != "DECREMENT":
                return found, cost
            quantity -= part
            if not quantity:
                return found, cost
    return found, cost


def plan_quote(state: State, order: Live, budget: int) -> int:
    """Give the quantity, not rounded, whose value in the book is the budget, 0 for an empty book.

    What the book does not have is valued at its last price, and so expires.
    """
    half = state.books[order.symbol].half("SELL" if order.side == "BUY" else "BUY")
    found = price = 0
    for key in reversed(half.keys):
        level = half.levels[key * half.sign]
        price = level.price
        for entry in level.queue.values():
            rests = entry.quantity if isinstance(entry, Chunk) else entry.remaining
            if isinstance(entry, Live) and entry.account == order.account and order.prevention != "NONE":
                if order.prevention == "EXPIRE_MAKER":
                    continue
                if order.prevention != "DECREMENT":
                    return found + budget * SCALE // price
            part = min(rests, budget * SCALE // price)
            found += part
            if part < rests:
                return found
            budget -= -(-price * part // SCALE)
    return found + budget * SCALE // price if price else 0
