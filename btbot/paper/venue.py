"""The exchange in its market: one place where time passes, commands run, and what happened is written down and told."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from btbot.exchange.commands import UserCommand
from btbot.exchange.events import Event, TradeEvent
from btbot.exchange.matching import Exchange, Outcome
from btbot.exchange.symbols import Symbol
from btbot.paper.accounts import Accounts
from btbot.paper.clock import Clock, MarketClock
from btbot.paper.faults import Faults
from btbot.paper.market import Market
from btbot.paper.record import Record

Listener = Callable[[Sequence[Event]], None]


class Log(Protocol):
    """Where the venue writes what may not be lost; `btbot.paper.journal.Journal` is the durable one."""

    def append(self, events: Sequence[Event], *, request: object = None) -> None:
        """Keep the events for good before returning."""
        ...


class Venue:
    """An exchange, the markets that drive it, and the two clocks.

    Parameters
    ----------
    exchange
        With its symbols listed and its accounts opened, or rebuilt from a journal.
    markets, records
        By symbol name such as ``BTCUSDT``. A symbol may have no market: then its accounts trade among themselves.
    clock, market_clock
        Of the world (signatures, limits) and of the market (candles, trades, orders).
    journal
        None keeps nothing.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        markets: Mapping[str, Market],
        records: Mapping[str, Record],
        clock: Clock,
        market_clock: MarketClock,
        accounts: Accounts,
        faults: Faults,
        journal: Log | None = None,
    ) -> None:
        self.exchange = exchange
        self.markets = dict(markets)
        self.records = dict(records)
        self.clock = clock
        self.market_clock = market_clock
        self.accounts = accounts
        self.faults = faults
        self._journal = journal
        self._listeners: list[Listener] = []
        self._pumping = False
        faults.attach(clock, market_clock)

    def market_ms(self) -> int:
        return self.market_clock.now_ms()

    def server_ms(self) -> int:
        """Give the exchange's idea of the world's time: the clock, and what a fault adds to it."""
        now = self.clock.now_ms()
        return now + self.faults.clock_offset_ms(now)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each batch of events, after the state has changed and was journalled.

        Returns
        -------
        A function that ends it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def execute(self, command: UserCommand, *, request: object = None) -> Outcome:
        """Let the market catch up, run the command, make it durable, tell the listeners.

        Raises
        ------
        btbot.exchange.refused.Refused
            Where the exchange says no; then nothing has changed.
        """
        now = self._caught_up()
        outcome = self.exchange.execute(command, now)
        self._tell(outcome.events, request, now)
        return outcome

    def set_symbol(self, symbol: Symbol) -> None:
        """List a symbol, or change its filters or status, as an operator does."""
        now = self._caught_up()
        self._tell(self.exchange.set_symbol(symbol, now), "operator", now)

    def remove_symbol(self, name: str) -> None:
        """Delist a symbol: its open orders are cancelled."""
        now = self._caught_up()
        self._tell(self.exchange.remove_symbol(name, now), "operator", now)

    def pump(self) -> int:
        """Do all that markets and scheduled faults do up to the present market time; give the number of events."""
        return self._pump_to(self.market_ms())

    def next_due_ms(self) -> float | None:
        """Give the milliseconds of the clock until something happens by itself; None where nothing will."""
        waits = []
        market_ms, world_ms = self.next_market_ms(), self.faults.next_ms()
        if market_ms is not None and math.isinf(self.market_clock.speed):
            waits.append(0.0)
        elif market_ms is not None:
            waits.append((market_ms - self.market_ms()) / self.market_clock.speed)
        if world_ms is not None:
            waits.append(float(world_ms - self.clock.now_ms()))
        return max(0.0, min(waits)) if waits else None

    def next_market_ms(self) -> int | None:
        """Give the market time of the next thing that happens by itself."""
        times = [market.next_ms() for market in self.markets.values()]
        return min((when for when in (*times, self.faults.next_market_ms()) if when is not None), default=None)

    def _caught_up(self) -> int:
        """Read the market's time once and do all that was due by then: what follows happens at that very time."""
        now = self.market_ms()
        self._pump_to(now)
        return now

    def _pump_to(self, now_ms: int) -> int:
        if self._pumping:  # a fault's deed runs a command
            return 0
        self._pumping = True
        try:
            done = self._catch_up(now_ms)
        finally:
            self._pumping = False
        for record in self.records.values():
            record.advance(now_ms)
        return done

    def _catch_up(self, now_ms: int) -> int:
        done = 0
        while (first := self._first()) is not None and (when := first.next_ms()) is not None and when <= now_ms:
            events = first.step(self.exchange)
            self._tell(events, None, when)
            done += len(events)
        for deed in self.faults.due(now_ms):
            deed(self)
        return done

    def _first(self) -> Market | None:
        found: Market | None = None
        earliest = math.inf
        for market in self.markets.values():
            when = market.next_ms()
            if when is not None and when < earliest:
                found, earliest = market, when
        return found

    def _tell(self, events: Sequence[Event], request: object, now_ms: int) -> None:
        """Write down and pass on; a batch may be empty where only the market's own orders moved."""
        if self._journal is not None and any(map(self.exchange.matters, events)):
            self._journal.append(events, request=request)
        for record in self.records.values():
            record.advance(now_ms)
        for event in events:
            if isinstance(event, TradeEvent) and event.symbol in self.records:
                self.records[event.symbol].on_trade(event)
        for listener in tuple(self._listeners):
            listener(events)
