"""Faults on a clock that moves by hand, at a venue without a market."""

from types import SimpleNamespace

import pytest

from btbot.exchange.matching import Exchange
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE, units
from btbot.paper.accounts import Accounts
from btbot.paper.clock import MarketClock
from btbot.paper.faults import Call, Faults
from btbot.paper.history import History
from btbot.paper.venue import Venue


class HandClock:
    """Time that a test sets."""

    def __init__(self, now=1_700_000_000_000):
        self.now = now

    def now_ms(self):
        return self.now

    async def sleep(self, milliseconds):
        raise AssertionError("no fault sleeps by itself")


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def history(clock):
    history = History()
    history.attach(clock, None)
    return history


@pytest.fixture
def faults(clock, history):
    """Faults without rules; ``faults.add`` gives them some."""
    faults = Faults(history=history)
    faults.attach(clock)
    return faults


@pytest.fixture
def order():
    """Make the call of an order by REST."""

    def make(method="POST", path="/api/v3/order", account="alice", **params):
        given = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "newClientOrderId": "a-1"} | params
        return Call(method, path, given, account)

    return make


@pytest.fixture
def venue(clock, faults, history):
    """Two accounts with money, BTCUSDT with a little liquidity, no market."""
    symbol = Symbol("BTCUSDT", "BTC", "USDT", tick=units("0.01"), step=units("0.00001"), min_notional=5 * SCALE)
    exchange = Exchange([symbol, Symbol("ETHUSDT", "ETH", "USDT")])
    accounts = Accounts()
    for name in ("alice", "bob"):
        exchange.open_account(name)
        accounts.add_key(name)
    market_clock = MarketClock(clock, start_ms=1_600_000_000_000, speed=10)
    venue = Venue(
        exchange, markets={}, records={}, clock=clock, market_clock=market_clock, accounts=accounts, faults=faults
    )
    faults.attach(clock, market_clock)
    history.attach(clock, market_clock, balances=exchange.balances)
    venue.listen(history.events)
    return venue


@pytest.fixture
def notices(faults):
    """Collect what streams are told."""
    seen = []
    faults.listen(seen.append)
    return seen


@pytest.fixture
def session():
    return SimpleNamespace(id=1)
