"""What a client written for aiohttp takes for its HTTP session, connected to an exchange in the same process.

Nothing of the client is replaced but this: it builds, signs and parses as ever, and where the wire fails it meets the
very exceptions of aiohttp that sockets would give.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping
from functools import partialmethod
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from btbot.exchange.refused import Refused
from btbot.paper.clock import Clock
from btbot.paper.local_socket import LocalConnection, LocalSocket
from btbot.paper.wire import Reply, Request, Session, Socket

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Reply]]
Opener = Callable[[Socket, str, str, Mapping[str, str]], Session]
_CONTENT_TYPE = "application/json;charset=UTF-8"
_TICK_MS = 1000
_REPEATED = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})  # by aiohttp, once, after a lost connection


class LocalSession:
    """Looks like an `aiohttp.ClientSession`; requests end in `handle`, WebSockets in `open_socket`.

    Parameters
    ----------
    handle
        Answers a request: the same that the server's port is given.
    open_socket
        Makes the session of a WebSocket or raises `Refused`, as for the server's port. None refuses every WebSocket.
    clock
        Time-outs follow it.
    ip
        Where the client seems to come from.
    """

    def __init__(self, handle: Handler, open_socket: Opener | None, clock: Clock, *, ip: str = "127.0.0.1") -> None:
        self.headers: Mapping[str, str] = {}
        self.closed = False
        self._handle = handle
        self._open_socket = open_socket
        self._clock = clock
        self._ip = ip
        self._late: set[asyncio.Task[Reply]] = set()
        self._sockets: list[LocalSocket] = []
        self._ticks: asyncio.Task[None] | None = None

    def request(self, method: str, url: str | URL, **options: Any) -> _Pending[LocalResponse]:
        """Do an HTTP request; of the options `data`, `headers` and `timeout` (its `total`) count."""
        return _Pending(lambda: self._request(method.upper(), URL(url) if isinstance(url, str) else url, options))

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    delete = partialmethod(request, "DELETE")

    def ws_connect(self, url: str | URL, **options: Any) -> _Pending[LocalConnection]:
        """Open a WebSocket; of the options `headers` and `max_msg_size` count."""
        return _Pending(lambda: self._connect(URL(url) if isinstance(url, str) else url, options))

    async def close(self) -> None:
        """Close every WebSocket; requests on their way go on at the exchange."""
        self.closed = True
        for socket in list(self._sockets):
            await socket.client.close()
        if self._ticks is not None:
            self._ticks.cancel()

    async def _request(self, method: str, url: URL, options: Mapping[str, Any]) -> LocalResponse:
        body = options.get("data") or b""
        request = Request(
            method,
            url.raw_path,
            url.raw_query_string,
            body.decode() if isinstance(body, bytes) else str(body),
            {**_lower(options.get("headers")), "host": url.authority},
            self._ip,
        )
        timeout = options.get("timeout")
        limit_ms = 1000 * timeout.total if timeout is not None and timeout.total else float("inf")
        until_ms = self._clock.now_ms() + limit_ms
        reply = await self._exchange(request, until_ms)
        if reply.wire == "drop" and method in _REPEATED:
            reply = await self._exchange(request, until_ms)
        if reply.wire == "drop":
            raise aiohttp.ServerDisconnectedError
        response = LocalResponse(reply, method, url)
        if reply.wire == "hang":
            await self._expire(until_ms)
        if reply.wire == "slow":
            last_ms = self._clock.now_ms() + 1000 * max(0, len(reply.body) - 1)
            if last_ms >= until_ms:
                await self._expire(until_ms)
            await self._clock.sleep(last_ms - self._clock.now_ms())
        return response

    async def _exchange(self, request: Request, until_ms: float) -> Reply:
        task = asyncio.ensure_future(_answer(self._handle, request))
        await asyncio.sleep(0)
        if not task.done():
            await self._wait(task, until_ms)
        return task.result()

    async def _wait(self, task: asyncio.Task[Reply], until_ms: float) -> None:
        """Wait for the answer as long as the client does; the exchange goes on even if he has gone."""
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        if until_ms == float("inf"):
            await asyncio.shield(task)
            return
        bell = asyncio.ensure_future(self._clock.sleep(until_ms - self._clock.now_ms()))
        try:
            await asyncio.wait({task, bell}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            bell.cancel()
        if not task.done():
            raise TimeoutError

    async def _expire(self, until_ms: float) -> None:
        if until_ms == float("inf"):
            await asyncio.get_running_loop().create_future()
        await self._clock.sleep(until_ms - self._clock.now_ms())
        raise TimeoutError

    async def _connect(self, url: URL, options: Mapping[str, Any], *, repeated: bool = False) -> LocalConnection:
        socket = LocalSocket(self._ip, max_size=options.get("max_msg_size", 4 * 2**20), gone=self._forget)
        try:
            if self._open_socket is None:
                raise Refused(-1000, "No WebSocket here.")
            session = self._open_socket(socket, url.raw_path, url.raw_query_string, _lower(options.get("headers")))
        except Refused as refused:
            if refused.status == 0 and not repeated:
                return await self._connect(url, options, repeated=True)
            raise _handshake_error(url, refused) from None
        self._sockets.append(socket)
        socket.opened(session)
        if self._ticks is None or self._ticks.done():
            self._ticks = asyncio.ensure_future(self._tick())
        return socket.client

    def _forget(self, socket: LocalSocket) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)

    async def _tick(self) -> None:
        while self._sockets:
            await self._clock.sleep(_TICK_MS)
            for socket in list(self._sockets):
                socket.tick()


class LocalResponse:
    """What a client reads of an `aiohttp.ClientResponse`."""

    def __init__(self, reply: Reply, method: str, url: URL) -> None:
        self.reply = reply
        self.method = method
        self.url = url
        self.status = reply.status
        self.reason = _phrase(reply.status)
        headers: CIMultiDict[str] = CIMultiDict(reply.headers)
        headers.setdefault("Content-Type", _CONTENT_TYPE)
        self.headers = CIMultiDictProxy(headers)

    @property
    def content(self) -> bytes:
        return self.reply.body

    async def read(self) -> bytes:
        """Give the body.

        Raises
        ------
        aiohttp.ClientPayloadError
            If the connection ended in its middle.
        """
        if self.reply.wire == "truncate":
            half = len(self.reply.body) // 2
            raise aiohttp.ClientPayloadError(
                f"Response payload is not completed: received {half} of {len(self.reply.body)} bytes"
            )
        return self.reply.body

    async def text(self, encoding: str | None = None, errors: str = "strict") -> str:
        return (await self.read()).decode(encoding or "utf-8", errors)


class _Pending(Awaitable[T]):
    """What aiohttp's calls give: to be awaited, or entered with `async with`, which closes a WebSocket at its end."""

    def __init__(self, begin: Callable[[], Awaitable[T]]) -> None:
        self._begin = begin
        self._given: T | None = None

    def __await__(self) -> Generator[Any, None, T]:
        return self._begin().__await__()

    async def __aenter__(self) -> T:
        self._given = await self._begin()
        return self._given

    async def __aexit__(self, *_: object) -> None:
        if isinstance(self._given, LocalConnection):
            await self._given.close()


async def _answer(handle: Handler, request: Request) -> Reply:
    return await handle(request)


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _handshake_error(url: URL, refused: Refused) -> aiohttp.ClientError:
    if refused.status == 0:
        return aiohttp.ServerDisconnectedError()
    given = (refused.data or {}).get("headers", {})
    headers: CIMultiDict[str] = CIMultiDict(given if isinstance(given, Mapping) else {})
    info = aiohttp.RequestInfo(url, "GET", CIMultiDictProxy(CIMultiDict[str]()), url)
    return aiohttp.WSServerHandshakeError(
        info, (), status=refused.status, message="Invalid response status", headers=headers
    )
