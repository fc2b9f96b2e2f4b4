"""Where a scenario plays: an exchange in this process on simulated time, or a server with real sockets.

An hour at a made-up exchange, in a second::

    settings = ServerSettings(
        markets=(MarketSettings("BTC/USDT", "synthetic", price=30_000.0),),
        deposits=deposits(["USDT=10000"]),
        start_ms=moment("2024-01-01"),
    )

    async def main(clock):
        async with in_process(settings, clock) as stage:
            exchange = await stage.client()
            await exchange.create_order("BTC/USDT", "market", "buy", 0.1)
            await clock.sleep(3_600_000)
            print(await exchange.fetch_balance())

    simulated.run(main, start_ms=moment("2024-01-01"))
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from btbot.errors import ConfigError, ExchangeError
from btbot.exchange import ccxt_in_process
from btbot.paper.admin import Admin
from btbot.paper.assembly import Assembled, assemble
from btbot.paper.clock import Clock
from btbot.paper.local_session import LocalSession
from btbot.paper.running import Ready, serve
from btbot.paper.settings import ServerSettings

_TOKEN = "in-process"  # noqa: S105 - it opens nothing: there is no port
_ALL = 1_000_000
_LOOPBACK = "http://127.0.0.1"
_PATIENCE_SECONDS = 10.0
_SETTLE_SECONDS = 0.3
_NO_TLS_MS = 10  # ccxt waits longer for the end of TLS, which is not spoken here


@dataclass
class Stage:
    """An exchange that listens, and clients of it.

    Attributes
    ----------
    session
        In process what clients talk through; None over sockets.
    http
        What the admin port is talked to through.
    keys
        API key and secret by account.
    """

    rest_url: str
    ws_url: str
    admin_url: str
    token: str
    keys: Mapping[str, tuple[str, str]]
    http: Any
    session: LocalSession | None = None
    clock: Clock | None = None
    _clients: dict[str, Any] = field(default_factory=dict)
    _watches: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What a call of a client may raise that is part of the play."""
        return ccxt_in_process.errors()

    async def client(self, account: str = "default", timeout_ms: int = 10_000, **more: Any) -> Any:
        """Give the account's ``ccxt.pro.binance``, the same at every call; `more` are keys of ccxt's configuration."""
        if account not in self.keys:
            raise ConfigError(f"steps: there is no account {account!r}; there are {', '.join(self.keys)}")
        if account not in self._clients:
            key, secret = self.keys[account]
            more = {"key": key, "secret": secret, "timeout": timeout_ms, "enableRateLimit": False, **more}
            if self.session is not None and self.clock is not None:
                made = ccxt_in_process.client(self.session, self.clock, **more)
            else:
                made = ccxt_in_process.remote(self.rest_url, self.ws_url, **more)
                made.timeout_on_exit = _NO_TLS_MS
            self._clients[account] = made
        return self._clients[account]

    async def watch(self, account: str, timeout_ms: int) -> list[dict[str, Any]]:
        """Subscribe to an account's events; give the list to which they will come."""
        client = await self.client(account, timeout_ms)
        events: list[dict[str, Any]] = []
        subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        handle = client.handle_message

        def hear(connection: Any, message: Any) -> None:
            if isinstance(message, dict) and "event" in message:
                events.append(message["event"])
            elif not subscribed.done():
                subscribed.set_result(None)
            handle(connection, message)

        client.handle_message = hear
        watch = asyncio.ensure_future(_forever(client.watch_orders, self.errors))
        self._watches.append(watch)
        await asyncio.wait_for(subscribed, _PATIENCE_SECONDS)
        return events

    async def settle(self) -> None:
        """Let what is on its way to the clients arrive."""
        if self._watches:
            await asyncio.sleep(_SETTLE_SECONDS)

    async def close_clients(self) -> None:
        for watch in self._watches:
            watch.cancel()
        for client in self._clients.values():
            await client.close()
        self._clients.clear()

    async def advance(self, milliseconds: int) -> None:
        """Let market time pass."""
        if milliseconds > 0:
            await self.admin("POST /advance", {"ms": milliseconds})

    async def history(self) -> list[dict[str, Any]]:
        """Give all that the exchange has written down."""
        found: list[dict[str, Any]] = await self.admin("GET /history", {"tail": _ALL})
        return found

    async def admin(self, call: str, body: Mapping[str, Any]) -> Any:
        """Do a call of the admin port such as ``POST /deposit``.

        Raises
        ------
        btbot.errors.ExchangeError
            If it is refused.
        """
        method, _, path = call.partition(" ")
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        async with self.http.request(
            method, self.admin_url + path, data=json.dumps(body).encode(), headers=headers
        ) as answer:
            found = json.loads(await answer.text())
        if answer.status != 200:
            raise ExchangeError(f"{call}: {found.get('error', found)}")
        return found


@asynccontextmanager
async def in_process(settings: ServerSettings, clock: Clock) -> AsyncIterator[Stage]:
    """Set up an exchange in this process, on a clock such as that of `btbot.paper.simulated.run`."""
    whole = assemble(replace(settings, state=None), clock)
    admin = Admin(whole.venue, whole.pace, token=_TOKEN, history=whole.history, streams=whole.streams)
    session = LocalSession(whole.api.handle, whole.opener, clock)
    running = asyncio.ensure_future(whole.pace.run())
    try:
        stage = Stage(
            _LOOPBACK,
            _LOOPBACK.replace("http", "ws"),
            _LOOPBACK,
            _TOKEN,
            _keys(whole),
            LocalSession(admin.handle, None, clock),
            session,
            clock,
        )
        try:
            yield stage
        finally:
            await stage.close_clients()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await session.close()
        whole.close()


@asynccontextmanager
async def over_sockets(settings: ServerSettings, folder: Path) -> AsyncIterator[Stage]:
    """Start a server on free ports, with its files in a folder."""
    listens: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    serving = asyncio.ensure_future(serve(replace(settings, state=folder), ready=listens.set_result, stop=stop))
    await asyncio.wait((listens, serving), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    ready = listens.result()
    try:
        async with aiohttp.ClientSession() as http:
            token = ready.admin_token_file.read_text(encoding="utf-8").strip()
            stage = Stage(ready.rest, ready.ws, ready.admin, token, _saved_keys(ready.keys_file), http)
            try:
                yield stage
            finally:
                await stage.close_clients()
    finally:
        stop.set()
        await serving


async def _forever(watch: Callable[[], Awaitable[object]], errors: tuple[type[Exception], ...]) -> None:
    while True:
        with suppress(*errors):
            await watch()


def _keys(whole: Assembled) -> dict[str, tuple[str, str]]:
    return {key.account: (key.api_key, key.secret) for key in reversed(whole.accounts.keys())}


def _saved_keys(path: Path) -> dict[str, tuple[str, str]]:
    accounts = json.loads(path.read_text(encoding="utf-8"))["accounts"]
    return {name: (entry["keys"][0]["api_key"], entry["keys"][0]["secret"]) for name, entry in accounts.items()}
