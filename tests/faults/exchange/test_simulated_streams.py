"""Streams under faults that take minutes, and every order of events: in process, on simulated time."""

import asyncio
import itertools

import pytest
from fault_play import BTC, MINUTE, USER, Raw, buy, play

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")
pytest.importorskip("ccxt.pro", reason="ccxt.pro is not installed")


FIVE = [
    ("NEW", "NEW", "0.00000000"),
    ("TRADE", "PARTIALLY_FILLED", "0.01000000"),
    ("TRADE", "PARTIALLY_FILLED", "0.02000000"),
    ("TRADE", "PARTIALLY_FILLED", "0.03000000"),
    ("TRADE", "FILLED", "0.04000000"),
]


async def filled_in_four(client, maker):
    await buy(client, amount=0.04)
    for _ in range(4):
        await maker.create_order(BTC, "limit", "sell", 0.01, 10_000)


@pytest.mark.parametrize("times", [2, 5])
def test_d1_every_event_several_times(times):
    async def scenario(play):
        client, maker, raw = await play.client(), await play.client("maker"), Raw(play)
        await raw.subscribe()
        await play.fault({"kind": "double", "times": times}, USER)
        await filled_in_four(client, maker)
        assert await raw.read() == [event for event in FIVE for _ in range(times)]
        assert len(await play.entries("fill", account="default")) == 4

    play(scenario)


def test_d2_every_order_of_five_events():
    async def scenario(play):
        client, maker, raw = await play.client(), await play.client("maker"), Raw(play)
        await raw.subscribe()
        for order in itertools.permutations(range(5)):
            rule = await play.fault({"kind": "reorder", "count": 5, "order": list(order)}, USER)
            await filled_in_four(client, maker)
            assert await raw.read() == [FIVE[index] for index in order]
            await play.stage.admin("DELETE /faults", rule)

    play(scenario)


def test_d3_every_third_event_is_lost():
    async def scenario(play):
        client, maker, raw = await play.client(), await play.client("maker"), Raw(play)
        await raw.subscribe()
        await play.fault("lose", {**USER, "every": 3})
        await filled_in_four(client, maker)
        assert await raw.read() == [FIVE[0], FIVE[1], FIVE[3], FIVE[4]]

    play(scenario)


SPOILED = {
    "half a frame": {"kind": "malform", "how": "cut"},
    "random bytes": {"kind": "malform", "how": "junk"},
    "a page": {"kind": "malform", "how": "html"},
    "null": {"kind": "malform", "how": "null"},
    "empty": {"kind": "malform", "how": "empty"},
    "a field is missing": {"kind": "alter", "remove": ["p"]},
    "a word for a number": {"kind": "alter", "set": {"p": "much"}},
    "a number too large": {"kind": "alter", "raw": {"p": "1e400"}},
    "not a number": {"kind": "alter", "raw": {"p": "NaN"}},
    "less than nothing": {"kind": "alter", "set": {"p": "-1"}},
    "an event of another kind": {"kind": "alter", "set": {"e": "surprise"}},
    "another symbol": {"kind": "alter", "set": {"s": "XYZUSDT"}},
    "a list for text": {"kind": "alter", "set": {"p": []}},
}


@pytest.mark.parametrize("name", SPOILED)
def test_d6_spoiled(name):
    """The client shows what it makes of it: nothing, an exception in its loop, or a trade that cannot be."""

    async def scenario(play):
        client, maker = await play.client(), await play.client("maker")
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        watching = asyncio.ensure_future(client.watch_trades(BTC))
        await play.clock.sleep(500)
        await play.fault(SPOILED[name], {"stream": "btcusdt@trade", "nth": 1})
        await maker.create_order(BTC, "limit", "sell", 0.01, 20_000)
        await buy(client, price=20_000)
        try:
            found = (await asyncio.wait_for(watching, 5))[-1]["price"]
        except (TimeoutError, ccxt.BaseError) as error:
            found = type(error).__name__
        assert await play.struck() == [SPOILED[name]["kind"]]
        assert found != 20_000

    play(scenario)


def test_d7_half_a_minute_of_nothing_but_pongs(candles):
    async def scenario(play):
        client = await play.client(keep_alive=5000)
        assert await client.watch_ohlcv(BTC, "1m")
        await play.fault("pong_only", {"before_ms": 300_000})
        begun = play.clock.now_ms()
        while True:  # what was on its way still arrives
            try:
                await asyncio.wait_for(client.watch_ohlcv(BTC, "1m"), 30)
            except TimeoutError:
                break
        assert play.clock.now_ms() - begun < 32_000
        await play.clock.sleep(300_000)
        assert await asyncio.wait_for(client.watch_ohlcv(BTC, "1m"), 5)

    play(scenario, market=candles, speed=10)


@pytest.mark.parametrize(("keep_alive", "expected"), [(5000, 15), (180_000, 540)])
def test_d8_how_long_a_client_takes_to_miss_the_pongs(keep_alive, expected):
    """With ccxt's own setting a dead connection is found after nine minutes."""

    async def scenario(play):
        client = await play.client(keep_alive=keep_alive)
        watching = asyncio.ensure_future(client.watch_orders(BTC))
        await play.clock.sleep(2000)
        await play.fault("half_open")
        begun = play.clock.now_ms()
        with pytest.raises(ccxt.RequestTimeout):
            await watching
        assert expected / 2 <= (play.clock.now_ms() - begun) / 1000 <= expected * 1.5

    play(scenario)


def test_d9_a_connection_that_lives_for_ten_minutes():
    async def scenario(play):
        client = await play.client(keep_alive=60_000)
        await play.fault({"kind": "close", "code": 1001, "life_ms": 10 * MINUTE})
        begun = play.clock.now_ms()
        with pytest.raises(ccxt.NetworkError):
            await client.watch_trades(BTC)
        assert (play.clock.now_ms() - begun) / MINUTE == pytest.approx(10, rel=0.01)

    play(scenario)
