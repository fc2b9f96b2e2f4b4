"""A venue on a virtual clock whose market does what the test says, and sockets that remember their frames."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from btbot.exchange.commands import Adjust, Place
from btbot.exchange.matching import Exchange
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE, units
from btbot.paper.accounts import Accounts
from btbot.paper.api import Api
from btbot.paper.clock import MarketClock, VirtualClock
from btbot.paper.faults import Faults
from btbot.paper.record import Record
from btbot.paper.streams import open_session, streams_of
from btbot.paper.venue import Venue

START = 1_700_000_040_000  # a full minute
WORLD = 1_800_000_000_000
BTC = Symbol(
    "BTCUSDT", "BTC", "USDT", tick=units("0.01"), min_price=units("0.01"), step=units("0.00001"),
    min_quantity=units("0.00001"), min_notional=units("5"),
)  # fmt: skip
ETH = replace(BTC, name="ETHUSDT", base="ETH")


class Script:
    """A market whose steps the test has written: functions of the exchange, each at its market time."""

    holes = ()

    def __init__(self, symbol, start_ms):
        self.symbol, self.start_ms, self.steps = symbol, start_ms, []

    def at(self, time_ms, step):
        self.steps.append((time_ms, step))

    def next_ms(self):
        return self.steps[0][0] if self.steps else None

    def step(self, exchange):
        _, step = self.steps.pop(0)
        return list(step(exchange) or ())

    def history(self):
        return ()


class Wire:
    """The client's end of a connection."""

    def __init__(self, ip="127.0.0.1"):
        self.ip, self.frames, self.pings, self.pongs, self.closed, self.stuck = ip, [], [], [], None, 0
        self.session, self.answers = None, True

    def send(self, frame):
        assert self.closed is None
        self.frames.append(frame)

    def ping(self, payload=b""):
        self.pings.append(payload)
        if self.answers:
            self.session.ponged(payload)

    def pong(self, payload=b""):
        self.pongs.append(payload)

    def close(self, code=1000, reason=""):
        self.closed = (code, reason)

    def buffered(self):
        return self.stuck

    def say(self, message):
        self.session.receive(message if isinstance(message, str) else json.dumps(message))

    def take(self):
        """Give what has come since the last call, read."""
        frames, self.frames = self.frames, []
        return [json.loads(frame) for frame in frames]


class World:
    def __init__(self, *, speed=1.0, symbols=(BTC, ETH), preventions=None):
        self.clock = VirtualClock(WORLD)
        self.market_clock = MarketClock(self.clock, start_ms=START, speed=speed)
        self.accounts = Accounts()
        self.exchange = Exchange(symbols)
        self.faults = Faults(seed=1)
        self.faults.attach(self.clock, self.market_clock)
        self.scripts = {one.name: Script(one, START) for one in symbols}
        self.records = {one.name: Record(one.name, begin_ms=START) for one in symbols}
        self.venue = Venue(
            self.exchange, markets=self.scripts, records=self.records, clock=self.clock,
            market_clock=self.market_clock, accounts=self.accounts, faults=self.faults,
        )  # fmt: skip
        self.api = Api(self.venue, faults=self.faults)
        self.keys = {}
        for name in ("alice", "bob"):
            self.exchange.open_account(name)
            self.keys[name], _ = self.accounts.add_key(name)
            for asset, money in (("USDT", "100000"), ("BTC", "10")):
                self.venue.execute(Adjust(name, asset, units(money)))

    @property
    def streams(self):
        return streams_of(self.venue, self.faults, self.api)

    def connect(self, path="/ws", query="", ip="127.0.0.1"):
        wire = Wire(ip)
        wire.session = open_session(self.venue, self.faults, self.api, wire, path, query, {})
        return wire

    def user(self, account="alice"):
        """Give a connection that listens to an account."""
        wire = self.connect("/ws-api/v3")
        wire.say({"id": 1, "method": "userDataStream.subscribe.signature", "params": self.signed(account)})
        return wire

    def signed(self, account="alice", **params):
        key = self.keys[account]
        params = {"apiKey": key.api_key, "timestamp": self.clock.now_ms(), **params}
        payload = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
        signature = hmac.new(key.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
        return {**params, "signature": signature}

    def place(self, account="alice", side="BUY", kind="LIMIT", quantity="1", price="100", **more):
        names = {"stop": "stop_price", "quote": "quote_quantity"}
        extra = {names.get(name, name): units(v) if name in names else v for name, v in more.items()}
        if kind in ("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"):
            extra.setdefault("time_in_force", "GTC")
        order = Place(
            account, extra.pop("symbol", "BTCUSDT"), side, kind, quantity=units(quantity), price=units(price or "0"),
            **extra,
        )  # fmt: skip
        return self.venue.execute(order)

    def supply(self, side, price, quantity, symbol="BTCUSDT"):
        self.exchange.supply(symbol, side, units(price), units(quantity), self.venue.market_ms())

    def book(self):
        """Let the market stand at 99 and 101."""
        for step in range(1, 6):
            self.supply("BUY", str(100 - step), "2")
            self.supply("SELL", str(100 + step), "2")

    def trade(self, at_ms, price, quantity="1", symbol="BTCUSDT", buyer_is_maker=False):
        """Let the market print a trade at a market time counted from the start."""
        self.scripts[symbol].at(
            START + at_ms,
            lambda exchange: exchange.print_trade(symbol, units(price), units(quantity), buyer_is_maker, START + at_ms),
        )

    async def pass_ms(self, milliseconds):
        await asyncio.sleep(0)  # a task that was just made goes to sleep first
        await self.clock.advance(milliseconds)
        self.venue.pump()
        await asyncio.sleep(0)


@pytest.fixture
def make_world():
    return World


@pytest.fixture
def world():
    return World()


def run(coroutine):
    return asyncio.run(coroutine)


__all__ = ["SCALE", "START", "WORLD", "World", "run"]
