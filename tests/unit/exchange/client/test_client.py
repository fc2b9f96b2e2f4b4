"""The client against btbot's own exchange: what it reads, and what it makes of every fault."""

from __future__ import annotations

import asyncio
import logging
import re

import numpy as np
import pytest

from btbot.errors import ConfigError, Rejected, Retryable
from btbot.exchange.ccxt_client import CcxtClient
from btbot.exchange.client import HistoryClient, Listing
from btbot.exchange.gate import Gates
from btbot.exchange.opening import open_client
from btbot.exchange.retrying import retried
from btbot.paper import simulated, stage
from btbot.paper.settings import MarketSettings, ServerSettings
from btbot.timeframe import Timeframe

H = Timeframe.parse("1h")
START = 1_640_995_200_000  # 2022-01-01
NOW = 1_700_000_000_000
BARS = 300
NETWORK = "candles of BTC/USDT 1h"


def prices(count=BARS):
    rng = np.random.default_rng(3)
    close = np.round(45_000 + rng.normal(0, 80, count).cumsum(), 2)
    opens = np.concatenate([[45_000.0], close[:-1]])
    high = np.round(np.maximum(opens, close) + rng.uniform(0, 30, count), 2)
    low = np.round(np.minimum(opens, close) - rng.uniform(0, 30, count), 2)
    return np.column_stack([opens, high, low, close, np.round(rng.uniform(1, 90, count), 5)])


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    path = tmp_path_factory.mktemp("candles") / "BTCUSDT-1h.csv"
    rows = [f"{START + i * H.ms},{','.join(map(repr, row))}" for i, row in enumerate(prices().tolist())]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]) + "\n", encoding="utf-8")
    market = MarketSettings("BTC/USDT", "replay", path, H)
    return ServerSettings((market,), port=0, admin_port=0, paused=True, start_ms=START + 250 * H.ms)


@pytest.fixture
def play(settings):
    """Run a function of stage and client on simulated time."""

    def run(check, **more):
        async def main(clock):
            async with stage.in_process(settings, clock) as exchange:
                client = CcxtClient("binance", session=exchange.session, clock=clock, timeout_s=2, **more)
                try:
                    return await check(exchange, client)
                finally:
                    await client.close()

        return simulated.run(main, start_ms=NOW)

    return run


async def break_(exchange, kind, **more):
    when = {"endpoint": more.pop("endpoint", "klines"), "times": more.pop("times", 1)}
    await exchange.admin("POST /faults", {"when": when, "do": {"kind": kind, **more}})


def test_what_it_reads(play):
    async def check(exchange, client: HistoryClient):
        assert await client.listings() == {"BTC/USDT": Listing("BTC/USDT", "BTC", "USDT", True)}
        assert [str(one) for one in (await client.timeframes())[:3]] == ["1s", "1m", "3m"]
        assert (client.name, client.market, client.rests, client.trades_by_id) == ("binance", "spot", False, True)
        assert client.candle_limit(H) == 1000
        assert NOW <= await client.time_ms() < NOW + 1000
        assert await client.market_time_ms("BTC/USDT") == START + 250 * H.ms
        page = await client.candles("BTC/USDT", H, START, 1000)
        assert page.time.tolist() == [START + i * H.ms for i in range(len(page))]
        assert np.array_equal(page.values[:250], prices()[:250])
        assert not page.newest_only
        page = await client.candles("BTC/USDT", H, START + 1, 3)
        assert page.time.tolist() == [START + i * H.ms for i in (1, 2, 3)]
        assert len(await client.candles("BTC/USDT", H, START + 1000 * H.ms, 3)) == 0
        book = await client.book("BTC/USDT", 5)
        assert book.bids.shape == book.asks.shape == (5, 2)
        assert book.bids[0, 0] < book.asks[0, 0]
        assert NOW <= book.time_ms < NOW + 5000

    play(check)


def test_the_tape_goes_on_after_an_id(play):
    async def check(exchange, client):
        await exchange.advance(3 * H.ms)
        tape = await client.trades("BTC/USDT", start_ms=START, limit=1000)
        assert len(tape) > 10
        assert [trade.time_ms for trade in tape] == sorted(trade.time_ms for trade in tape)
        assert await client.trades("BTC/USDT", after_id=tape[4].trade_id, limit=3) == tape[5:8]
        assert await client.trades("BTC/USDT", limit=3) == tape[-3:]

    play(check)


