"""Exchanges of one's own in this process on simulated time, which answer as a test wants, through the true ccxt."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest

from btbot.paper import simulated
from btbot.paper.local_session import LocalSession
from btbot.paper.wire import Reply, Request

pytest.importorskip("ccxt", reason="ccxt is not installed")

NOW = 1_700_000_000_000  # 2023-11-14 22:13:20


class MadeExchange:
    """Answers from functions by path: JSON, or a whole `Reply`. What was asked is in `asked` as (path, query)."""

    def __init__(self) -> None:
        self.routes: dict[str, Callable[[dict[str, str]], object]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.times: list[int] = []
        self.now_ms: Callable[[], int] = lambda: NOW

    async def handle(self, request: Request) -> Reply:
        query = dict(parse_qsl(request.query))
        self.asked.append((request.path, query))
        self.times.append(self.now_ms())
        if request.path not in self.routes:
            return Reply(404, b"{}")
        found = self.routes[request.path](query)
        return found if isinstance(found, Reply) else Reply(200, json.dumps(found).encode())

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)


@pytest.fixture
def made():
    return MadeExchange()


@pytest.fixture
def using(made):
    """Run a test with a client of the exchange: ``using("kraken", check)``."""
    from btbot.exchange.ccxt_client import CcxtClient

    def run(name, check, **more):
        async def main(clock):
            made.now_ms = clock.now_ms
            session = LocalSession(made.handle, None, clock)
            client = CcxtClient(name, session=session, clock=clock, timeout_s=2, **more)
            try:
                return await check(client)
            finally:
                await client.close()

        return simulated.run(main, start_ms=NOW)

    return run
