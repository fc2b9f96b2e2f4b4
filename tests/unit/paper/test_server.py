"""The sockets, with a handler and sessions that know no exchange."""

import asyncio
import contextlib
import io
import random
import socket

import aiohttp
import pytest

from btbot.errors import ConfigError
from btbot.exchange.refused import Refused
from btbot.paper.clock import VirtualClock
from btbot.paper.connection import TOO_SLOW
from btbot.paper.server import Server
from btbot.paper.wire import Reply

BODY = b'{"orderId":1234567890}'


class Echo:
    """A session that gives back what it gets."""

    def __init__(self, socket):
        self.socket = socket
        self.log = []
        self.ticks = 0

    def receive(self, frame):
        self.log.append(frame)
        if frame == "close":
            self.socket.close(4001, "as you wish")
        elif frame == "reset":
            self.socket.close(1006)
        else:
            self.socket.send(frame)

    def closed(self):
        self.log.append("closed")

    def tick(self):
        self.ticks += 1


class World:
    """A server that listens, and a client."""

    def __init__(self):
        self.requests = []
        self.sessions = []
        self.reply = Reply(200, BODY)
        self.make = Echo
        self.clock = None

    async def handle(self, request):
        self.requests.append(request)
        return self.reply

    def open(self, socket, path, query, headers):
        self.path, self.query, self.headers = path, query, headers
        self.sessions.append(self.make(socket))
        return self.sessions[-1]

    def run(self, main):
        async def go():
            server = Server(self.handle, self.open, clock=self.clock)
            await server.start("127.0.0.1", 0)
            self.port = server.port
            try:
                timeout = aiohttp.ClientTimeout(5)
                async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}", timeout=timeout) as client:
                    return await main(client)
            finally:
                await server.stop()

        return asyncio.run(go())


@pytest.fixture
def world():
    return World()


def test_a_request_arrives_as_it_was_sent(world):
    async def raw(client):
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        body = b"symbol=BTCUSDT&x=%2F+%C3%A9"
        head = (
            "DELETE /api/v3/order?a=%5B%22B%22%5D&b=1|2&signature=%2B HTTP/1.1\r\nHost: h\r\nX-MBX-APIKEY: Key\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    answer = world.run(raw)
    (request,) = world.requests
    assert (request.method, request.path, request.query, request.body, request.ip) == (
        "DELETE", "/api/v3/order", "a=%5B%22B%22%5D&b=1|2&signature=%2B", "symbol=BTCUSDT&x=%2F+%C3%A9", "127.0.0.1",
    )  # fmt: skip
    assert request.headers["x-mbx-apikey"] == "Key"
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(BODY)


def test_an_answer_has_status_headers_and_json_type(world):
    world.reply = Reply(429, BODY, {"Retry-After": "7", "X-MBX-USED-WEIGHT-1M": "6001"})

    async def ask(client):
        async with client.get("/x") as answer:
            return answer.status, dict(answer.headers), await answer.read()

    status, headers, body = world.run(ask)
    assert (status, body, headers["Retry-After"], headers["X-MBX-USED-WEIGHT-1M"]) == (429, BODY, "7", "6001")
    assert headers["Content-Type"] == "application/json;charset=UTF-8"


def test_a_body_without_end_is_refused(world):
    async def ask(client):
        async with client.post("/x", data=io.BytesIO(b"x" * 2_000_000)) as answer:
            return answer.status

    assert world.run(ask) == 413
    assert world.requests == []


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        ("drop", aiohttp.ServerDisconnectedError),
        ("truncate", aiohttp.ClientPayloadError),
        ("hang", TimeoutError),
        ("slow", TimeoutError),
    ],
)
def test_the_wire_misbehaves_on_request(world, wire, error):
    world.reply = Reply(200, BODY, wire=wire)

    async def ask(client):
        with pytest.raises(error):
            async with client.post("/x", timeout=aiohttp.ClientTimeout(1.5)) as answer:
                await answer.read()

    world.run(ask)
    assert len(world.requests) == 1


