"""A whole server in the loop of the test."""

import asyncio
import json
import math

import aiohttp
import pytest

from btbot.errors import ConfigError
from btbot.paper.running import serve
from btbot.paper.settings import MarketSettings, ServerSettings, deposits


def run(settings, main):
    """Serve, do something with a client, and end the server as an operator would."""

    async def go():
        stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        serving = asyncio.ensure_future(serve(settings, ready=ready.set_result, stop=stop))
        await asyncio.wait((serving, ready), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            return await serving
        where = ready.result()
        async with aiohttp.ClientSession(where.rest) as client:
            found = await main(client, where)
        stop.set()
        await serving
        return found

    return asyncio.run(go())


@pytest.fixture
def settings(tmp_path):
    def make(form="synthetic", **keys):
        market = MarketSettings("BTC/USDT", form, price=100.0)
        return ServerSettings(
            (market,), state=tmp_path / "state", port=0, admin_port=0, deposits=deposits(["USDT=1000"]), **keys
        )

    return make


async def post(where, path, **body):
    headers = {"Authorization": f"Bearer {where.admin_token_file.read_text().strip()}"}
    async with aiohttp.ClientSession(where.admin) as client, client.post(path, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


def test_a_server_needs_a_folder(settings):
    with pytest.raises(ConfigError, match="--state: a server needs a folder for its journal and keys"):
        asyncio.run(serve(ServerSettings((MarketSettings("BTC/USDT", "empty"),))))


def test_the_admin_port_is_another_port_and_needs_its_token(settings):
    async def ask(client, where):
        async with client.get("/status") as answer:
            assert answer.status == 404
        async with aiohttp.ClientSession(where.admin) as admin, admin.get("/api/v3/ping") as answer:
            assert answer.status == 401
        async with aiohttp.ClientSession(where.admin) as admin:
            with pytest.raises(aiohttp.WSServerHandshakeError, match="400"):
                await admin.ws_connect("/ws")
        assert (await post(where, "/deposit", asset="USDT", amount=1))[0] == 200

    run(settings("empty"), ask)


def test_advancing_sends_everything_before_it_answers(settings):
    async def ask(client, where):
        async with client.ws_connect("/ws/btcusdt@trade/btcusdt@kline_1m") as ws:
            status, moved = await post(where, "/advance", ms=600_000)
            assert status == 200
            events = []
            while True:
                try:
                    events.append(json.loads((await ws.receive(timeout=0.5)).data))
                except TimeoutError:
                    return events, moved

    events, moved = run(settings(paused=True), ask)
    trades = [event for event in events if event["e"] == "trade"]
    closed = [event for event in events if event["e"] == "kline" and event["k"]["x"]]
    assert len(trades) > 20
    assert [one["t"] for one in trades] == list(range(trades[0]["t"], trades[0]["t"] + len(trades)))
    assert all(event["E"] <= moved["market_ms"] for event in events)
    assert len(closed) in (9, 10)


def test_as_fast_as_possible_cuts_no_reader_off(settings):
    async def ask(client, where):
        async with client.ws_connect("/ws/btcusdt@trade/btcusdt@depth@100ms", max_msg_size=0) as ws:
            count = 0
            until = asyncio.get_running_loop().time() + 2
            while asyncio.get_running_loop().time() < until:
                message = await ws.receive(timeout=5)
                assert message.type is aiohttp.WSMsgType.TEXT
                count += 1
                if count % 500 == 0:
                    await asyncio.sleep(0.02)
        return count

    assert run(settings(speed=math.inf), ask) > 500


def test_data_that_ends_is_told_once(settings, tmp_path, caplog):
    path = tmp_path / "candles.csv"
    rows = [f"{1_700_000_000_000 // 60_000 * 60_000 + k * 60_000},100,101,99,100,5" for k in range(40)]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    made = ServerSettings(
        (MarketSettings("BTC/USDT", "replay", path),), state=tmp_path / "state", port=0, admin_port=0, speed=math.inf
    )

    async def ask(client, where):
        for _ in range(100):
            await asyncio.sleep(0.05)
            if "the data is over" in caplog.text:
                break
        async with client.get("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1000") as answer:
            return await answer.json()

    candles = run(made, ask)
    assert [float(candle[5]) for candle in candles[:40]] == [5.0] * 40
    assert caplog.text.count("the data is over: the last prices stay; --reset begins again") == 1


def test_who_listens_everywhere_is_warned(settings, caplog):
    async def ask(client, where):
        assert where.rest.startswith("http://127.0.0.1:")

    run(settings("empty", host="0.0.0.0"), ask)
    assert "clients reach this exchange from other machines, and what they send is not encrypted" in caplog.text


@pytest.mark.slow
def test_a_live_market_follows_another_exchange(settings, tmp_path):
    """The other exchange is one of ours, reached by ccxt as the real one would be."""
    source = ServerSettings(
        (MarketSettings("BTC/USDT", "synthetic", price=100.0),),
        state=tmp_path / "source",
        port=0,
        admin_port=0,
        speed=20.0,
    )

    async def follow(client, where):
        followed = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        live = settings("live", live_url=where.rest)
        serving = asyncio.ensure_future(serve(live, ready=followed.set_result, stop=stop))
        await asyncio.wait((serving, followed), return_when=asyncio.FIRST_COMPLETED)
        books = []
        async with aiohttp.ClientSession(followed.result().rest) as follower:
            for _ in range(200):
                await asyncio.sleep(0.1)
                async with follower.get("/api/v3/ticker/price?symbol=BTCUSDT") as answer:
                    if answer.status == 200:
                        async with follower.get("/api/v3/depth?symbol=BTCUSDT&limit=5") as book:
                            books.append(await book.json())
                        if len(books) > 10 and len({str(one["bids"]) for one in books}) > 3:
                            break
        stop.set()
        await serving
        return books

    books = run(source, follow)
    assert len({str(book["bids"]) for book in books}) > 3
