"""Rules that need no second exchange: money, priority, limits, filters, depth; told from events and public answers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from exchange_plain_filters import ALGO, broken_filter, dec
from exchange_symbols import ACCOUNTS, GRIDS, SYMBOLS

from btbot.exchange.commands import Place, PlaceList, Replace
from btbot.exchange.events import BalanceEvent, OrderEvent, SymbolEvent, TradeEvent
from btbot.exchange.order import DONE

SIDES = ("BUY", "SELL")
ENDED = DONE - {"FILLED"}


class Rules:
    """Follows an exchange from step to step; every method raises AssertionError where a rule does not hold.

    Parameters
    ----------
    exchange
        Of which no step was done yet.
    """

    def __init__(self, exchange: Any) -> None:
        self.exchange = exchange
        self.symbols = {symbol.name: symbol for symbol in SYMBOLS}
        self.money: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.orders: dict[int, Any] = {}
        self.executed: defaultdict[int, int] = defaultdict(int)
        self.spent: defaultdict[int, int] = defaultdict(int)
        self.queues: dict[tuple[str, str], list[int]] = {}
        self.market: dict[tuple[str, str], int] = {}
        self.depth: dict[tuple[str, str], dict[int, int]] = {(name, side): {} for name in GRIDS for side in SIDES}
        self.update_ids = dict.fromkeys(GRIDS, 0)
        self.trade_ids = dict.fromkeys(GRIDS, -1)

    def before(self, step: tuple) -> None:
        """Remember who waits, in the order in which he must be served."""
        queues: Any = self.exchange.state()["queues"]
        self.queues = {
            (name, side): [one for _, queue in queues[name][side] for one in queue] for name in GRIDS for side in SIDES
        }

    def after(self, step: tuple, events: list[Any], refused: Any) -> None:
        for event in events:
            self.follow(event)
        self.check_filters(step, events, refused)
        self.check_priority(step, events)
        self.check_money()
        self.check_orders()
        self.check_books()

    # What events say

    def follow(self, event: Any) -> None:
        """Keep own books of money and quantities."""
        if isinstance(event, BalanceEvent):
            self.money[event.account, event.asset] += event.amount
        elif isinstance(event, SymbolEvent):
            if event.symbol is None:
                self.delist(event.name)
            else:
                self.symbols[event.name] = event.symbol
        elif isinstance(event, TradeEvent):
            assert event.id == self.trade_ids[event.symbol] + 1, "trade ids have no gaps"
            self.trade_ids[event.symbol] = event.id
            assert event.quote == event.price * event.quantity // 10**8
        elif isinstance(event, OrderEvent):
            self.orders[event.order.id] = event.order
            if event.change == "TRADE":
                self.follow_fill(event)

    def delist(self, name: str) -> None:
        """Expect a new book without a past."""
        self.update_ids[name] = 0
        for side in SIDES:
            self.depth[name, side] = {}

    def follow_fill(self, event: Any) -> None:
        order, symbol = event.order, self.symbols[event.order.symbol]
        sign = 1 if order.side == "BUY" else -1
        self.money[order.account, symbol.base] += sign * event.quantity
        self.money[order.account, symbol.quote] -= sign * event.quote
        self.money[order.account, event.commission_asset] -= event.commission
        assert event.commission >= 0
        self.executed[order.id] += event.quantity
        self.spent[order.id] += event.quote
        if order.price:
            assert event.price * sign <= order.price * sign, f"filled beyond its limit: {event}"
        if symbol.step and order.kind != "MARKET":
            assert event.quantity % symbol.step == 0, f"no whole number of steps: {event}"

    # What must hold

    def check_money(self) -> None:
        ledger = self.exchange.ledger
        assert not any(ledger.totals().values()), f"money came or went: {ledger.totals()}"
        for account in ACCOUNTS:
            for asset, balance in self.exchange.balances(account).items():
                assert balance.free >= 0, (account, asset, balance)
                assert balance.locked >= 0, (account, asset, balance)
                assert balance.free + balance.locked == self.money[account, asset], (account, asset, balance)

    def check_orders(self) -> None:
        for account in ACCOUNTS:
            for name, symbol in self.symbols.items():
                mine = self.exchange.open_orders(account, name)
                assert len(mine) <= symbol.max_orders
                assert sum(order.kind in ALGO for order in mine) <= symbol.max_algo_orders
                assert sum(order.iceberg_quantity > 0 for order in mine) <= symbol.max_iceberg_orders
                named = [order.client_id for order in mine]
                assert len(named) == len(set(named)), f"two open orders of one name: {named}"
        for order_id, order in self.orders.items():
            now = self.exchange.order(order.account, order.symbol, order_id=order_id)
            assert 0 <= now.executed <= now.quantity - now.prevented, f"overfilled: {now}"
            assert (now.executed, now.spent) == (self.executed[order_id], self.spent[order_id])
            if now.status == "FILLED":
                assert 0 < now.executed == now.quantity - now.prevented, f"filled too early: {now}"
            if now.status not in DONE:
                assert now.remaining > 0, f"open with nothing left: {now}"

    def check_books(self) -> None:
        """No book is crossed, no level empty, and the published changes add up to the book."""
        for name in GRIDS:
            book = self.exchange.books[name]
            bid, ask = book.best("BUY"), book.best("SELL")
            assert not (bid and ask) or bid < ask, f"{name} is crossed: {bid} and {ask}"
            first, last, bids, asks = book.drain()
            assert first == self.update_ids[name] + 1
            assert last >= self.update_ids[name]
            assert (last > self.update_ids[name]) == bool(bids or asks), (first, last, bids, asks)
            self.update_ids[name] = last
            for side, rows in (("BUY", bids), ("SELL", asks)):
                known = self.depth[name, side]
                for price, quantity in rows:
                    known.pop(price, None)
                    if quantity:
                        known[price] = quantity
                levels = book.levels(side, 10**6)
                assert all(quantity > 0 for _, quantity in levels)
                assert levels == sorted(known.items(), reverse=side == "BUY"), (name, side)

    def check_priority(self, step: tuple, events: list[Any]) -> None:
        """Those who waited are served in their order; nobody is passed over but the taker himself."""
        taken = [event for event in events if isinstance(event, OrderEvent) and event.change == "TRADE"]
        makers = [event for event in taken if event.is_maker]
        if not makers:
            return
        first = makers[0].counter_order_id
        account = makers[0].counter_account
        served = [event.order for event in makers if event.counter_order_id == first]
        name, side = served[0].symbol, served[0].side
        gone = {event.order.id for event in events if isinstance(event, OrderEvent) and event.status in ENDED}
        waiting = [one for one in self.queues[name, side] if one not in gone]
        waiting = [one for one in waiting if not account or self.orders[one].account != account]
        order = list(dict.fromkeys(one.id for one in served if one.id in waiting))
        if any(one.iceberg_quantity for one in map(self.orders.get, waiting) if one is not None):
            return
        assert order == waiting[: len(order)], f"served {order} although {waiting} waited"

    def check_filters(self, step: tuple, events: list[Any], refused: Any) -> None:
        """No order is accepted that breaks a filter by its figures."""
        for event in events:
            if not isinstance(event, OrderEvent) or event.change != "NEW" or event.order.quote_quantity:
                continue
            order = event.order
            symbol = self.symbols[order.symbol]
            assert symbol.status == "TRADING", f"accepted while the market is closed: {order}"
        places = _places(step[1]) if step[0] == "execute" and refused is None else []
        for place in places:
            name = broken_filter(self.symbols[place.symbol], place, dec(0))
            assert name is None, f"accepted although it breaks {name}: {place}"


def _places(command: Any) -> list[Any]:
    if isinstance(command, Place):
        return [command]
    if isinstance(command, PlaceList):
        return list(command.orders)
    return [command.place] if isinstance(command, Replace) else []