def test_a_slow_answer_comes_whole(world):
    world.reply = Reply(200, b"{}", wire="slow")

    async def ask(client):
        begun = asyncio.get_running_loop().time()
        async with client.get("/x") as answer:
            assert await answer.read() == b"{}"
        return asyncio.get_running_loop().time() - begun

    assert 0.9 < world.run(ask) < 4  # a second between two bytes


def test_frames_go_both_ways_in_order(world):
    async def talk(client):
        async with client.ws_connect("/stream/ws?streams=a/b") as ws:
            sent = ["short", "m" * 300, "long " * 50_000, b"\x00\x01", "é", ""]
            for one in sent:
                await (ws.send_bytes(one) if isinstance(one, bytes) else ws.send_str(one))
            return sent, [(await ws.receive()).data for _ in sent]

    sent, received = world.run(talk)
    assert received == sent
    assert (world.path, world.query) == ("/stream/ws", "streams=a/b")
    assert world.sessions[0].log == [*sent, "closed"]


def test_what_is_sent_during_the_handshake_comes_after_it(world):
    class Greeting(Echo):
        def __init__(self, socket):
            super().__init__(socket)
            socket.send("hello")

    class Farewell(Greeting):
        def __init__(self, socket):
            super().__init__(socket)
            socket.close(4000, "bye")

    async def talk(client):
        async with client.ws_connect("/ws") as ws:
            return [(await ws.receive()).data], ws.close_code
        return None

    async def short(client):
        async with client.ws_connect("/ws") as ws:
            first, second = await ws.receive(), await ws.receive()
            return first.data, second.type, ws.close_code

    world.make = Greeting
    assert world.run(talk)[0] == ["hello"]
    world.make = Farewell
    assert world.run(short) == ("hello", aiohttp.WSMsgType.CLOSE, 4000)


def test_closing_codes_reach_the_client(world):
    async def talk(client, word):
        async with client.ws_connect("/ws") as ws:
            await ws.send_str(word)
            message = await ws.receive()
            return message.type, ws.close_code, message.extra

    kind, code, reason = world.run(lambda client: talk(client, "close"))
    assert (kind, code, reason) == (aiohttp.WSMsgType.CLOSE, 4001, "as you wish")
    kind, code, _ = world.run(lambda client: talk(client, "reset"))
    assert kind in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert code == 1006


def test_pings_are_answered_by_the_server_or_by_the_session(world):
    class Silent(Echo):
        dead = True

        def pinged(self, payload):
            self.log.append(("ping", payload))

        def ponged(self, payload):
            self.log.append(("pong", payload))

    async def talk(client):
        async with client.ws_connect("/ws", autoping=False) as ws:
            await ws.ping(b"abc")
            world.sessions[-1].socket.ping(b"xyz")
            await ws.pong(b"xyz")
            found = []
            with contextlib.suppress(TimeoutError):
                while True:
                    message = await ws.receive(timeout=0.3)
                    found.append((message.type, bytes(message.data)))
            return found

    ping, pong = (aiohttp.WSMsgType.PING, b"xyz"), (aiohttp.WSMsgType.PONG, b"abc")
    assert sorted(world.run(talk)) == [ping, pong]
    world.make = Silent
    assert world.run(talk) == [ping]
    assert world.sessions[-1].log[:2] == [("ping", b"abc"), ("pong", b"xyz")]


@pytest.mark.parametrize("status", [403, 404, 429, 503])
def test_a_handshake_can_be_refused(world, status):
    def refuse(socket, path, query, headers):
        raise Refused(-1003, "Too many.", status=status, data={"headers": {"Retry-After": "9"}})

    world.open = refuse

    async def talk(client):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await client.ws_connect("/ws")
        return caught.value

    error = world.run(talk)
    assert (error.status, error.headers["Retry-After"]) == (status, "9")


def test_a_handshake_can_be_cut(world):
    def refuse(socket, path, query, headers):
        raise Refused(0, "", status=0)

    world.open = refuse

    async def talk(client):
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.ws_connect("/ws")

    world.run(talk)


