"""Addresses, limits of connections, refused handshakes."""

import asyncio
import gc
import weakref
from contextlib import suppress

import pytest

from btbot.exchange.refused import Refused
from btbot.paper.api import Limits


@pytest.mark.parametrize(
    ("path", "query", "names", "combined"),
    [
        ("/ws", "", [], False),
        ("/ws/", "", [], False),
        ("/ws/btcusdt@trade", "", ["btcusdt@trade"], False),
        ("/ws/btcusdt@trade/ethusdt@kline_1m", "", ["btcusdt@trade", "ethusdt@kline_1m"], False),
        ("/ws/btcusdt%40trade", "", ["btcusdt@trade"], False),
        ("/ws/0", "", [], False),
        ("/stream", "streams=btcusdt@trade/!miniTicker@arr", ["btcusdt@trade", "!miniTicker@arr"], True),
        ("/stream", "streams=btcusdt%40trade%2Fethusdt%40trade", ["btcusdt@trade", "ethusdt@trade"], True),
        ("/stream", "streams=btcusdt@kline_1d@+08:00", ["btcusdt@kline_1d@+08:00"], True),
        ("/stream", "", [], True),
        ("/stream/ws/3", "", [], False),
        ("/stream/ws/btcusdt@trade", "", ["btcusdt@trade"], False),
        ("/stream/7", "", [], True),
        ("/ws/Xs0mRXdAKlIPDRFrlPcw0qI41Eh3ixNntmymGyhrhgqo7L6FuLaWArTD7RLP", "", [], False),
    ],
)
def test_addresses(world, path, query, names, combined):
    async def main():
        wire = world.connect(path, query)
        wire.say({"method": "LIST_SUBSCRIPTIONS", "id": 1})
        wire.say({"method": "GET_PROPERTY", "params": ["combined"], "id": 2})
        assert [frame["result"] for frame in wire.take()] == [names, combined]

    asyncio.run(main())


@pytest.mark.parametrize("path", ["/", "/api/v3/order", "/ws-api/v4", "/wss"])
def test_no_such_address(world, path):
    with pytest.raises(Refused) as caught:
        world.connect(path)
    assert caught.value.status == 404


def test_300_connections_in_five_minutes_for_each_address(world):
    async def main():
        for _ in range(300):
            world.connect("/ws").session.closed()
        with pytest.raises(Refused) as caught:
            world.connect("/ws")
        assert (caught.value.status, caught.value.code) == (429, -1003)
        assert caught.value.data["headers"]["Retry-After"] == "300"
        world.connect("/ws", ip="127.0.0.2")
        await world.pass_ms(300_000)
        world.connect("/ws")

    asyncio.run(main())


def test_limits_can_be_other_ones(world):
    async def main():
        world.api.meter.limits = Limits(connections=10**9, messages=10**9)
        for _ in range(400):
            world.connect("/ws").session.closed()
        wire = world.connect("/ws")
        for number in range(50):
            wire.say({"method": "LIST_SUBSCRIPTIONS", "id": number})
        assert (len(wire.take()), wire.closed) == (50, None)
        world.api.meter.limits = Limits(messages=2)
        strict = world.connect("/ws", ip="127.0.0.9")
        for number in range(3):
            strict.say({"method": "LIST_SUBSCRIPTIONS", "id": number})
        assert (len(strict.take()), strict.closed[0]) == (2, 1008)

    asyncio.run(main())


def test_connecting_to_the_ws_api_weighs_2(world):
    async def main():
        world.connect("/ws-api/v3")
        assert world.api.rate_limits("127.0.0.1")[0]["count"] == 2
        world.connect("/ws")
        assert world.api.rate_limits("127.0.0.1")[0]["count"] == 2

    asyncio.run(main())


def test_a_banned_address_cannot_open_the_ws_api(world):
    async def main():
        with suppress(Refused):
            for _ in range(10):
                world.api.weigh("127.0.0.1", 1000)
        with pytest.raises(Refused) as caught:
            world.connect("/ws-api/v3")
        assert caught.value.status in (418, 429)

    asyncio.run(main())


def test_times_in_microseconds(world):
    async def main():
        milli, micro = world.connect("/ws", "timeUnit=MILLISECOND"), world.connect("/ws", "timeUnit=MICROSECOND")
        api = world.connect("/ws-api/v3", "timeUnit=microsecond")
        for wire in (milli, micro):
            wire.say({"method": "SUBSCRIBE", "params": ["btcusdt@trade", "btcusdt@kline_1s"], "id": 1})
        api.say({"id": 1, "method": "userDataStream.subscribe.signature", "params": world.signed()})
        api.say({"id": 2, "method": "time"})
        world.trade(10, "100")
        await world.pass_ms(1_500)
        world.place(price="90")
        usual, longer = milli.take()[1:], micro.take()[1:]
        assert len(usual) == len(longer) > 2
        for one, other in zip(usual, longer, strict=True):
            assert (other["E"], other.get("T")) == (one["E"] * 1000, one["T"] * 1000 if "T" in one else None)
            if "k" in one:
                assert (other["k"]["t"], other["k"]["T"]) == (one["k"]["t"] * 1000, one["k"]["T"] * 1000 + 999)
        _, time, report, position = api.take()
        assert time["result"]["serverTime"] % 1000 == 0
        assert time["result"]["serverTime"] > 10**15
        assert {report["event"][name] // 10**12 for name in ("E", "T", "O", "W")} == {1700}
        assert position["event"]["u"] // 10**12 == 1700
        with pytest.raises(Refused) as caught:
            world.connect("/ws", "timeUnit=second")
        assert caught.value.code == -1194

    asyncio.run(main())


def test_faults_refuse_handshakes(world):
    world.faults.add({"when": {"path": "/ws"}, "do": {"kind": "refuse_handshake", "status": 503, "retry_after": 7}})
    with pytest.raises(Refused) as caught:
        world.connect("/ws")
    assert caught.value.status == 503
    assert caught.value.data["headers"] == {"Retry-After": "7"}


def test_one_hub_for_a_venue_that_goes_with_it(make_world):
    world = make_world()
    first = world.streams
    assert world.streams is first
    other = make_world()
    assert other.streams is not first
    gone = weakref.ref(first)
    del first, world
    gc.collect()
    assert gone() is None


def test_it_works_without_a_running_loop(world):
    wire = world.connect("/ws/btcusdt@trade/btcusdt@depth@100ms")
    world.trade(10, "100")
    world.supply("BUY", "90", "1")
    world.clock._now += 150
    world.streams.tick()
    assert [frame["e"] for frame in wire.take()] == ["trade", "depthUpdate"]
