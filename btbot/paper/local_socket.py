"""A WebSocket whose two ends are in the same process."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import WebSocketError, WSCloseCode, WSMessage, WSMsgType

from btbot.paper.wire import Session

_GONE = WSMessage(WSMsgType.CLOSED, None, None)
_ABNORMAL = 1006


class LocalSocket:
    """The exchange's end: a `btbot.paper.wire.Socket`.

    Parameters
    ----------
    max_size
        Longer frames end the connection at the client, as aiohttp does it; 0 takes any.
    gone
        Called once with the socket when the connection has ended.

    Attributes
    ----------
    client
        The other end.
    """

    def __init__(self, ip: str, *, max_size: int, gone: Callable[[LocalSocket], None]) -> None:
        self.ip = ip
        self.client = LocalConnection(self)
        self._max_size = max_size
        self._gone = gone
        self._session: Session | None = None
        self._left = False

    def opened(self, session: Session) -> None:
        """Take the session to which the client's frames go."""
        self._session = session
        if self._left:
            asyncio.get_running_loop().call_soon(session.closed)

    def tick(self) -> None:
        """Let a second pass for the session."""
        tick = getattr(self._session, "tick", None)
        if tick is not None:
            tick()

    def send(self, frame: str | bytes) -> None:
        """Queue a frame (text for str, binary for bytes); never waits."""
        size = len(frame) if isinstance(frame, bytes) or frame.isascii() else len(frame.encode())
        if self._max_size and size > self._max_size:
            text = f"Message size {size} exceeds limit {self._max_size}"
            self._give(WSMsgType.ERROR, WebSocketError(WSCloseCode.MESSAGE_TOO_BIG, text))
        else:
            self._give(WSMsgType.TEXT if isinstance(frame, str) else WSMsgType.BINARY, frame)

    def ping(self, payload: bytes = b"") -> None:
        self._give(WSMsgType.PING, payload)

    def pong(self, payload: bytes = b"") -> None:
        self._give(WSMsgType.PONG, payload)

    def buffered(self) -> int:
        """Return how many bytes the client has not read yet."""
        return self.client.unread()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code; 1006 means without a closing handshake (reset)."""
        if code == _ABNORMAL:
            self.client.lose()
        else:
            self._give(WSMsgType.CLOSE, code, reason)
        self.leave()

    def leave(self) -> None:
        """Tell the session that the connection is gone."""
        if self._left:
            return
        self._left = True
        self._gone(self)
        if self._session is not None:
            asyncio.get_running_loop().call_soon(self._session.closed)

    def hear(self, message: WSMessage) -> None:
        """Take a frame of the client in the next turn of the loop, never within the call that sends it."""
        asyncio.get_running_loop().call_soon(self._hear, message)

    def _hear(self, message: WSMessage) -> None:
        if self._left or self._session is None:
            return
        if message.type is WSMsgType.PING:
            pinged = getattr(self._session, "pinged", self.pong)
            pinged(message.data)
        elif message.type is WSMsgType.PONG:
            ponged = getattr(self._session, "ponged", None)
            if ponged is not None:
                ponged(message.data)
        else:
            self._session.receive(message.data)

    def _give(self, kind: WSMsgType, data: object, extra: str | None = None) -> None:
        if not self._left:
            self.client.take(WSMessage(kind, data, extra))


class LocalConnection:
    """The client's end: what he uses of an `aiohttp.ClientWebSocketResponse` that answers no ping by itself."""

    _conn = None  # ccxt looks there for frames that aiohttp has read already

    def __init__(self, socket: LocalSocket) -> None:
        self.closed = False
        self.close_code: int | None = None
        self._socket = socket
        self._inbox: deque[WSMessage] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._closing = False

    def take(self, message: WSMessage) -> None:
        """Put a message of the exchange into the inbox."""
        if self.closed:
            return
        self._inbox.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def lose(self) -> None:
        """End as a connection ends that is reset: what was not read is lost."""
        self._inbox.clear()
        self.take(_GONE)

    def unread(self) -> int:
        return sum(len(message.data) for message in self._inbox if isinstance(message.data, (str, bytes)))

    def exception(self) -> BaseException | None:
        return None

    async def receive(self, timeout: float | None = None) -> WSMessage:
        """Give the next message, or CLOSED once there will be none."""
        if self._closing and not self.closed:
            await self.close()
        if self.closed:
            return _GONE
        if not self._inbox:
            self._reader = asyncio.get_running_loop().create_future()
            await asyncio.wait_for(self._reader, timeout)
        if not self._inbox:
            return _GONE
        message = self._inbox.popleft()
        if message.type is WSMsgType.CLOSE:
            self._closing, self.close_code = True, message.data
        elif message.type is WSMsgType.CLOSED:
            self.closed, self.close_code = True, _ABNORMAL
        elif message.type is WSMsgType.ERROR:
            await self.close(code=WSCloseCode.MESSAGE_TOO_BIG)
        return message

    async def send_str(self, data: str) -> None:
        self._send(WSMsgType.TEXT, data)

    async def send_bytes(self, data: bytes) -> None:
        self._send(WSMsgType.BINARY, data)

    async def send_json(self, data: Any) -> None:
        self._send(WSMsgType.TEXT, json.dumps(data))

    async def ping(self, message: bytes = b"") -> None:
        self._send(WSMsgType.PING, message)

    async def pong(self, message: bytes = b"") -> None:
        self._send(WSMsgType.PONG, message)

    async def close(self, *, code: int = 1000, message: bytes = b"") -> bool:
        """Close from the client's end; whoever waits in `receive` gets CLOSED."""
        if self.closed:
            return False
        self.closed = True
        self.close_code = self.close_code or code
        self._inbox.clear()
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
        self._socket.leave()
        return True

    async def __aenter__(self) -> LocalConnection:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _send(self, kind: WSMsgType, data: object) -> None:
        if self.closed or self._closing:
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        self._socket.hear(WSMessage(kind, data, None))
