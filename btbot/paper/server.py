"""The sockets: HTTP requests to a handler, WebSockets to sessions. Knows nothing of the exchange behind them."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import WSMsgType, web
from multidict import CIMultiDict

from btbot.errors import ConfigError
from btbot.exchange.refused import Refused
from btbot.paper.clock import Clock, WallClock
from btbot.paper.connection import Connection
from btbot.paper.wire import Reply, Request, Session, Socket

log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Reply]]
Opener = Callable[[Socket, str, str, Mapping[str, str]], Session]
MAX_BODY = 2**20
_LINE = 2**16
_GRACE = 2.0


class Server:
    """One port.

    Parameters
    ----------
    handler
        Answers every HTTP request, whatever its path.
    opener
        Makes the session of a WebSocket, or raises `Refused` with the status that the handshake is to fail with
        (0 resets the connection). None serves no WebSockets.
    """

    def __init__(self, handler: Handler, opener: Opener | None = None, *, clock: Clock | None = None) -> None:
        self._handler = handler
        self._opener = opener
        self._clock = clock or WallClock()
        self._sessions: dict[Connection, Session] = {}
        self._server: web.Server | None = None
        self._listening: asyncio.Server | None = None
        self._ticks: asyncio.Task[None] | None = None
        self._stopping = False
        self.port = 0

    async def start(self, host: str, port: int, *, option: str = "--port") -> None:
        """Listen; port 0 takes a free one, which `port` then tells.

        Raises
        ------
        ConfigError
            If the port cannot be had.
        """
        self._server = web.Server(
            self._serve, access_log=None, logger=log, max_line_size=_LINE, max_field_size=_LINE, keepalive_timeout=90
        )
        try:
            self._listening = await asyncio.get_running_loop().create_server(self._server, host, port, backlog=512)
        except (OSError, OverflowError) as error:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
            raise ConfigError(
                f"port {port} on {host} cannot be used: {reason}; another btbot exchange may be running; "
                f"choose another one with {option}"
            ) from error
        self.port = self._listening.sockets[0].getsockname()[1]
        self._ticks = asyncio.get_running_loop().create_task(self._tick())

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._listening is None or self._server is None or self._ticks is None:
            return
        self._stopping = True
        self._ticks.cancel()
        self._listening.close()
        for connection in list(self._sessions):
            connection.close(1001, "Going away")
        self._server.pre_shutdown()
        await self._server.shutdown(_GRACE)
        self._listening = None

    def backlog(self) -> int:
        """Return how many bytes wait for the slowest reader of a WebSocket."""
        return max((connection.buffered() for connection in self._sessions), default=0)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        if "websocket" in headers.get("upgrade", "").lower():
            return await self._open(request, path, query, headers)
        body = ""
        if request.can_read_body:
            body = (await request.read()).decode("utf-8", "replace")
        reply = await self._handler(Request(request.method, path, query, body, headers, request.remote or ""))
        if reply.wire == "hang":
            await self._hang(request)
            return web.Response()
        return _response(reply) if reply.wire == "ok" else await _misbehave(request, reply)

    async def _hang(self, request: web.BaseRequest) -> None:
        """Answer nothing until the client gives up or the server stops."""
        while not self._stopping and request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(0.1)
        if request.transport is not None:
            request.transport.close()

    async def _open(
        self, request: web.BaseRequest, path: str, query: str, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        response = web.WebSocketResponse(autoping=False, autoclose=False, compress=False, max_msg_size=MAX_BODY)
        transport = request.transport
        if self._opener is None or transport is None or not response.can_prepare(request):
            return _response(Reply(400, b'{"code":-1000,"msg":"No WebSocket here."}'))
        connection = Connection(response, transport, request.remote or "")
        try:
            session = self._opener(connection, path, query, headers)
        except Refused as refused:
            return await _refuse(request, refused)
        await response.prepare(request)
        connection.opened()
        self._sessions[connection] = session
        try:
            await _listen(response, connection, session)
        finally:
            del self._sessions[connection]
            session.closed()
        return response

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(1000)
            for session in list(self._sessions.values()):
                tick = getattr(session, "tick", None)
                if tick is not None:
                    tick()


async def _listen(response: web.WebSocketResponse, connection: Connection, session: Session) -> None:
    pinged = getattr(session, "pinged", connection.pong)
    ponged = getattr(session, "ponged", None)
    while True:
        message = await response.receive()
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            session.receive(message.data)
        elif message.type is WSMsgType.PING:
            pinged(bytes(message.data))
        elif message.type is WSMsgType.PONG:
            if ponged is not None:
                ponged(bytes(message.data))
        elif message.type is WSMsgType.CLOSE:
            if not getattr(session, "dead", False):
                await response.close(code=message.data or 1000)
            return
        else:
            return


async def _refuse(request: web.BaseRequest, refused: Refused) -> web.StreamResponse:
    if refused.status == 0:
        return await _misbehave(request, Reply(500, b"", wire="drop"))
    headers = (refused.data or {}).get("headers", {})
    body = json.dumps({"code": refused.code, "msg": refused.message}).encode()
    return _response(Reply(refused.status, body, dict(headers) if isinstance(headers, Mapping) else {}))


def _response(reply: Reply) -> web.Response:
    headers = CIMultiDict(reply.headers)
    if "Content-Type" not in headers:
        headers["Content-Type"] = "application/json;charset=UTF-8"
    return web.Response(status=reply.status, body=reply.body, headers=headers)


async def _misbehave(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Do to the answer what its `wire` says."""
    if reply.wire == "drop":
        if request.transport is not None:
            request.transport.close()
        return web.Response()
    headers = CIMultiDict(reply.headers)
    headers.setdefault("Content-Type", "application/json;charset=UTF-8")
    response = web.StreamResponse(status=reply.status, headers=headers)
    response.content_length = len(reply.body)
    await response.prepare(request)
    if reply.wire == "truncate":
        await response.write(reply.body[: len(reply.body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response
    for at in range(len(reply.body)):
        if request.transport is None:
            break
        await response.write(reply.body[at : at + 1])
        await asyncio.sleep(1)
    return response
