"""What a client of aiohttp meets in process. `tests/conformance/test_wire_errors.py` compares it with real sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientTimeout, WSMsgType

from btbot.exchange.refused import Refused
from btbot.paper import simulated
from btbot.paper.local_session import LocalSession
from btbot.paper.simulated import SimulatedClock
from btbot.paper.wire import Reply, Request, Session, Socket

HOST = "http://exchange.invalid"


class Echo:
    """A session that answers what it hears."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.ticks = self.ended = 0

    def receive(self, frame: str | bytes) -> None:
        self.socket.send(frame)

    def tick(self) -> None:
        self.ticks += 1

    def closed(self) -> None:
        self.ended += 1


class Far:
    """The exchange's side."""

    def __init__(self, reply: Reply | None = None, *, takes_ms: int = 0) -> None:
        self.reply = reply or Reply(200, b'{"a":1}')
        self.takes_ms = takes_ms
        self.requests: list[Request] = []
        self.done = 0
        self.sessions: list[Echo] = []
        self.clock: SimulatedClock

    async def handle(self, request: Request) -> Reply:
        self.requests.append(request)
        if self.takes_ms:
            await self.clock.sleep(self.takes_ms)
        self.done += 1
        return self.reply

    def open(self, socket: Socket, path: str, query: str, headers: Mapping[str, str]) -> Session:
        if path == "/refused":
            raise Refused(-1003, "too many", status=429, data={"headers": {"Retry-After": "7"}})
        self.sessions.append(Echo(socket))
        return self.sessions[-1]


def run(far: Far, deed: Callable[[LocalSession], Awaitable[Any]]) -> tuple[Any, int]:
    """Do something with a session; give the result and the milliseconds it took."""

    async def main(clock: SimulatedClock) -> tuple[Any, int]:
        far.clock = clock
        session = LocalSession(far.handle, far.open, clock)
        try:
            return await deed(session), clock.now_ms()
        finally:
            await session.close()

    return simulated.run(main)


async def asked(session: LocalSession, method: str = "GET", **more: Any) -> Any:
    async with session.request(method, f"{HOST}/api/v3/x?b=%20c", timeout=ClientTimeout(total=2), **more) as response:
        return response.status, response.reason, dict(response.headers), await response.text()


def test_a_request_arrives_as_it_was_sent() -> None:
    far = Far(Reply(418, b"\xc3\xa9", {"X-MBX-USED-WEIGHT-1M": "3"}))
    found, took = run(far, lambda session: asked(session, "POST", data=b"a=1", headers={"X-MBX-APIKEY": "K"}))
    assert found[:2] == (418, "I'm a Teapot")
    assert found[2]["X-MBX-USED-WEIGHT-1M"] == "3"
    assert found[3] == "é"
    assert took == 0
    (request,) = far.requests
    assert (request.method, request.path, request.query, request.body) == ("POST", "/api/v3/x", "b=%20c", "a=1")
    assert request.headers["x-mbx-apikey"] == "K"
    assert request.ip == "127.0.0.1"


@pytest.mark.parametrize(
    ("wire", "error", "ms"),
    [("drop", aiohttp.ServerDisconnectedError, 0), ("hang", TimeoutError, 2000), ("slow", TimeoutError, 2000),
     ("truncate", aiohttp.ClientPayloadError, 0)],
)  # fmt: skip
def test_wires_fail_as_those_of_aiohttp(wire: Any, error: type[Exception], ms: int) -> None:
    async def deed(session: LocalSession) -> None:
        with pytest.raises(error):
            await asked(session, "POST")

    far = Far(Reply(200, b'{"a":1}', wire=wire))
    assert run(far, deed)[1] == ms
    assert len(far.requests) == 1


@pytest.mark.parametrize(("method", "sent"), [("GET", 2), ("DELETE", 2), ("PUT", 2), ("POST", 1)])
def test_a_lost_connection_repeats_what_may_be_repeated(method: str, sent: int) -> None:
    async def deed(session: LocalSession) -> None:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await asked(session, method)

    far = Far(Reply(200, b"", wire="drop"))
    run(far, deed)
    assert len(far.requests) == sent


def test_the_exchange_goes_on_when_the_client_has_gone() -> None:
    async def deed(session: LocalSession) -> None:
        with pytest.raises(TimeoutError):
            await asked(session, "POST")
        assert far.done == 0
        await far.clock.sleep(1500)

    far = Far(takes_ms=3000)
    assert run(far, deed)[1] == 3500
    assert far.done == 1


def test_frames_go_and_come_in_order() -> None:
    async def deed(session: LocalSession) -> list[Any]:
        async with session.ws_connect("ws://exchange.invalid/ws?x=1") as socket:
            await socket.send_str("one")
            await socket.send_bytes(b"two")
            await socket.ping(b"p")
            got = [await socket.receive() for _ in range(3)]
        assert far.sessions[0].ended == 0  # told in the next turn of the loop
        await far.clock.sleep(1)
        assert far.sessions[0].ended == 1
        assert (await socket.receive()).type is WSMsgType.CLOSED
        with pytest.raises(aiohttp.ClientConnectionResetError):
            await socket.send_str("three")
        return [(message.type, message.data) for message in got]

    far = Far()
    found, _ = run(far, deed)
    assert found == [(WSMsgType.TEXT, "one"), (WSMsgType.BINARY, b"two"), (WSMsgType.PONG, b"p")]


def test_a_close_comes_after_what_was_sent_and_a_reset_before() -> None:
    async def ends(session: LocalSession, code: int) -> list[Any]:
        async with session.ws_connect("ws://exchange.invalid/ws") as socket:
            far.sessions[-1].socket.send("last")
            far.sessions[-1].socket.close(code, "why")
            return [(await socket.receive()).type for _ in range(2)]

    far = Far()
    assert run(far, lambda session: ends(session, 1001))[0] == [WSMsgType.TEXT, WSMsgType.CLOSE]
    assert run(far, lambda session: ends(session, 1006))[0] == [WSMsgType.CLOSED, WSMsgType.CLOSED]


def test_a_frame_that_is_too_long_ends_the_connection() -> None:
    async def deed(session: LocalSession) -> Any:
        async with session.ws_connect("ws://exchange.invalid/ws", max_msg_size=10) as socket:
            far.sessions[-1].socket.send("x" * 11)
            return [(await socket.receive()).type for _ in range(2)]

    far = Far()
    assert run(far, deed)[0] == [WSMsgType.ERROR, WSMsgType.CLOSED]


def test_a_refused_handshake_tells_status_and_headers() -> None:
    async def deed(session: LocalSession) -> Any:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect("ws://exchange.invalid/refused")
        return caught.value.status, caught.value.headers["Retry-After"]  # type: ignore[index]

    assert run(Far(), deed)[0] == (429, "7")


def test_sessions_tick_once_a_second() -> None:
    async def deed(session: LocalSession) -> int:
        async with session.ws_connect("ws://exchange.invalid/ws"):
            await far.clock.sleep(5500)
        return far.sessions[0].ticks

    far = Far()
    assert run(far, deed)[0] == 5
