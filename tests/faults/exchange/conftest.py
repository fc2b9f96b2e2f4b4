"""A server for all tests, clients that know nothing of faults, and the exchange's own history beside them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
import urllib.request
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parents[2] / "conformance"))

import paper_server

from btbot.exchange.ccxt_settings import name_errors, settings
from btbot.paper.settings import MarketSettings
from btbot.timeframe import Timeframe

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")
BTC = "BTC/USDT"
TIMEOUT_MS = 2_000
FILTERS = {"tick": "0.01", "step": "0.00001", "min_notional": 5, "max_algo_orders": 5}
MINUTE = 60_000
FIRST_BAR = 1_609_459_200_000  # 2021-01-01


class Rehearsal:
    """A running exchange whose faults a test chooses, and what it has written down since the test began."""

    def __init__(self, server):
        self.server = server
        self.history_file = Path(server.ready["history_file"])
        self.begin()

    def begin(self):
        """Forget what earlier tests did."""
        self.server.admin("DELETE", "/faults")
        self.skipped = len(self.lines())

    def end(self):
        """Put right what the test's faults have changed for good, also where the test has failed."""
        struck = set(self.struck())
        self.begin()
        if struck & {"halt", "filters"}:
            self.now({"kind": "resume", "symbol": BTC})
            self.now({"kind": "filters", "symbol": BTC, **FILTERS})
        if "key" in struck:
            self.now({"kind": "key", "account": "default", "trading": True, "ips": []})
        self.begin()

    def fault(self, do, when=None, **more):
        """Add a rule by the admin port; give its number."""
        rule = {"do": do, **more} | ({"when": when} if when else {})
        return self.server.admin("POST", "/faults", rule)["id"]

    def now(self, do, **more):
        """Add a deed and let the exchange do it at once, as it does before each request."""
        self.fault(do, **more)
        urllib.request.urlopen(f"{self.server.rest_url}/api/v3/ping", timeout=10).close()

    def lines(self):
        return self.history_file.read_text().splitlines()

    def entries(self, what="", **fields):
        """What the exchange says happened since the test began."""
        every = [json.loads(line) for line in self.lines()[self.skipped :]]
        found = [entry for entry in every if not what or entry["what"] == what]
        return [entry for entry in found if fields.items() <= entry.items()]

    def accepted(self, client_id):
        """The orders that the exchange accepted under a client id."""
        return self.entries("order", client_id=client_id, change="NEW")

    def struck(self):
        return [entry["kind"] for entry in self.entries("fault")]

    def codes(self):
        """The answers that were sent, as (status, code, wire)."""
        return [(one["status"], one.get("code"), one.get("wire", "ok")) for one in self.entries("reply")]


class Client:
    """A ccxt client, sync or async, whose methods are called the same way."""

    def __init__(self, server, kind="sync", account="default", **more):
        if kind == "sync":
            made, self.loop = ccxt.binance, None
        else:
            from ccxt.async_support import binance

            made, self.loop = binance, asyncio.new_event_loop()
        key, secret = server.keys(account)
        config = {"timeout": TIMEOUT_MS, "enableRateLimit": False} | more
        self.kind = kind
        self.raw = name_errors(made(settings(server.rest_url, server.ws_url, key=key, secret=secret, **config)))

    def __getattr__(self, name):
        method = getattr(self.raw, name)

        def call(*arguments, **keywords):
            result = method(*arguments, **keywords)
            return self.loop.run_until_complete(result) if asyncio.iscoroutine(result) else result

        return call

    @contextlib.contextmanager
    def impatient(self, ms=300):
        """Wait no longer than this for an answer that does not come."""
        self.raw.timeout = ms
        try:
            yield
        finally:
            self.raw.timeout = TIMEOUT_MS

    def close(self):
        if self.loop is not None:
            self.loop.run_until_complete(self.raw.close())
            self.loop.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """An exchange without a market of its own: BTC/USDT and ETH/USDT, accounts default, maker and crowd."""
    options = ["--symbol", BTC, "--symbol", "ETH/USDT", "--empty", "--price", "20000", "--no-limits"]
    options += paper_server.accounts(["default", "maker", "crowd"], USDT=1_000_000, BTC=50, ETH=500)
    server = paper_server.start(tmp_path_factory.mktemp("exchange") / "state", *options)
    yield server
    server.stop()


@pytest.fixture
def rehearsal(server):
    rehearsal = Rehearsal(server)
    yield rehearsal
    rehearsal.end()


@pytest.fixture(scope="module")
def maker(server):
    """Somebody else, who leaves no order behind."""
    client = Client(server, account="maker")
    client.load_markets()
    yield client
    client.close()


@pytest.fixture(scope="module")
def crowd(server):
    """A third party, to trade with the maker."""
    client = Client(server, account="crowd")
    client.load_markets()
    yield client
    client.close()


@pytest.fixture(scope="module", params=["sync", "async"])
def shared_client(request, server):
    client = Client(server, request.param)
    client.load_markets()
    yield client
    client.close()


@pytest.fixture
def client(shared_client, rehearsal, maker):
    """The client under test, sync and async; afterwards nobody has an open order."""
    yield shared_client
    rehearsal.begin()
    for one in (shared_client, maker):
        if one.fetch_open_orders(BTC):
            one.cancel_all_orders(BTC)


@pytest.fixture(scope="session")
def new_id():
    """Make client order ids that no test shares."""
    numbers = itertools.count(1)
    return lambda: f"t{next(numbers):05d}"


@pytest.fixture(scope="module")
def candles(tmp_path_factory):
    """Four hours of minutes whose prices tell their row."""
    path = tmp_path_factory.mktemp("candles") / "BTCUSDT-1m.csv"
    rows = [
        f"{FIRST_BAR + n * MINUTE},{20_000 + n},{20_002 + n},{19_999 + n},{20_001 + n},{5 + n % 3}" for n in range(240)
    ]
    path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    return MarketSettings(BTC, "replay", path, Timeframe.parse("1m"))


@pytest.fixture
def streaming(server, rehearsal, maker):
    """Run a scenario with a new ccxt.pro client; afterwards nobody has an open order."""
    from ccxt.pro import binance

    def run(scenario, *, keep_alive=5000):
        async def main():
            key, secret = server.keys()
            config = {"timeout": 2000, "enableRateLimit": False, "streaming": {"keepAlive": keep_alive}}
            client = name_errors(binance(settings(server.rest_url, server.ws_url, key=key, secret=secret, **config)))
            # A frame that ccxt cannot read ends in the loop's handler alone: no call of the client raises it.
            asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
            client.timeout_on_exit = 10  # milliseconds; the 250 of ccxt are for TLS
            try:
                await client.load_markets()
                return await scenario(client)
            finally:
                rehearsal.begin()
                with contextlib.suppress(ccxt.BaseError):
                    if await client.fetch_open_orders(BTC):
                        await client.cancel_all_orders(BTC)
                await client.close()

        try:
            return asyncio.run(main())
        finally:
            if maker.fetch_open_orders(BTC):
                maker.cancel_all_orders(BTC)

    return run
