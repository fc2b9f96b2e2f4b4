"""An exchange in one market, without clocks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from btbot.exchange.commands import Adjust, Place
from btbot.exchange.events import Event, TradeEvent
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Order, Side
from btbot.exchange.units import SCALE
from btbot.paper.market import Market
from btbot.paper.record import Record


class Run:
    """Steps a market; `ann` is rich. Prices and quantities here are plain numbers."""

    def __init__(self, market: Market, exchange: Exchange | None = None) -> None:
        self.market = market
        self.name = market.symbol.name
        self.exchange = exchange or Exchange([market.symbol])
        if exchange is None:
            self.exchange.open_account("ann")
            self.exchange.execute(Adjust("ann", market.symbol.base, 10**15 * SCALE), market.start_ms)
            self.exchange.execute(Adjust("ann", market.symbol.quote, 10**12 * SCALE), market.start_ms)
        self.record = Record(self.name, history=market.history(), begin_ms=market.start_ms, holes=market.holes)
        self.events: list[Event] = []
        self.now_ms = market.start_ms

    @property
    def trades(self) -> list[TradeEvent]:
        return [event for event in self.events if isinstance(event, TradeEvent)]

    def step(self) -> list[Event]:
        when = self.market.next_ms()
        assert when is not None
        assert when >= self.now_ms
        self.now_ms = when
        return self.take(self.market.step(self.exchange))

    def run(self, until_ms: float = float("inf"), steps: float = float("inf")) -> list[Event]:
        seen: list[Event] = []
        while steps > 0 and (when := self.market.next_ms()) is not None and when < until_ms:
            seen += self.step()
            steps -= 1
        return seen

    def take(self, events: list[Event]) -> list[Event]:
        self.events += events
        for event in events:
            if isinstance(event, TradeEvent):
                self.record.on_trade(event)
        return events

    def order(self, side: Side, quantity: float, price: float | None = None) -> Order:
        place = Place("ann", self.name, side, "MARKET" if price is None else "LIMIT", round(quantity * SCALE),
                      price=round((price or 0) * SCALE), time_in_force="GTC" if price else None)  # fmt: skip
        outcome = self.exchange.execute(place, self.now_ms)
        self.take(outcome.events)
        return outcome.orders[0]

    def ladder(self, side: Side, limit: int = 1_000) -> list[tuple[float, float]]:
        return [(price / SCALE, size / SCALE) for price, size in self.exchange.books[self.name].levels(side, limit)]


@pytest.fixture
def begin() -> Callable[..., Run]:
    """Put a market into an exchange."""
    return Run
