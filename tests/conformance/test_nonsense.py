"""Requests and frames without sense: refused as documented, never an error of the server, never silence."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import WSMsgType

from btbot.paper import simulated
from btbot.paper.api.registry import METHODS, REST
from btbot.paper.settings import MarketSettings, ServerSettings, deposits
from btbot.paper.stage import Stage, in_process

START_MS = 1_704_067_200_000
SETTINGS = ServerSettings(
    markets=(MarketSettings("BTC/USDT", "synthetic", price=30_000.0),),
    deposits=deposits(["USDT=1000000", "BTC=100"]),
    start_ms=START_MS,
    limits=False,
)
VALUES = [
    "BTCUSDT", "btcusdt", "", '["BTCUSDT"]', "[", "BUY", "SELL", "LIMIT", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT",
    "TAKE_PROFIT", "TAKE_PROFIT_LIMIT", "LIMIT_MAKER", "GTC", "IOC", "FOK", "0.01", "1", "0", "-1", "1e5", "NaN",
    "99999999999999999999", "0.000000001", "30000", "29000.5", "100", "FULL", "x-1", "é", "a" * 40, str(START_MS), "1m",
    "1M", "5", "5001", "STOP_ON_FAILURE", "NONE", "DECREMENT", "true", "0x10", "٣", "1.", "+1", " 1", "-12:30",
]  # fmt: skip
SENSIBLE = {
    "symbol": ["BTCUSDT"], "quantity": ["0.01", "0.5", "3"], "qty": ["0.01"], "timeinforce": ["GTC", "IOC", "FOK"],
    "interval": ["1m"], "limit": ["5"], "side": ["BUY", "SELL"], "price": ["29000", "31000", "30000.5"],
    "resptype": ["ACK", "RESULT", "FULL"], "orderid": ["1", "2", "3", "5", "8", "13"], "listid": ["0", "1", "2"],
    "mode": ["STOP_ON_FAILURE", "ALLOW_FAILURE", "EXPIRE_TAKER", "NONE"], "delta": ["100"],
    "type": ["LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"],
}  # fmt: skip
JSON = [None, True, 0, -1, 1.5, 10**30, "", "x", [], {}, ["btcusdt@trade"], ["btcusdt@kline_1m", "x@y"], [1, 2]]


def signed(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def drawn(rng: random.Random, name: str) -> str:
    """A value for a parameter, a sensible one more often than not."""
    for known, values in SENSIBLE.items():
        if name.lower().endswith(known) and rng.random() < 0.8:
            return rng.choice(values)
    return rng.choice(VALUES)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_request_makes_it_stumble(seed: int) -> None:
    rng = random.Random(seed)
    seen: dict[int, int] = {}

    async def ask(stage: Stage, clock: simulated.SimulatedClock) -> None:
        endpoint = rng.choice(list(REST.values()))
        optional = [name for name in endpoint.takes if name not in endpoint.required]
        names = [*endpoint.required, *rng.sample(optional, min(len(optional), rng.randint(0, 6)))]
        key, secret = stage.keys["default"]
        query = urlencode({**{name: drawn(rng, name) for name in names}, "timestamp": clock.now_ms()})
        query += f"&signature={signed(secret, query)}"
        in_body = endpoint.verb != "GET" and rng.random() < 0.5
        url = f"http://exchange.invalid{endpoint.path}" + ("" if in_body else f"?{query}")
        assert stage.session is not None
        body = query.encode() if in_body else b""
        async with stage.session.request(endpoint.verb, url, data=body, headers={"X-MBX-APIKEY": key}) as answer:
            found = json.loads(await answer.text())
        assert answer.status < 500, (endpoint, query, found)
        assert answer.status == 200 or {"code", "msg"} <= set(found), (endpoint, query, found)
        seen[answer.status] = seen.get(answer.status, 0) + 1

    async def main(clock: simulated.SimulatedClock) -> None:
        async with in_process(SETTINGS, clock) as stage:
            await clock.sleep(30_000)
            for _ in range(1500):
                await ask(stage, clock)

    simulated.run(main, start_ms=START_MS)
    assert seen[200] > 200
    assert seen[400] > 200


def frame(rng: random.Random, path: str, key: str, secret: str, now_ms: int) -> str:
    if rng.random() < 0.1:
        return rng.choice(("", "{", "[]", "null", "1", '"x"', '{"id":}', '{"method":"SUBSCRIBE"', "{}" * 10))
    if path != "/ws-api/v3":
        method = rng.choice(
            ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY", "x", None)
        )
        return json.dumps({"id": rng.choice(JSON), "method": method, "params": rng.choice([*JSON, ["combined", True]])})
    params: dict[str, Any] = {name: rng.choice([*VALUES, *JSON]) for name in rng.sample(("side", "type", "price"), 1)}
    params |= {"symbol": "BTCUSDT", "apiKey": key, "timestamp": now_ms}
    params["signature"] = signed(secret, "&".join(f"{name}={params[name]}" for name in sorted(params)))
    method = rng.choice([*METHODS, "session.logon", "userDataStream.subscribe.signature", "nope", 5, None])
    return json.dumps({"id": rng.choice(JSON), "method": method, "params": rng.choice([params, params, *JSON])})


def is_event(message: Any) -> bool:
    return isinstance(message, dict) and bool({"e", "stream", "event"} & set(message))


@pytest.mark.parametrize("path", ["/ws", "/stream", "/ws-api/v3"])
def test_every_frame_is_answered(path: str) -> None:
    """By a frame, or by closing the connection."""
    rng = random.Random(path)
    stumbles: list[object] = []
    answers: list[WSMsgType] = []

    async def talk(stage: Stage, clock: simulated.SimulatedClock) -> None:
        key, secret = stage.keys["default"]
        assert stage.session is not None
        async with stage.session.ws_connect(f"ws://exchange.invalid{path}") as socket:
            for _ in range(20):
                sent = frame(rng, path, key, secret, clock.now_ms())
                await socket.send_str(sent)
                answer = await asyncio.wait_for(socket.receive(), 60)
                while answer.type is WSMsgType.TEXT and is_event(json.loads(answer.data)):
                    answer = await asyncio.wait_for(socket.receive(), 60)
                answers.append(answer.type)
                if answer.type is not WSMsgType.TEXT:
                    return
                status = json.loads(answer.data).get("status", 200)
                assert status < 500, (sent, answer.data)
                await clock.sleep(300)  # five frames a second are allowed

    async def main(clock: simulated.SimulatedClock) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: stumbles.append(context))
        async with in_process(SETTINGS, clock) as stage:
            for _ in range(25):
                await talk(stage, clock)

    simulated.run(main, start_ms=START_MS)
    assert not stumbles
    assert answers.count(WSMsgType.TEXT) > 100