@pytest.mark.parametrize(
    ("symbol", "timeframe", "message"),
    [
        (
            "BTC/USD",
            "1h",
            "binance at in-process.invalid has no spot market 'BTC/USD'; did you mean 'BTC/USDT'?",
        ),
        (
            "btc/usdt",
            "1h",
            "binance at in-process.invalid has no spot market 'btc/usdt'; did you mean 'BTC/USDT'?",
        ),
        ("XYZ", "1h", "binance at in-process.invalid has no spot market 'XYZ'; it has 1, such as BTC/USDT"),
        (
            "BTC/USDT",
            "7m",
            "binance at in-process.invalid has no candles of 7m; it has 1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w",
        ),
    ],
)
def test_names_that_it_does_not_know(play, symbol, timeframe, message):
    async def check(exchange, client):
        with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
            await client.candles(symbol, Timeframe.parse(timeframe), START, 10)

    play(check)


WAY = "GET in-process.invalid/api/v3/klines"
FAULTS = [
    ("truncate", {}, Retryable, "the connection broke in the middle of the answer (binance GET http://in-process.invalid/api/v3/klines, Response payload is not completed: received "),
    ("html", {}, Retryable, f"{WAY} was answered with a page ('<html> <head><title>Just a moment"),
    ("empty", {}, Retryable, f"{WAY} was answered with nothing instead of JSON"),
    ("drop_after", {"times": 2}, Retryable, "not reached (binance GET http://in-process.invalid/api/v3/klines, Server disconnected)"),
    ("hang_before", {}, Retryable, "no answer in time (binance GET http://in-process.invalid/api/v3/klines)"),
    ("slow", {}, Retryable, "no answer in time (binance GET http://in-process.invalid/api/v3/klines)"),
    ("status", {"status": 500}, Retryable, f"{WAY} was answered with status 500: " '{"code":-1000,"msg":"An unknown error'),
    ("status", {"status": 502}, Retryable, f"{WAY} was answered with status 502: <html> <head><title>502 Bad Gateway"),
    ("status", {"status": 403}, Rejected, f"{WAY} was answered with status 403: <html> <head><title>403 Forbidden"),
    ("status", {"status": 451}, Rejected, f"{WAY} was answered with status 451: " '{"code":0,"msg":"Service unavailable from a restricted location'),
    ("error", {"code": -1121}, Rejected, 'binance {"code":-1121'),
    ("alter", {"set": {"0.1": "NaN"}}, Retryable, "the candle of 2022-01-01 00:00:00 UTC has nan for its open"),
    ("alter", {"set": {"0.5": None}}, Retryable, "the candle of 2022-01-01 00:00:00 UTC has None for its volume"),
    ("alter", {"set": {"0.4": "12,5"}}, Retryable, "the candle of 2022-01-01 00:00:00 UTC has None for its close"),
    ("alter", {"set": {"1.0": None}}, Retryable, "was answered with a row whose time is None"),
    ("alter", {"set": {"1.0": START}}, Retryable, "two candles of 2022-01-01 00:00:00 UTC in one answer differ"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "more", "error", "message"), FAULTS)
def test_every_fault_is_told_and_leaves_nothing(play, kind, more, error, message):
    async def check(exchange, client):
        await client.listings()
        await break_(exchange, kind, **more)
        with pytest.raises(error) as caught:
            await client.candles("BTC/USDT", H, START, 10)
        assert str(caught.value).startswith(f"binance: {NETWORK}: {message}")
        assert len(await client.candles("BTC/USDT", H, START, 10)) == 10

    play(check)


def test_an_empty_list_of_markets_is_asked_for_again(play):
    async def check(exchange, client):
        await break_(exchange, "alter", endpoint="exchangeInfo", set={"symbols": []})
        assert list(await client.listings()) == ["BTC/USDT"]

    play(check)


def test_an_empty_page_is_no_candles(play):
    async def check(exchange, client):
        await break_(exchange, "empty_page")
        assert len(await client.candles("BTC/USDT", H, START, 10)) == 0

    play(check)