def test_who_does_not_read_is_cut_off(world):
    async def talk(client):
        _, writer = await asyncio.open_connection("127.0.0.1", world.port, limit=2**10)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        writer.write(
            b"GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await asyncio.sleep(0.1)
        writer.transport.pause_reading()
        session, frame, most = world.sessions[0], "x" * 100_000, 0
        for _ in range(1000):
            session.socket.send(frame)
            await asyncio.sleep(0)
            most = max(most, session.socket.buffered())
            if "closed" in session.log:
                break
        writer.transport.abort()
        return session.log, most

    log, most = world.run(talk)
    assert log == ["closed"]
    assert most < TOO_SLOW + 200_000


def test_a_request_is_carried_out_even_if_its_sender_goes_away(world):
    done = []

    async def slowly(request):
        await asyncio.sleep(0.3)
        done.append(request.path)
        return Reply(200, BODY)

    world.handle = slowly

    async def ask(client):
        with pytest.raises(TimeoutError):
            await client.post("/x", timeout=aiohttp.ClientTimeout(0.1))
        await asyncio.sleep(0.4)

    world.run(ask)
    assert done == ["/x"]


def test_nonsense_on_the_wire_disturbs_nobody(world):
    rng = random.Random(3)
    heads = [
        b"",
        b"GET / HTTP/1.1\r\n",
        b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
        b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
    ]

    async def talk(client):
        for number in range(80):
            _, writer = await asyncio.open_connection("127.0.0.1", world.port)
            writer.write(rng.choice(heads) + rng.randbytes(rng.randrange(2000)))
            if number % 2:
                await asyncio.sleep(0)
            writer.transport.abort()
        async with client.get("/x") as answer:
            return answer.status

    assert world.run(talk) == 200


def test_a_fault_of_the_handler_is_answered_and_logged(world, caplog):
    async def broken(request):
        raise ZeroDivisionError("of the house")

    world.handle = broken

    async def ask(client):
        async with client.get("/x?signature=secret") as answer:
            return answer.status

    assert world.run(ask) == 500
    assert "of the house" in caplog.text
    assert "secret" not in caplog.text


def test_sessions_tick_by_the_clock(world):
    world.clock = VirtualClock(0)

    async def talk(client):
        async with client.ws_connect("/ws"):
            await world.clock.advance(5_000)
            return world.sessions[0].ticks

    assert world.run(talk) == 5


def test_stopping_closes_connections_with_1001(world):
    async def go():
        server = Server(world.handle, world.open)
        await server.start("127.0.0.1", 0)
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as client,
            client.ws_connect("/ws") as ws,
        ):
            receiving = asyncio.ensure_future(ws.receive())
            await asyncio.sleep(0.05)
            await asyncio.gather(server.stop(), receiving)
            assert ws.close_code == 1001
        with pytest.raises(OSError):  # noqa: PT011
            await asyncio.open_connection("127.0.0.1", server.port)

    asyncio.run(go())
    assert world.sessions[0].log == ["closed"]


def test_stopping_waits_for_no_answer_that_hangs(world):
    world.reply = Reply(200, BODY, wire="hang")

    async def go():
        server = Server(world.handle)
        await server.start("127.0.0.1", 0)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as client:
            asking = asyncio.ensure_future(client.get("/x"))
            await asyncio.sleep(0.1)
            begun = asyncio.get_running_loop().time()
            await server.stop()
            with pytest.raises(aiohttp.ClientError):
                await asking
            return asyncio.get_running_loop().time() - begun

    assert asyncio.run(go()) < 2


def test_a_port_in_use_is_one_message(world):
    async def go():
        first, second = Server(world.handle), Server(world.handle)
        await first.start("127.0.0.1", 0)
        try:
            await second.start("127.0.0.1", first.port, option="--admin")
        finally:
            await first.stop()

    with pytest.raises(
        ConfigError, match=r"port \d+ on 127.0.0.1 cannot be used: .*in use.*; choose another one with --admin"
    ):
        asyncio.run(go())


def test_a_path_without_websockets_says_so(world):
    async def go():
        server = Server(world.handle)
        await server.start("127.0.0.1", 0)
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as client:
                with pytest.raises(aiohttp.WSServerHandshakeError, match="400"):
                    await client.ws_connect("/ws")
        finally:
            await server.stop()

    asyncio.run(go())
