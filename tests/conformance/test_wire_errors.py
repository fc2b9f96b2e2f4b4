"""In process, ccxt meets the same failures as over sockets: same handler behind both, same classes, same values."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from btbot.exchange.ccxt_in_process import HOST, in_process
from btbot.exchange.ccxt_settings import settings
from btbot.exchange.refused import Refused
from btbot.paper import simulated
from btbot.paper.clock import WallClock
from btbot.paper.local_session import LocalSession
from btbot.paper.server import Server
from btbot.paper.wire import Reply, Request, Session, Socket

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")
pro = pytest.importorskip("ccxt.pro", reason="ccxt.pro is not installed")

NO_TLS_MS = 10  # ccxt waits a quarter of a second for the end of TLS, which is not spoken here
TIME = b'{"serverTime":1700000000123}'
WIRES: dict[str, Reply] = {
    "ok": Reply(200, TIME),
    "drop": Reply(200, TIME, wire="drop"),
    "hang": Reply(200, TIME, wire="hang"),
    "truncate": Reply(200, TIME, wire="truncate"),
    "slow": Reply(200, TIME, wire="slow"),
    "short and slow": Reply(200, b"[]", wire="slow"),
    "html": Reply(200, b"<html>oops</html>", {"Content-Type": "text/html"}),
    "empty": Reply(200, b""),
    "half": Reply(200, TIME[:14]),
    "error": Reply(400, b'{"code":-1121,"msg":"Invalid symbol."}'),
    "insufficient": Reply(400, b'{"code":-2010,"msg":"Account has insufficient balance for requested action."}'),
    "clock": Reply(400, b'{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}'),
    "unknown": Reply(504, b'{"code":-1007,"msg":"Timeout waiting for response from backend server."}'),
    **{str(code): Reply(code, b"<html>oops</html>") for code in (403, 418, 429, 451, 500, 502, 503, 504)},
}


class Endpoint:
    """The far end of a WebSocket that fails as its path says after the first frame."""

    def __init__(self, socket: Socket, deed: str) -> None:
        self.socket = socket
        self.deed = deed
        self.over = False

    def receive(self, frame: str | bytes) -> None:
        self.socket.send(json.dumps({"result": None, "id": json.loads(frame)["id"]}))
        if self.deed.startswith("close "):
            self.socket.close(int(self.deed.split()[1]), "bye")
        elif self.deed == "big":
            self.socket.send("x" * (11 * 2**20))
        elif self.deed == "trade":
            self.socket.send(
                '{"e":"trade","E":1700000000001,"s":"BTCUSDT","t":1,"p":"100.0","q":"1.0","T":1700000000000,"m":true}'
            )

    def closed(self) -> None:
        self.over = True


class Place:
    """What both transports lead to."""

    def __init__(self, wire: str = "ok", deed: str = "trade") -> None:
        self.wire = wire
        self.deed = deed
        self.requests: list[Request] = []
        self.endpoints: list[Endpoint] = []
        self.handshakes = 0

    async def handle(self, request: Request) -> Reply:
        self.requests.append(request)
        return WIRES[self.wire]

    def open(self, socket: Socket, path: str, query: str, headers: Mapping[str, str]) -> Session:
        self.handshakes += 1
        if self.deed.startswith("refuse"):
            raise Refused(-1003, "no", status=int(self.deed.split()[1]), data={"headers": {"Retry-After": "0"}})
        self.endpoints.append(Endpoint(socket, self.deed))
        return self.endpoints[-1]


Deed = Callable[[Any], Awaitable[object]]


def outcome(error: BaseException) -> tuple[str, str, str]:
    """Class, cause and the text up to what depends on addresses."""
    text = str(error)
    return type(error).__name__, type(error.__cause__).__name__, text if "://" not in text else ""


async def judged(exchange: Any, deed: Deed) -> object:
    """What the client makes of it: the value, or what went wrong."""
    try:
        return await deed(exchange)
    except ccxt.BaseError as error:
        return outcome(error)
    finally:
        await exchange.close()


def in_this_process(place: Place, deed: Deed) -> object:
    async def main(clock: simulated.SimulatedClock) -> object:
        session = LocalSession(place.handle, place.open, clock)
        made = in_process(pro.binance, session, clock)
        return await judged(prepared(made, f"http://{HOST}", f"ws://{HOST}"), deed)

    return simulated.run(main, start_ms=1_700_000_000_000)


def over_sockets(place: Place, deed: Deed) -> object:
    async def main() -> object:
        server = Server(place.handle, place.open, clock=WallClock())
        await server.start("127.0.0.1", 0)
        try:
            at = f"127.0.0.1:{server.port}"
            exchange = prepared(pro.binance, f"http://{at}", f"ws://{at}")
            exchange.timeout_on_exit = NO_TLS_MS
            return await judged(exchange, deed)
        finally:
            await server.stop()

    return asyncio.run(main())


def prepared(made: Any, rest: str, ws: str) -> Any:
    exchange = made(settings(rest, ws, timeout=1500))
    market = {"id": "BTCUSDT", "lowercaseId": "btcusdt", "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT"}
    market |= {"spot": True, "type": "spot", "active": True, "contract": False, "linear": None, "inverse": None}
    exchange.set_markets([exchange.safe_market_structure() | market])
    return exchange


@pytest.mark.parametrize("wire", WIRES)
def test_requests_fail_alike(wire: str) -> None:
    async def deed(exchange: Any) -> object:
        return await exchange.publicGetTime()

    here, there = Place(wire), Place(wire)
    assert in_this_process(here, deed) == over_sockets(there, deed)
    assert [plain(request) for request in here.requests] == [plain(request) for request in there.requests]


def plain(request: Request) -> tuple[object, ...]:
    return request.method, request.path, request.query, request.body, request.headers.get("x-mbx-apikey"), request.ip


def test_a_lost_connection_repeats_a_cancel_but_never_an_order() -> None:
    """aiohttp sends GET, PUT and DELETE a second time by itself (RFC 9110: idempotent), POST never."""

    async def cancel(exchange: Any) -> object:
        return await exchange.fetch(f"{exchange.urls['api']['public']}/order", "DELETE")

    async def order(exchange: Any) -> object:
        return await exchange.fetch(f"{exchange.urls['api']['public']}/order", "POST")

    for deed, sent in ((cancel, 2), (order, 1)):
        here, there = Place("drop"), Place("drop")
        assert in_this_process(here, deed) == over_sockets(there, deed)
        assert len(here.requests) == len(there.requests) == sent


@pytest.mark.parametrize("ending", ["drop", "truncate", "hang"])
def test_orders_fail_as_known(ending: str) -> None:
    """The classes on which a bot's decisions rest, by name."""

    async def deed(exchange: Any) -> object:
        return await exchange.publicGetTime()

    known = {"drop": "ExchangeNotAvailable", "truncate": "ExchangeError", "hang": "RequestTimeout"}
    assert in_this_process(Place(ending), deed)[0] == known[ending]  # type: ignore[index]


