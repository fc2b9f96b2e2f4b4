"""One WebSocket connection of the server: frames of the exchange on their way to the network."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from aiohttp import web

TOO_SLOW = 8 * 2**20
TEXT, BINARY, PING, PONG = 0x1, 0x2, 0x9, 0xA
_RESET = struct.pack("ii", 1, 0)


class Connection:
    """A `btbot.paper.wire.Socket` over a connection of aiohttp.

    Frames are put on the transport here, not by aiohttp: what is sent within one turn of the loop leaves in one
    write, and a frame that goes to many clients is encoded once. Until `opened` is called everything waits.
    """

    def __init__(self, response: web.WebSocketResponse, transport: asyncio.Transport, ip: str) -> None:
        self.ip = ip
        self._response = response
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self._open = False
        self._end: tuple[int, str] | None = None
        self._closing: asyncio.Task[Any] | None = None

    def opened(self) -> None:
        """Let go what waited for the handshake."""
        self._open = True
        self._flush()
        if self._end is not None:
            self._finish(*self._end)

    def send(self, frame: str | bytes) -> None:
        """Queue a frame (text for str, binary for bytes); never waits."""
        self._queue(_encoded(frame))

    def ping(self, payload: bytes = b"") -> None:
        self._queue(encode(PING, payload))

    def pong(self, payload: bytes = b"") -> None:
        self._queue(encode(PONG, payload))

    def buffered(self) -> int:
        """Return how many bytes the network has not taken yet."""
        return self._transport.get_write_buffer_size() + sum(map(len, self._waiting))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code after what was sent; 1006 resets the connection at once."""
        if self._end is None:
            self._end = code, reason
            if self._open:
                self._finish(code, reason)

    def _finish(self, code: int, reason: str) -> None:
        if code == 1006:
            self._waiting.clear()
            reset(self._transport)
            return
        self._flush()
        self._closing = self._loop.create_task(self._response.close(code=code, message=reason.encode()))

    def _queue(self, data: bytes) -> None:
        if self._end is not None or self._transport.is_closing():
            return
        if self._open and not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def _flush(self) -> None:
        if not self._waiting:
            return
        data = self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        self._waiting.clear()
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > TOO_SLOW:  # who does not read is cut off, as at Binance
            reset(self._transport)


def reset(transport: asyncio.BaseTransport) -> None:
    """End a connection the hard way: the client sees a reset, what was not sent yet is lost."""
    raw = transport.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    if isinstance(transport, asyncio.Transport):
        transport.abort()
    else:
        transport.close()


def encode(opcode: int, payload: bytes) -> bytes:
    """Return a frame of a server (RFC 6455: final, not masked).

    Examples
    --------
    >>> encode(TEXT, b"hi").hex()
    '81026869'
    """
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload


class _Last:
    """The frame encoded last: one event goes to many sockets in a row."""

    frame: str | bytes = ""
    data: bytes = encode(TEXT, b"")


def _encoded(frame: str | bytes) -> bytes:
    if frame is not _Last.frame:
        payload, opcode = (frame.encode(), TEXT) if isinstance(frame, str) else (frame, BINARY)
        _Last.frame, _Last.data = frame, encode(opcode, payload)
    return _Last.data
