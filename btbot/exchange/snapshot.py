"""The state as plain values, to be compared or written down."""

from __future__ import annotations

import dataclasses

from btbot.exchange.book import Half
from btbot.exchange.live import Live
from btbot.exchange.order import Order
from btbot.exchange.shelf import Shelf
from btbot.exchange.state import State

_FIELDS = tuple(field.name for field in dataclasses.fields(Order))


def snapshot(state: State) -> dict[str, object]:
    """Give all that a journal keeps: balances, orders, queues, lists, fills and counters."""
    ledger = state.ledger
    shelves = {account: state.shelves[account] for account in sorted(state.shelves)}
    return {
        "balances": {
            account: {
                asset: (balance.free, balance.locked)
                for asset, balance in sorted(ledger.accounts[account].items())
                if balance.free or balance.locked
            }
            for account in shelves
            if any(balance.free or balance.locked for balance in ledger.accounts[account].values())
        },
        "parties": {
            name: {asset: amount for asset, amount in sorted(party.items()) if amount}
            for name, party in (("outside", ledger.outside), ("market", ledger.market), ("fees", ledger.fees))
        },
        "orders": {account: _orders(shelf) for account, shelf in shelves.items() if any(_orders(shelf).values())},
        "queues": {
            name: {"BUY": _queues(book.bids), "SELL": _queues(book.asks)}
            for name, book in sorted(state.books.items())
        },
        "waiting": {name: sorted(one.orders) for name, one in sorted(state.triggers.items())},
        "lists": {one.id: dataclasses.asdict(one) for one in sorted(state.lists.values(), key=lambda one: one.id)},
        "symbols": {name: dataclasses.asdict(symbol) for name, symbol in sorted(state.symbols.items())},
        "counters": {
            "order": state.order_id, "list": state.list_id, "trade": dict(sorted(state.trade_ids.items())),
            "prevented": dict(sorted(state.prevented_ids.items())),
        },
        "last_price": dict(sorted(state.last_price.items())),
    }  # fmt: skip


def _orders(shelf: Shelf) -> dict[str, object]:
    return {
        "kept": [_row(order) for symbol in sorted(shelf.pages) for order in shelf.pages[symbol].kept.values()],
        "done": [order.id for order in shelf.done()],
        "fills": [
            (event.order.id, event.trade_id, event.price, event.quantity, event.commission, event.commission_asset)
            for symbol in sorted(shelf.pages)
            for event in shelf.pages[symbol].fills
        ],
    }


def _row(order: Live) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(order, name) for name in _FIELDS}
    return {**row, "hold": order.hold, "shown": order.shown, "amends": order.amends}


def _queues(half: Half) -> list[tuple[int, list[int]]]:
    """List the users' orders at each price, best first, in the order in which they are served."""
    rows = [(key * half.sign, half.levels[key * half.sign]) for key in reversed(half.keys)]
    queues = [(price, [order_id for order_id in level.queue if order_id > 0]) for price, level in rows]
    return [row for row in queues if row[1]]
