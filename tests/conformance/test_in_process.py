"""The checks that ccxt passes over sockets, in process and on simulated time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from btbot.exchange.ccxt_in_process import client
from btbot.paper import simulated
from btbot.paper.settings import Deposit, MarketSettings, ServerSettings, deposits, moment
from btbot.paper.stage import Stage, in_process

pytest.importorskip("ccxt", reason="ccxt is not installed")
_CLIENTS = str(Path(__file__).parent / "clients")
if _CLIENTS not in sys.path:
    sys.path.append(_CLIENTS)

import ccxt_pro  # noqa: E402
import ccxt_rest  # noqa: E402

START_MS = 1_704_067_200_000
SETTINGS = ServerSettings(
    markets=(MarketSettings("BTC/USDT", "synthetic", price=30_000.0),),
    deposits=(Deposit("default", "USDT", 10**14), Deposit("default", "BTC", 10**10)),
    start_ms=START_MS,
    speed=20.0,
    seed=7,
    limits=False,
)


def exchange_of(stage: Stage, **more: Any) -> Any:
    key, secret = stage.keys["default"]
    assert stage.session is not None
    assert stage.clock is not None
    return client(stage.session, stage.clock, key=key, secret=secret, options={"createOrder": {}}, **more)


def in_simulated_time(deed: Callable[[Any], Awaitable[None]], settings: ServerSettings = SETTINGS, **more: Any) -> int:
    """Run a deed with a client; give the milliseconds that passed."""

    async def main(clock: simulated.SimulatedClock) -> int:
        async with in_process(settings, clock) as stage:
            exchange = exchange_of(stage, **more)
            try:
                await clock.sleep(60_000)
                await deed(exchange)
            finally:
                await exchange.close()
        return clock.now_ms() - START_MS

    return simulated.run(main, start_ms=START_MS)


def test_every_check_of_rest() -> None:
    ccxt_rest.check.results.clear()
    in_simulated_time(lambda exchange: ccxt_rest.check.run_async(ccxt_rest.Client(exchange)))
    assert len(ccxt_rest.check.results) == 27
    assert not [(found["check"], found["error"]) for found in ccxt_rest.check.results if not found["ok"]]


def test_who_keeps_the_pace_of_ccxt_meets_no_limit() -> None:
    ccxt_rest.check.results.clear()
    passed = in_simulated_time(
        lambda exchange: ccxt_rest.check.run_async(ccxt_rest.Client(exchange)),
        replace(SETTINGS, limits=True),
        enableRateLimit=True,
    )
    assert not [(found["check"], found["error"]) for found in ccxt_rest.check.results if not found["ok"]]
    assert passed > 60_000 + 5_000  # it did wait


def test_who_does_not_is_refused() -> None:
    import ccxt

    async def hurry(exchange: Any) -> None:
        for _ in range(300):  # of weight 20; 6,000 a minute are allowed
            with suppress(ccxt.DDoSProtection):
                await exchange.fetch_balance()
        with pytest.raises(ccxt.DDoSProtection):
            await exchange.fetch_balance()
        assert int(exchange.last_response_headers["Retry-After"]) > 0

    in_simulated_time(hurry, replace(SETTINGS, limits=True), enableRateLimit=False)


def test_ccxt_with_its_own_options_finds_spot_markets_and_no_others() -> None:
    """Who replaces the addresses and nothing else asks for currencies, margin pairs and futures too."""
    found: list[Any] = []

    async def load(exchange: Any) -> None:
        exchange.options |= {"fetchMarkets": {"types": ["spot", "linear", "inverse"]}, "fetchMargins": True}
        exchange.options["fetchCurrencies"] = True
        found.append(list(await exchange.load_markets()))
        found.append(sorted(await exchange.fetch_currencies()))

    in_simulated_time(load)
    assert found == [["BTC/USDT"], ["BTC", "USDT"]]


def test_every_check_of_streams_and_user_events() -> None:
    ccxt_pro.check.results.clear()
    in_simulated_time(lambda exchange: ccxt_pro.check.run_async(exchange, ccxt_pro.Prices(exchange, 0.0)))
    assert len(ccxt_pro.check.results) == 14
    assert not [(found["check"], found["error"]) for found in ccxt_pro.check.results if not found["ok"]]


def test_minutes_pass_at_once_and_the_same_ones_twice() -> None:
    def minutes() -> tuple[list[list[float]], int]:
        seen: list[list[float]] = []

        async def watch(exchange: Any) -> None:
            while exchange.milliseconds() < START_MS + 6 * 60_000:
                rows = await exchange.watch_ohlcv("BTC/USDT", "1m")
                seen.append(list(rows[-1]))

        return seen, in_simulated_time(watch, replace(SETTINGS, speed=1.0))

    first, passed = minutes()
    assert passed >= 6 * 60_000
    assert len({row[0] for row in first}) >= 5
    assert (first, passed) == minutes()


def watched(fault: str, seconds: float) -> tuple[str, int]:
    """Watch orders on a connection with a fault; give how it ends for the client, and after how many seconds."""
    import ccxt

    async def main(clock: simulated.SimulatedClock) -> tuple[str, int]:
        async with in_process(SETTINGS, clock) as stage:
            exchange = await stage.client(streaming={"keepAlive": 5000, "maxPingPongMisses": 2})
            watch = asyncio.ensure_future(exchange.watch_orders("BTC/USDT"))
            await clock.sleep(1000)
            await stage.admin("POST /faults", {"when": {"path": "/ws-api/v3"}, "do": fault})
            try:
                await asyncio.wait_for(watch, seconds)
            except (ccxt.BaseError, TimeoutError) as error:
                return type(error).__name__, round((clock.now_ms() - START_MS) / 1000)
        return "ok", 0

    return simulated.run(main, start_ms=START_MS)


def test_a_half_open_connection_is_noticed_by_missing_pongs() -> None:
    name, seconds = watched("half_open", 120)
    assert name == "RequestTimeout"
    assert 10 <= seconds <= 25


def test_a_connection_that_pongs_and_says_nothing_is_not() -> None:
    assert watched("pong_only", 120) == ("TimeoutError", 121)


def test_the_example_of_the_documentation() -> None:
    settings = ServerSettings(
        markets=(MarketSettings("BTC/USDT", "synthetic", price=30_000.0),),
        deposits=deposits(["USDT=10000"]),
        start_ms=moment("2024-01-01"),
    )
    found: dict[str, Any] = {}

    async def main(clock: simulated.SimulatedClock) -> None:
        async with in_process(settings, clock) as stage:
            exchange = await stage.client()
            await exchange.create_order("BTC/USDT", "market", "buy", 0.1)
            await clock.sleep(3_600_000)
            found.update(await exchange.fetch_balance())

    simulated.run(main, start_ms=moment("2024-01-01"))
    assert found["BTC"]["total"] == 0.0999
    assert 6_000 < found["USDT"]["total"] < 8_000
