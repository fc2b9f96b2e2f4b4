"""An exchange in this process on simulated time, and clients of it that know nothing of that."""

import asyncio
import hashlib
import hmac
import json

import pytest

from btbot.exchange.units import SCALE
from btbot.paper import simulated
from btbot.paper.settings import Deposit, MarketSettings, ServerSettings
from btbot.paper.stage import in_process

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")

BTC = "BTC/USDT"
START = 1_700_000_000_000
MINUTE = 60_000
USER = {"event": "executionReport"}


class Play:
    """An exchange in this process, two clients and the fault rules that a test adds."""

    def __init__(self, stage, clock):
        self.stage = stage
        self.clock = clock

    async def client(self, account="default", *, timeout=1000, recv_window=5000, keep_alive=5000):
        client = await self.stage.client(account, timeout)
        client.options["recvWindow"] = recv_window
        client.streaming["keepAlive"] = keep_alive
        if not client.markets:
            await client.load_markets()
        return client

    async def fault(self, do, when=None):
        return await self.stage.admin("POST /faults", {"do": do} | ({"when": when} if when else {}))

    async def entries(self, what, **fields):
        return [one for one in await self.stage.history() if one["what"] == what and fields.items() <= one.items()]

    async def accepted(self, client_id):
        return len(await self.entries("order", client_id=client_id, change="NEW"))

    async def struck(self):
        return [one["kind"] for one in await self.entries("fault")]


def play(scenario, *, market=None, speed=1.0):
    """Run a scenario on simulated time."""
    markets = (market or MarketSettings(BTC, "empty", price=20_000),)
    deposits = tuple(
        Deposit(account, asset, 10_000_000 * SCALE) for account in ("default", "maker") for asset in ("USDT", "BTC")
    )
    settings = ServerSettings(markets=markets, deposits=deposits, speed=speed, limits=False)

    async def main(clock):
        async with in_process(settings, clock) as stage:
            try:
                return await scenario(Play(stage, clock))
            finally:
                await stage.admin("DELETE /faults", {})
                await stage.close_clients()

    return simulated.run(main, start_ms=START)


def buy(client, client_id="mine", amount=0.01, price=10_000):
    return client.create_order(BTC, "limit", "buy", amount, price, {"newClientOrderId": client_id})


async def find(client, client_id="mine"):
    try:
        return (await client.fetch_order(None, BTC, {"origClientOrderId": client_id}))["status"]
    except ccxt.OrderNotFound:
        return None


class Raw:
    """A client of the WebSocket API that keeps every event as it comes."""

    def __init__(self, play):
        self.play = play
        self.events = []

    async def subscribe(self):
        key, secret = self.play.stage.keys["default"]
        self.socket = await self.play.stage.session.ws_connect(self.play.stage.ws_url + "/ws-api/v3")
        params = {"apiKey": key, "timestamp": self.play.clock.now_ms()}
        payload = "&".join(f"{name}={params[name]}" for name in sorted(params))
        params["signature"] = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
        await self.socket.send_str(
            json.dumps({"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
        )
        assert json.loads((await self.socket.receive()).data)["status"] == 200

    async def read(self, seconds=0.1):
        """Give what comes within a time: (change, status, executed) of each report."""
        found = []
        while True:
            try:
                message = await asyncio.wait_for(self.socket.receive(), seconds)
            except TimeoutError:
                return found
            event = json.loads(message.data)["event"]
            if event["e"] == "executionReport":
                found.append((event["x"], event["X"], event["z"]))
