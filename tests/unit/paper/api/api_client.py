"""A venue whose market does what a test says, an account with money, and a client that signs, for the tests beside."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from btbot.bars import Bars
from btbot.exchange.commands import Adjust
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Side
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE, units
from btbot.paper.accounts import Accounts
from btbot.paper.api import Api, Limits
from btbot.paper.clock import MarketClock, VirtualClock
from btbot.paper.faults import Faults
from btbot.paper.keys import Key
from btbot.paper.record import Record
from btbot.paper.venue import Venue
from btbot.paper.wire import Reply, Request

NOW_MS = 1_700_000_000_000  # 2023-11-14 22:13:20 UTC
MARKET_MS = 1_600_000_020_000
API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"


def symbol(name: str = "BTCUSDT", base: str = "BTC", quote: str = "USDT", **rules: Any) -> Symbol:
    usual = {
        "tick": units("0.01"), "min_price": units("0.01"), "max_price": units("1000000"), "step": units("0.00001"),
        "min_quantity": units("0.00001"), "max_quantity": 9000 * SCALE, "min_notional": 5 * SCALE,
    }  # fmt: skip
    return Symbol(name, base, quote, **{**usual, **rules})


class Stage:
    """A market in which happens what a test says."""

    holes = ()

    def __init__(self, listed: Symbol) -> None:
        self.symbol = listed
        self.start_ms = self.now_ms = MARKET_MS
        self.deeds: deque[Callable[[Exchange], list[Event] | None]] = deque()

    def next_ms(self) -> int | None:
        return self.now_ms if self.deeds else None

    def step(self, exchange: Exchange) -> list[Event]:
        return self.deeds.popleft()(exchange) or []

    def skip_to(self, market_ms: int) -> None:
        self.now_ms = market_ms

    def history(self) -> list[Bars]:
        return []


class Client:
    """Asks as an unmodified client would; times are the exchange's own."""

    def __init__(self, api: Api, clock: VirtualClock, key: Key) -> None:
        self.api = api
        self.clock = clock
        self.key = key
        self.venue = api.venue
        self.last: Reply | None = None

    def happen(self, deed: Callable[[Exchange], list[Event] | None], name: str = "BTCUSDT") -> None:
        """Let something happen in the market now."""
        stage = self.venue.markets[name]
        stage.now_ms = self.venue.market_ms()
        stage.deeds.append(deed)
        self.venue.pump()

    def trade(self, price: str, quantity: str, name: str = "BTCUSDT", *, buyer_is_maker: bool = False) -> None:
        """Print a trade of the market with itself."""
        now_ms = self.venue.market_ms()
        figures = (units(price), units(quantity), buyer_is_maker, now_ms)
        self.happen(lambda exchange: exchange.print_trade(name, *figures), name)

    def sweep(self, side: Side, price: str, quantity: str) -> None:
        """Let somebody else trade with what rests."""
        figures = (side, units(price), units(quantity), self.venue.market_ms())
        self.happen(lambda exchange: exchange.sweep("BTCUSDT", *figures))

    def wait(self, milliseconds: int) -> None:
        asyncio.run(self.clock.advance(milliseconds))

    def ask(
        self, verb: str, path: str, query: str = "", body: str = "", ip: str = "127.0.0.1", **headers: str
    ) -> Reply:
        lower = {name.lower().replace("_", "-"): value for name, value in headers.items()}
        self.last = asyncio.run(self.api.handle(Request(verb, path, query, body, lower, ip)))
        return self.last

    def public(self, path: str, **params: object) -> Any:
        return json.loads(self.ask("GET", f"/api/v3/{path}", urlencode(params)).body)

    def sign(self, params: dict[str, object]) -> str:
        text = urlencode({**params, "timestamp": params.get("timestamp", self.clock.now_ms())})
        return f"{text}&signature={hmac.new(self.key.secret.encode(), text.encode(), hashlib.sha256).hexdigest()}"

    def signed(self, verb: str, path: str, **params: object) -> Any:
        path = path if path.startswith("/") else f"/api/v3/{path}"
        text = self.sign(params)
        place = {"body": text} if verb == "POST" else {"query": text}
        return json.loads(self.ask(verb, path, **place, x_mbx_apikey=self.key.api_key).body)

    def order(self, **params: object) -> Any:
        return self.signed("POST", "order", **{"symbol": "BTCUSDT", **params})

    def limit(self, side: str, quantity: str, price: str, **params: object) -> Any:
        wanted = {"side": side, "type": "LIMIT", "timeInForce": "GTC", "quantity": quantity, "price": price}
        return self.order(**wanted, **params)


def make(limits: Limits | None = None, symbols: tuple[Symbol, ...] = (), faults: Faults | None = None) -> Client:
    listed = symbols or (symbol(), symbol("ETHBTC", "ETH", "BTC", tick=1, min_price=1, step=units("0.001")))
    clock = VirtualClock(NOW_MS)
    market_clock = MarketClock(clock, start_ms=MARKET_MS)
    accounts = Accounts()
    key, _ = accounts.add_key("alice", name="bot", api_key=API_KEY, secret=SECRET)
    exchange = Exchange(listed)
    exchange.open_account("alice")
    faults = faults or Faults()
    venue = Venue(
        exchange,
        markets={one.name: Stage(one) for one in listed},
        records={one.name: Record(one.name, begin_ms=MARKET_MS) for one in listed},
        clock=clock,
        market_clock=market_clock,
        accounts=accounts,
        faults=faults,
    )
    for asset, amount in (("USDT", 1_000_000), ("BTC", 100)):
        venue.execute(Adjust("alice", asset, amount * SCALE))
    return Client(Api(venue, faults=faults, limits=limits), clock, key)
