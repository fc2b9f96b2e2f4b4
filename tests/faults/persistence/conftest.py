"""Exchanges in processes that can be killed: forked from one that has imported everything."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from btbot.paper.settings import MarketSettings, ServerSettings, deposits

ROOT = str(Path(__file__).resolve().parents[3])
if ROOT not in sys.path:  # the process that is forked finds `_serve` and what is planted by the names of their modules
    sys.path.append(ROOT)
BALANCES = [f"{name}:{asset}=1000000" for name in ("alice", "bob") for asset in ("BTC", "USDT")]


def _serve(settings: ServerSettings, pipe: Any, plant: Callable[[], None] | None) -> None:
    from btbot.paper.running import serve

    if plant is not None:
        plant()
    asyncio.run(serve(settings, ready=lambda where: pipe.send((where.rest, where.admin))))


class Life:
    """One process of an exchange."""

    def __init__(self, settings: ServerSettings, plant: Callable[[], None] | None = None) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["btbot.paper.running"])
        mine, its = context.Pipe()
        self.process = context.Process(target=_serve, args=(settings, its, plant), daemon=True)
        self.process.start()
        its.close()
        if not mine.poll(60):
            raise TimeoutError("the exchange does not start")
        self.rest, self.admin = mine.recv()
        mine.close()

    def kill(self) -> None:
        """End it as kill -9 does."""
        self.process.kill()
        self.process.join()

    def stop(self) -> int | None:
        """End it as an operator does; give the exit code."""
        self.process.terminate()
        self.process.join(20)
        return self.process.exitcode


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> ServerSettings:
    """An exchange on which alice and bob are alone, or, if the test asks for it, with a synthetic market in a hurry."""
    return ServerSettings(
        (MarketSettings("BTC/USDT", getattr(request, "param", "empty"), price=100.0),), state=tmp_path / "state", port=0,
        admin_port=0, deposits=deposits(BALANCES), limits=False, speed=100.0,
    )  # fmt: skip


@pytest.fixture
def begin(settings: ServerSettings) -> Iterator[Callable[..., Life]]:
    """Start a life of the exchange, spoiled by `plant` if given; what still lives at the end is killed."""
    lives: list[Life] = []

    def start(plant: Callable[[], None] | None = None) -> Life:
        lives.append(Life(settings, plant))
        return lives[-1]

    yield start
    for one in lives:
        one.kill()


class Client:
    """One account's client, no more than signed requests."""

    def __init__(self, session: aiohttp.ClientSession, keys: Path, account: str) -> None:
        key = json.loads(keys.read_text())["accounts"][account]["keys"][0]
        self.session, self.key, self.secret = session, key["api_key"], key["secret"]

    async def call(self, method: str, path: str, **params: Any) -> Any:
        """Give the answer; raise where it is an error, or where the connection breaks."""
        query = urlencode({**params, "timestamp": round(time.time() * 1000), "recvWindow": 60000})
        sign = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        url = f"/api/v3/{path}?{query}&signature={sign}"
        async with self.session.request(method, url, headers={"X-MBX-APIKEY": self.key}) as answer:
            body = await answer.json()
            if answer.status != 200:
                raise Refusal(answer.status, body)
            return body


class Refusal(Exception):
    """An answer that is an error."""

    @property
    def code(self) -> int:
        return int(self.args[1]["code"])


@pytest.fixture
def client() -> type[Client]:
    return Client


@pytest.fixture
def refusal() -> type[Refusal]:
    return Refusal
