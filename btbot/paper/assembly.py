"""The parts of an exchange put together, without a socket: from settings to something that answers."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial

from btbot.exchange.commands import Adjust
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.paper.accounts import Accounts
from btbot.paper.admin_keys import open_account
from btbot.paper.api import Api, Limits
from btbot.paper.clock import Clock, WallClock
from btbot.paper.faults import Faults, load_faults
from btbot.paper.history import History
from btbot.paper.journal import Journal
from btbot.paper.market import Market
from btbot.paper.pace import Pace, SteeredClock
from btbot.paper.server import Opener
from btbot.paper.settings import ServerSettings
from btbot.paper.sources import Sources, sources
from btbot.paper.state import StateFolder
from btbot.paper.streams import Streams, open_session, streams_of
from btbot.paper.venue import Venue

log = logging.getLogger(__name__)

_COUNTED = {"weight", "raw_requests", "orders_10s", "orders_day", "connections", "messages"}
_UNLIMITED = Limits(**{limit.name: 10**12 for limit in fields(Limits) if limit.name in _COUNTED})


@dataclass(slots=True)
class Assembled:
    """A whole exchange. `opener` makes the session of a WebSocket; `close` gives files back."""

    settings: ServerSettings
    venue: Venue
    api: Api
    faults: Faults
    accounts: Accounts
    history: History
    pace: Pace
    opener: Opener
    journal: Journal | None
    resumed: bool
    """Whether a journal was continued."""
    _is_over: bool = False

    @property
    def streams(self) -> Streams:
        return streams_of(self.venue, self.faults, self.api)

    def note(self) -> None:
        """Write down how far the market has come, and say so at its end; raise what made the journal fail."""
        if self.journal is not None:
            if self.journal.failed is not None:
                raise self.journal.failed
            self.journal.note_time(self.venue.market_ms())
        if not self._is_over and self._is_played_out():
            self._is_over = True
            log.warning("the data is over: the last prices stay; --reset begins again")

    def _is_played_out(self) -> bool:
        replays = [one.name for one in self.settings.markets if one.form == "replay"]
        return bool(replays) and all(self.venue.markets[name].next_ms() is None for name in replays)

    def close(self) -> None:
        """Note where the market stands and close the files; a second call does nothing."""
        if self.journal is not None and self.journal.is_open:
            if self.journal.failed is None:
                self.journal.note_time(self.venue.market_ms())
            self.journal.close()
        self.history.close()


def assemble(
    settings: ServerSettings, clock: Clock | None = None, *, live: Mapping[str, Market] | None = None
) -> Assembled:
    """Build an exchange, or build it again from the journal in its folder.

    Who calls this for a folder that others may use holds a `StateFolder` before.

    Parameters
    ----------
    live
        Markets that follow the real one, by symbol name, already connected.

    Raises
    ------
    btbot.errors.ConfigError, btbot.errors.DataError
        Where a file is wrong.
    """
    clock = clock or WallClock()
    state = None if settings.state is None else StateFolder(settings.state)
    if state is not None and settings.reset:
        state.reset()
    faults = Faults(seed=settings.seed) if settings.faults is None else load_faults(settings.faults, seed=settings.seed)
    journal = None if state is None else Journal(state.journal)
    exchange, resumed, market_ms = _rebuilt(journal)
    accounts = _accounts(settings, state, clock)
    found = sources(settings, exchange, clock, market_ms=market_ms, live=live or {})
    begun = _begin(exchange, settings, found, accounts, known=resumed)
    if journal is not None and begun:
        journal.append(begun, request="start")
    market_clock = SteeredClock(clock, start_ms=found.start_ms, speed=math.inf if settings.paused else settings.speed)
    history = History(None if state is None else state.history)
    venue = Venue(
        exchange,
        markets=found.markets(),
        records=found.records(),
        clock=clock,
        market_clock=market_clock,
        accounts=accounts,
        faults=faults,
        journal=journal,
    )
    api = Api(venue, faults=faults, limits=Limits() if settings.limits else _UNLIMITED)
    pace = Pace(venue, market_clock, speed=settings.speed, paused=settings.paused)
    _connect(venue, history, journal)
    history.events(begun)
    opener = partial(open_session, venue, faults, api)
    return Assembled(settings, venue, api, faults, accounts, history, pace, opener, journal, resumed)


def _rebuilt(journal: Journal | None) -> tuple[Exchange, bool, int | None]:
    """Return the exchange as the journal knows it, whether it knows anything, and how far the market had come."""
    exchange = Exchange()
    if journal is None:
        return exchange, False, None
    journal.open()
    entries = journal.replay(exchange)
    return exchange, entries > 0, journal.market_ms() if entries else None


def _accounts(settings: ServerSettings, state: StateFolder | None, clock: Clock) -> Accounts:
    names = dict.fromkeys([*settings.accounts, *(one.account for one in settings.deposits)])
    fees = {"maker": settings.maker, "taker": settings.taker}
    return Accounts.open(None if state is None else state.keys, names=names, fees=fees, now_ms=clock.now_ms())


def _begin(
    exchange: Exchange, settings: ServerSettings, found: Sources, accounts: Accounts, *, known: bool
) -> list[Event]:
    """List the symbols that are new and open the accounts; the first start of all makes the deposits too.

    What has happened is one batch, so that an end at any moment leaves all of it or nothing.
    """
    events: list[Event] = []
    for one in found.each:
        if one.symbol.name not in exchange.symbols:
            events += exchange.set_symbol(one.symbol, found.start_ms)
    for name in accounts.names():
        open_account(exchange, accounts.account(name))
    if not known:
        for deposit in settings.deposits:
            adjust = Adjust(deposit.account, deposit.asset, deposit.amount)
            events += exchange.execute(adjust, found.start_ms).events
    return events


def _connect(venue: Venue, history: History, journal: Journal | None) -> None:
    """Let everybody hear of what happens who writes it down, before anybody who tells it to clients."""
    if journal is not None:
        venue.listen(journal.seen)
    history.attach(venue.clock, venue.market_clock, balances=venue.exchange.balances)
    venue.listen(history.events)
    venue.faults.attach(venue.clock, venue.market_clock)
    venue.faults.history = history