@pytest.mark.parametrize(("status", "header", "wait"), [(429, 7, 7), (418, 200, 200), (429, None, 2), (418, None, 120)])
def test_too_many_requests_close_the_gate_for_everybody(play, caplog, status, header, wait):
    caplog.set_level(logging.WARNING, "btbot.exchange.gate")

    async def check(exchange, client):
        await client.listings()
        begun = exchange.clock.now_ms()
        more = {"retry_after": header} if header else {}
        await break_(exchange, "status", status=status, **more)
        calls = [client.candles("BTC/USDT", H, START, 10) for _ in range(5)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        refused = [one for one in found if isinstance(one, Retryable)]
        assert [str(one) for one in refused] == [
            f"binance: {NETWORK}: {WAY} was answered with status {status}, too many requests: wait {wait} s"
        ]
        assert refused[0].wait_s == pytest.approx(wait)
        assert sum(not isinstance(one, Exception) for one in found) == 4
        sent = [one["at"] - begun for one in await exchange.history() if one.get("path") == "/api/v3/klines"]
        assert len(sent) == 5
        assert sent[0] < 1000
        assert min(sent[1:]) >= sent[0] + 1000 * wait
        assert max(sent[1:]) < sent[0] + 1000 * wait + 1000

    play(check)
    assert (
        f"in-process.invalid asks to be left alone; nothing is sent for {wait} s, until 2023-11-14 22:" in caplog.text
    )


def test_limits_that_are_announced_are_kept(play, caplog):
    """As fast as ccxt's own limiter allows, for more than a minute's weight: the gate waits for the next minute."""
    caplog.set_level(logging.INFO, "btbot.exchange.gate")

    async def check(exchange, client):
        await client.listings()
        client._exchange.tokenBucket["refillRate"] *= 5  # as if others of this address asked as well
        await asyncio.gather(*(client.book("BTC/USDT", 5000) for _ in range(40)))
        history = await exchange.history()
        assert {one["status"] for one in history if one["what"] == "reply"} == {200}
        return [one["at"] for one in history if one.get("path") == "/api/v3/depth"]

    sent = play(check)
    assert "of 6000 weight of this minute used; going on in" in caplog.text
    assert len(sent) == 40  # of weight 250 each
    assert sent[-1] // 60_000 == sent[0] // 60_000 + 1


def test_patience_ends_well(play):
    """Every kind of fault in a row, and one call with patience."""

    async def check(exchange, client):
        await client.listings()
        for kind in ("truncate", "html", "empty", "drop_before", "hang_before", "slow"):
            await break_(exchange, kind)
        await break_(exchange, "rate_limit", retry_after=30)
        page = await retried(lambda: client.candles("BTC/USDT", H, START, 10), attempts=9)
        assert len(page) == 10

    play(check)


def test_an_exchange_that_is_not_there_is_worth_another_try():
    async def main():
        client = open_client("binance", urls={"rest": "http://127.0.0.1:9"}, timeout_s=1)
        try:
            await client.listings()
        finally:
            await client.close()

    with pytest.raises(
        Retryable,
        match=r"^binance: list of markets: not reached \(binance GET http://127.0.0.1:9/api/v3/exchangeInfo, Cannot connect",
    ):
        asyncio.run(main())


def test_a_password_in_an_address_is_never_told():
    async def main():
        client = open_client("binance", urls={"rest": "http://me:hush@127.0.0.1:9"}, timeout_s=1)
        try:
            with pytest.raises(Retryable) as caught:
                await client.listings()
        finally:
            await client.close()
        assert "hush" not in f"{caught.value} {client._where}"
        assert "127.0.0.1:9" in str(caught.value)

    asyncio.run(main())


def test_over_sockets(settings, tmp_path):
    """The same faults over real connections, where bodies are cut and bytes dribble."""

    async def main():
        async with stage.over_sockets(settings, tmp_path) as exchange:
            client = CcxtClient("binance", urls={"rest": exchange.rest_url}, timeout_s=0.3, gates=Gates())
            try:
                await client.listings()
                for kind, more, error, _ in FAULTS:
                    await break_(exchange, kind, **more)
                    with pytest.raises(error):
                        await client.candles("BTC/USDT", H, START, 10)
                await break_(exchange, "status", status=429, retry_after=1)
                page = await retried(lambda: client.candles("BTC/USDT", H, START, 250), attempts=2)
                assert np.array_equal(page.values, prices()[:250])
            finally:
                await client.close()

    asyncio.run(main())
