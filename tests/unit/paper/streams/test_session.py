"""The life of a connection: pings, the day, slow readers, faults."""

import asyncio

import pytest

DAY = 24 * 3_600_000


def test_a_ping_every_20_seconds_with_the_time_as_payload(world):
    async def main():
        wire = world.connect("/ws")
        begun = world.clock.now_ms()
        await world.pass_ms(65_000)
        assert wire.pings == [str(begun + 20_000 * n).encode() for n in (1, 2, 3)]
        assert wire.closed is None

    asyncio.run(main())


@pytest.mark.parametrize("path", ["/ws", "/ws-api/v3"])
def test_a_minute_without_pong_ends_the_connection(world, path):
    async def main():
        wire = world.connect(path)
        wire.answers = False
        await world.pass_ms(79_999)
        assert wire.closed is None
        await world.pass_ms(1)
        assert wire.closed == (1008, "Pong timeout")
        assert world.streams.counts()["sessions"] == 0

    asyncio.run(main())


def test_only_a_pong_with_the_payload_counts(world):
    async def main():
        empty, late = world.connect("/ws"), world.connect("/ws")
        empty.answers = late.answers = False
        for _ in range(7):
            await world.pass_ms(10_000)
            empty.session.ponged(b"")
        late.session.ponged(late.pings[-1])  # answers the older ones too
        await world.pass_ms(20_000)
        assert empty.closed == (1008, "Pong timeout")
        assert late.closed is None

    asyncio.run(main())


@pytest.mark.parametrize("path", ["/ws/btcusdt@trade", "/ws-api/v3"])
def test_a_connection_lives_for_24_hours(world, path):
    async def main():
        wire = world.connect(path)
        for _ in range(24):
            await world.pass_ms(3_600_000 - 1)
        assert wire.closed is None
        await world.pass_ms(24)
        assert wire.closed[0] == 1001
        world.trade(DAY + 1_000, "100")
        await world.pass_ms(2_000)

    asyncio.run(main())


def test_ticks_from_outside_do_no_harm(world):
    async def main():
        wire = world.connect("/ws")
        for _ in range(45):
            await world.pass_ms(1_000)
            for _ in range(3):
                wire.session.tick()
                world.streams.tick()
        assert len(wire.pings) == 2

    asyncio.run(main())


def test_a_reader_who_does_not_read_is_cut_off_and_the_others_go_on(world):
    async def main():
        slow, quick = world.connect("/ws/btcusdt@trade"), world.connect("/ws/btcusdt@trade")
        slow.stuck = 5 * 2**20
        for number in range(100):
            world.trade(10 + number, "100")
        await world.pass_ms(200)
        assert slow.closed == (1008, "Too slow")
        assert len(slow.frames) == 32
        assert len(quick.frames) == 100

    asyncio.run(main())


def test_a_connection_that_has_gone_gets_and_keeps_nothing(world):
    async def main():
        wire = world.connect("/ws/btcusdt@trade/btcusdt@depth@100ms")
        user = world.user()
        await world.pass_ms(1)
        user.take()
        for one in (wire, user):
            one.session.closed()
            one.session.closed()
        assert world.streams.counts() == {"sessions": 0, "streams": 0, "user_subscriptions": 0, "frames": 0}
        world.trade(10, "100")
        world.place()
        await world.pass_ms(30_000)
        assert wire.frames == user.frames == []

    asyncio.run(main())


def test_sockets_without_pings_are_served(world):
    async def main():
        wire = world.connect("/ws/btcusdt@trade")
        wire.session._ping = None
        world.trade(10, "100")
        await world.pass_ms(200_000)
        assert wire.closed is None
        assert len(wire.frames) == 1

    asyncio.run(main())


def strike(world, do, **when):
    world.faults.add({"when": when, "do": do})


def events(world, wire, count=6):
    for number in range(count):
        world.trade(10 + number, "100")
    return wire


def test_lost_doubled_delayed_and_malformed_frames(world):
    async def main():
        strike(world, "lose", stream="btcusdt@trade", nth=1)
        strike(world, {"kind": "double"}, stream="btcusdt@trade", nth=2)
        strike(world, {"kind": "delay", "ms": 500}, stream="btcusdt@trade", nth=3)
        wire = events(world, world.connect("/ws/btcusdt@trade"))
        await world.pass_ms(50)
        assert [frame["t"] for frame in wire.take()] == [1, 1, 3, 4, 5]
        await world.pass_ms(500)
        assert [frame["t"] for frame in wire.take()] == [2]

    asyncio.run(main())


def test_a_silent_connection_answers_pings_alone_and_a_dead_one_nothing(world):
    async def main():
        silent, dead = world.connect("/ws/btcusdt@trade"), world.connect("/ws/ethusdt@trade")
        strike(world, "pong_only", path="/ws/btcusdt@trade")
        strike(world, "half_open", path="/ws/ethusdt@trade")
        for wire in (silent, dead):
            wire.session.pinged(b"x")
            wire.say({"method": "LIST_SUBSCRIPTIONS", "id": 1})
        events(world, silent)
        await world.pass_ms(70_000)
        assert silent.frames == dead.frames == []
        assert (silent.pongs, dead.pongs) == ([b"x"], [])
        assert silent.session.answers_ping()
        assert not dead.session.answers_ping()
        assert dead.session.dead
        assert (len(silent.pings), len(dead.pings)) == (3, 0)

    asyncio.run(main())


def test_a_close_after_some_frames(world):
    async def main():
        strike(world, {"kind": "close", "after_frames": 3, "code": 1006}, path="/ws/btcusdt@trade")
        wire = events(world, world.connect("/ws/btcusdt@trade"))
        await world.pass_ms(50)
        assert len(wire.frames) == 3
        assert wire.closed == (1006, "")

    asyncio.run(main())


def test_a_dead_connection_costs_nothing(world):
    async def main():
        strike(world, "half_open", path="/ws/btcusdt@trade")
        world.connect("/ws/btcusdt@trade")
        pumped = []
        pump = world.venue.pump
        world.venue.pump = lambda: pumped.append(1) or pump()
        await world.pass_ms(100_000)
        assert len(pumped) < 20

    asyncio.run(main())