@pytest.mark.parametrize(
    "deed",
    ["trade", "close 1000", "close 1001", "close 1006", "close 1008", "big", "refuse 0", "refuse 429", "refuse 503"],
)
def test_streams_fail_alike(deed: str) -> None:
    async def watch(exchange: Any) -> object:
        seen: list[object] = []
        for _ in range(2):
            try:
                trades = await exchange.watch_trades("BTC/USDT")
                seen.append([(trade["id"], trade["price"]) for trade in trades])
                break
            except ccxt.BaseError as error:
                seen.append(outcome(error)[:2])
        return seen

    here, there = Place(deed=deed), Place(deed=deed)
    assert in_this_process(here, watch) == over_sockets(there, watch) != []
    assert here.handshakes == there.handshakes


def test_a_silent_connection_is_noticed_by_missing_pongs() -> None:
    class Dead(Endpoint):
        def pinged(self, payload: bytes) -> None:
            pass

    class Silent(Place):
        def open(self, socket: Socket, path: str, query: str, headers: Mapping[str, str]) -> Session:
            return Dead(socket, "nothing")

    async def main(clock: simulated.SimulatedClock) -> tuple[object, int]:
        session = LocalSession(Silent().handle, Silent().open, clock)
        made = in_process(pro.binance, session, clock)
        exchange = prepared(made, f"http://{HOST}", f"ws://{HOST}")
        exchange.streaming["keepAlive"] = 5000
        found = await judged(exchange, lambda it: it.watch_trades("BTC/USDT"))
        return found[0], clock.now_ms()  # type: ignore[index]

    assert simulated.run(main, start_ms=0) == ("RequestTimeout", 20_250)  # 250 ms belong to close()
