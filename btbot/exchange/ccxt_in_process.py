"""ccxt, unmodified, in the process of the exchange that it talks to, on a clock of choice.

Its HTTP session is replaced (ccxt takes one as an option) and its time; building, signing, parsing and caching stay its
own. Needs ccxt.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from btbot.exchange.ccxt_settings import name_errors, settings

HOST = "in-process.invalid"  # a name that no resolver knows


class Clock(Protocol):
    """The time that the client is to believe."""

    def now_ms(self) -> int: ...

    async def sleep(self, milliseconds: float) -> None: ...


def client(session: Any, clock: Clock, *, key: str = "", secret: str = "", **more: Any) -> Any:
    """Give a ``ccxt.pro.binance`` in process.

    Parameters
    ----------
    session
        Such as `btbot.paper.local_session.LocalSession`.
    more
        Further keys of ccxt's configuration.
    """
    import ccxt.pro

    made = in_process(ccxt.pro.binance, session, clock)
    config = settings(f"http://{HOST}", f"ws://{HOST}", key=key, secret=secret, **more)
    return name_errors(made(config))


def remote(rest_url: str, ws_url: str, *, key: str = "", secret: str = "", **more: Any) -> Any:
    """Give a ``ccxt.pro.binance`` for a local exchange behind sockets."""
    import ccxt.pro

    return name_errors(ccxt.pro.binance(settings(rest_url, ws_url, key=key, secret=secret, **more)))


def errors() -> tuple[type[Exception], ...]:
    """Give the classes of what a call of ccxt may raise."""
    import ccxt

    return (ccxt.BaseError,)


def in_process(exchange_class: type, session: Any, clock: Clock) -> Any:
    """Derive a class from ccxt's (async or pro) that uses the session and lives by the clock."""
    return type(exchange_class.__name__, (_OnClock, exchange_class), {"_clock": clock, "_given_session": session})


class _OnClock:
    """What is mixed into a class of ccxt: its time, and the session that it is given."""

    _clock: Clock
    _given_session: Any
    clients: Any
    tokenBucket: Any  # noqa: N815 - a name of ccxt
    asyncio_loop: Any

    def __init__(self, config: dict[str, Any] | None = None) -> None:
        self._pace = _Pace(self._clock)
        super().__init__({**(config or {}), "session": self._given_session, "verify": False})  # type: ignore[call-arg]

    def milliseconds(self) -> int:
        return self._clock.now_ms()

    def microseconds(self) -> int:
        return 1000 * self._clock.now_ms()

    def seconds(self) -> int:
        return self._clock.now_ms() // 1000

    async def sleep(self, milliseconds: float) -> None:
        await self._clock.sleep(milliseconds)

    async def throttle(self, cost: float | None = None) -> None:
        self._pace.rate = self.tokenBucket["refillRate"]
        await self._pace(cost)

    def delay(self, timeout: float, method: Callable[..., Any], *arguments: Any) -> Any:
        async def later() -> None:
            await self._clock.sleep(timeout)
            await method(*arguments)

        return self.asyncio_loop.create_task(later())

    def client(self, url: str) -> Any:
        new = url not in (self.clients or {})
        made = super().client(url)  # type: ignore[misc]
        if new:
            _follow(made, self._clock, self.tokenBucket["refillRate"])
        return made


class _Pace:
    """The leaky bucket of ccxt's throttler, with the waiting computed instead of tried.

    Parameters
    ----------
    rate
        Tokens that come back in a millisecond; at most one is kept.
    """

    def __init__(self, clock: Clock, rate: float = 1.0) -> None:
        self.rate = rate
        self._clock = clock
        self._tokens = 0.0
        self._counted_ms = clock.now_ms()
        self._queue: deque[asyncio.Future[None]] = deque()

    async def __call__(self, cost: float | None = None) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            if len(self._queue) > 1:
                await turn
            while (missing := -self._refilled()) > 0:
                await self._clock.sleep(max(1.0, missing / self.rate))
            self._tokens -= 1.0 if cost is None else cost
        finally:
            self._queue.remove(turn)
            if self._queue and not self._queue[0].done():
                self._queue[0].set_result(None)

    def _refilled(self) -> float:
        now = self._clock.now_ms()
        self._tokens = min(1.0, self._tokens + (now - self._counted_ms) * self.rate)
        self._counted_ms = now
        return self._tokens if self._tokens < -1e-9 else 0.0


def _follow(client: Any, clock: Clock, rate: float) -> None:
    """Let a WebSocket client of ccxt measure time by the clock: its pings, its pace, its record of the last frame."""
    from aiohttp import WSMsgType
    from ccxt import RequestTimeout

    handle = client.handle_message

    def handle_message(message: Any) -> None:
        try:
            handle(message)
        finally:
            client.last_message_at = clock.now_ms()
        if message.type is WSMsgType.PONG:
            client.lastPong = clock.now_ms()

    async def ping_loop() -> None:
        while client.keepAlive and not client.closed():
            await clock.sleep(client.keepAlive)
            now = clock.now_ms()
            client.lastPong = client.lastPong or now
            if client.lastPong + client.keepAlive * client.maxPingPongMisses < now:
                client.on_error(RequestTimeout(f"Connection to {client.url} timed out due to a missing pong"))
            elif not client.closed():
                await client.connection.ping()

    client.handle_message = handle_message
    client.ping_loop = ping_loop
    client.throttle = _Pace(clock, rate)
