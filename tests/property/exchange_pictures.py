"""What two exchanges must agree on, as plain values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from exchange_plain_filters import No
from exchange_symbols import ACCOUNTS, GRIDS

from btbot.exchange.commands import Replace
from btbot.exchange.events import OrderEvent, TradeEvent
from btbot.exchange.matching import Outcome
from btbot.exchange.refused import Refused

ASSETS = ("USD", "ABC", "ODD", "BNB")
_FIELDS = ("status", "quantity", "executed", "spent", "prevented", "working")


def whole(value: Decimal) -> int:
    """Give a Decimal as units, which it must be a whole number of."""
    scaled = value * 10**8
    assert scaled == scaled.to_integral_value(), value
    return int(scaled)


def attempt(exchange, step: tuple) -> tuple[list[Any], tuple[Any, ...] | None]:
    """Do a step; give the events and, where it was refused, code and text."""
    name, *arguments = step
    if name == "set_fees":
        exchange.set_fees(*arguments)
        return [], None
    if name == "relist":
        symbol, now_ms = arguments
        gone = exchange.remove_symbol(symbol.name, now_ms) or []
        return gone + (exchange.set_symbol(symbol, now_ms) or []), None
    try:
        found = getattr(exchange, name)(*arguments)
    except Refused as refused:
        return [], (refused.code, refused.message)
    except No as no:
        return [], (no.code, no.text)
    if isinstance(found, tuple):
        return [], found
    if isinstance(found, Outcome):
        halves = [
            None if one is None else (one.code, one.message) for one in (found.cancel_refused, found.place_refused)
        ]
        return found.events, tuple(halves) if type(arguments[0]) is Replace else None
    return (found if isinstance(found, list) else []), None


def plain_picture(plain) -> dict[str, Any]:
    """Describe the plain exchange."""
    levels: dict[tuple[str, str], dict[int, int]] = {(name, side): {} for name in GRIDS for side in ("BUY", "SELL")}
    for one in plain.resting:
        level = levels[one.symbol, one.side]
        level[whole(one.price)] = level.get(whole(one.price), 0) + whole(one.quantity)
    return {
        "money": {
            (account, asset): (whole(plain.free(account, asset)), whole(plain.locked(account, asset)))
            for account in ACCOUNTS
            for asset in ASSETS
        },
        "orders": {
            order.id: tuple(_units(getattr(order, name)) for name in _FIELDS) for order in plain.orders.values()
        },
        "levels": levels,
        "last": {name: whole(price) for name, price in plain.last.items()},
        "lists": {one.id: one.open for one in plain.lists.values()},
    }


def picture(exchange) -> dict[str, Any]:
    """Describe the exchange under test."""
    books, ledger = exchange.books, exchange.ledger
    orders = [order for account in ACCOUNTS for name in GRIDS for order in exchange.orders(account, name, limit=10**6)]
    return {
        "money": {
            (account, asset): (ledger.balance(account, asset).free, ledger.balance(account, asset).locked)
            for account in ACCOUNTS
            for asset in ASSETS
        },
        "orders": {order.id: tuple(getattr(order, name) for name in _FIELDS) for order in orders},
        "levels": {(name, side): dict(books[name].levels(side, 10**6)) for name in GRIDS for side in ("BUY", "SELL")},
        "last": dict(exchange.last_price),
        "lists": {
            one.id: one.order_status == "EXECUTING"
            for account in ACCOUNTS
            for one in exchange.order_lists(account, limit=10**6)
        },
    }


def plain_queues(plain) -> dict[str, Any]:
    """Say who of the users waits behind whom in the plain exchange."""
    queues: dict[tuple[str, str], list[int]] = {(name, side): [] for name in GRIDS for side in ("BUY", "SELL")}
    signs = {"BUY": -1, "SELL": 1}
    for one in sorted(plain.resting, key=lambda one: (one.price * signs[one.side], one.number)):
        if one.order is not None:
            queues[one.symbol, one.side].append(one.order.id)
    return {"queues": queues}


def queues(exchange) -> dict[str, Any]:
    """Say who of the users waits behind whom."""
    known = exchange.state()["queues"]
    return {
        "queues": {
            (name, side): [one for _, queue in known[name][side] for one in queue]
            for name in GRIDS
            for side in ("BUY", "SELL")
        }
    }


def trades(events: list[Any]) -> list[tuple]:
    """Describe the public trades among events."""
    return [
        (
            one.symbol, one.id, one.price, one.quantity, one.quote, one.buyer_is_maker,
            one.buy_order_id, one.sell_order_id, one.time_ms,
        )
        for one in events
        if isinstance(one, TradeEvent)
    ]  # fmt: skip


def fills(events: list[Any]) -> list[tuple]:
    """Describe the fills of users among events."""
    return [
        (
            one.order.id, one.trade_id, one.quantity, one.quote, one.commission,
            one.commission_asset, one.is_maker,
        )
        for one in events
        if isinstance(one, OrderEvent) and one.change == "TRADE"
    ]  # fmt: skip


def plain_rows(rows: list[tuple]) -> list[tuple]:
    """Describe trades or fills of the plain exchange in units."""
    return [tuple(_units(value) for value in row) for row in rows]


def differences(found: dict[str, Any], expected: dict[str, Any]) -> str:
    """Name what differs, one a line."""
    return "\n".join(
        f"{part} {key}: {found[part].get(key)} instead of {values.get(key)}"
        for part, values in expected.items()
        for key in sorted({*values, *found[part]}, key=str)
        if values.get(key) != found[part].get(key)
    )


def _units(value: Any) -> Any:
    return whole(value) if isinstance(value, Decimal) else value
