"""A desk at an exchange: orders in decimals, events as short words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from btbot.exchange.commands import Adjust, Amend, Cancel, Place, PlaceList, UserCommand
from btbot.exchange.events import Event, ListEvent, OrderEvent, TradeEvent
from btbot.exchange.matching import Exchange, Outcome
from btbot.exchange.order import Order
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import units

SYMBOL = Symbol(
    "BTCUSDT", "BTC", "USDT", tick=units("0.01"), step=units("0.001"), min_quantity=units("0.001"),
    preventions=("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"), default_prevention="NONE",
)  # fmt: skip
_UNITS = ("quantity", "quote_quantity", "price", "stop_price", "iceberg_quantity")


class Desk:
    """An exchange with one symbol, BTCUSDT (tick 0.01, step 0.001, fees 0.1 %), and all events since it began."""

    def __init__(self, symbol: Symbol = SYMBOL, **settings: Any) -> None:
        self.exchange = Exchange([symbol], **settings)
        self.symbol = symbol
        self.now = 1_000
        self.events: list[Event] = []

    def fund(self, account: str, **amounts: str) -> None:
        for asset, amount in amounts.items():
            self.do(Adjust(account, asset, units(amount)))

    def do(self, command: UserCommand) -> Outcome:
        self.now += 1
        outcome = self.exchange.execute(command, self.now)
        self.events += outcome.events
        return outcome

    def make(self, account: str, side: str, kind: str, **figures: Any) -> Place:
        given = {name: units(value) if name in _UNITS else value for name, value in figures.items()}
        if kind in ("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"):
            given.setdefault("time_in_force", "GTC")
        return Place(account, "BTCUSDT", side, kind, **given)  # type: ignore[arg-type]

    def place(self, account: str, side: str, kind: str, **figures: Any) -> Outcome:
        return self.do(self.make(account, side, kind, **figures))

    def limit(self, account: str, side: str, quantity: str, price: str, **figures: Any) -> Order:
        return self.place(account, side, "LIMIT", quantity=quantity, price=price, **figures).orders[0]

    def group(self, account: str, form: str, *orders: Place, client_id: str = "") -> Outcome:
        return self.do(PlaceList(account, "BTCUSDT", form, orders, client_id))  # type: ignore[arg-type]

    def cancel(self, order: Order, **more: Any) -> Outcome:
        return self.do(Cancel(order.account, order.symbol, order.id, **more))

    def amend(self, order: Order, quantity: str, **more: Any) -> Outcome:
        return self.do(Amend(order.account, order.symbol, units(quantity), order.id, **more))

    def supply(self, side: str, price: str, quantity: str) -> None:
        self.exchange.supply("BTCUSDT", side, units(price), units(quantity), self.now)  # type: ignore[arg-type]

    def sweep(self, side: str, price: str, quantity: str) -> list[Event]:
        self.now += 1
        events = self.exchange.sweep("BTCUSDT", side, units(price), units(quantity), self.now)  # type: ignore[arg-type]
        self.events += events
        return events

    def prints(self, *prices: str) -> list[Event]:
        """Report trades of 1 that happened elsewhere."""
        events: list[Event] = []
        for price in prices:
            self.now += 1
            events += self.exchange.print_trade("BTCUSDT", units(price), units(1), False, self.now)
        self.events += events
        return events

    def money(self, account: str) -> dict[str, tuple[str, str]]:
        """Give free and locked of each asset."""
        return {
            asset: (short(balance.free), short(balance.locked))
            for asset, balance in self.exchange.balances(account).items()
        }

    def book(self, side: str) -> list[tuple[str, str]]:
        rows = self.exchange.books["BTCUSDT"].levels(side, 100)  # type: ignore[arg-type]
        return [(short(price), short(quantity)) for price, quantity in rows]

    def order(self, order: Order) -> Order:
        return self.exchange.order(order.account, order.symbol, order_id=order.id)

    def replayed(self) -> Exchange:
        copy = Exchange([self.symbol])
        for event in self.events:
            copy.apply(event)
        return copy

    def check(self) -> None:
        """Fail where money appeared or vanished, or a replay of the events gives another state."""
        assert set(self.exchange.ledger.totals().values()) <= {0}
        for account in self.exchange.ledger.accounts:
            for balance in self.exchange.balances(account).values():
                assert balance.free >= 0
                assert balance.locked >= 0
        assert self.replayed().state() == self.exchange.state()


def short(value: int) -> str:
    sign, value = ("-", -value) if value < 0 else ("", value)
    return sign + f"{value // 10**8}.{value % 10**8:08d}".rstrip("0").rstrip(".")


@pytest.fixture
def desk() -> Desk:
    """Alice and Bob with 10 BTC and 10 000 USDT each."""
    desk = Desk()
    for account in ("alice", "bob"):
        desk.fund(account, BTC="10", USDT="10000")
    return desk


@pytest.fixture
def new_desk() -> Callable[..., Desk]:
    def make(**changes: Any) -> Desk:
        settings = {name: changes.pop(name) for name in ("keep_done", "discount_asset") if name in changes}
        return Desk(replace(SYMBOL, **changes), **settings)

    return make


@pytest.fixture
def told() -> Callable[[Iterable[Event]], list[str]]:
    """Write events as words: ``TRADE 1 FILLED 0.5@100``."""

    def one(event: Event) -> str:
        if isinstance(event, OrderEvent):
            words = [event.change, str(event.order.id), event.status]
            if event.quantity:
                words.append(f"{short(event.quantity)}@{short(event.price)}")
            return " ".join([*words, event.reason]).strip()
        if isinstance(event, TradeEvent):
            return f"trade {short(event.quantity)}@{short(event.price)}"
        if isinstance(event, ListEvent):
            return f"list {event.list.id} {event.status}"
        return type(event).__name__

    return lambda events: [one(event) for event in events]
