"""Events are made once, whoever reads them; the memory of what nobody reads is given back."""

import asyncio

from btbot.paper.streams import feed


def test_an_event_is_made_once_for_all(world, monkeypatch):
    made = []
    original = feed.encode
    monkeypatch.setattr(feed, "encode", lambda payload: made.append(payload) or original(payload))

    async def main():
        raw = [world.connect("/ws/btcusdt@trade") for _ in range(50)]
        wrapped = [world.connect("/stream", "streams=btcusdt@trade") for _ in range(50)]
        world.trade(10, "100")
        await world.pass_ms(20)
        assert len(made) == 1
        for group in (raw, wrapped):
            assert len({id(wire.frames[0]) for wire in group}) == 1  # one text, not copies

    asyncio.run(main())


def test_streams_nobody_reads_are_dropped(world):
    async def main():
        wires = [world.connect("/ws/btcusdt@trade/btcusdt@kline_1m/btcusdt@depth") for _ in range(3)]
        assert world.streams.counts()["streams"] == 3
        for wire in wires:
            wire.session.closed()
        assert world.streams.counts()["streams"] == 0
        again = world.connect("/ws/btcusdt@depth@100ms")
        world.supply("BUY", "90", "1")
        await world.pass_ms(100)
        assert [frame["u"] for frame in again.take()] == [1]

    asyncio.run(main())


def test_what_a_reader_does_while_events_go_out_disturbs_nobody(world):
    async def main():
        first, second, third = (world.connect("/ws/btcusdt@trade") for _ in range(3))
        send = first.send

        def leave(frame):
            send(frame)
            first.session.closed()
            second.session.closed()

        first.send = leave
        world.trade(10, "100")
        world.trade(11, "101")
        await world.pass_ms(20)
        assert (len(first.frames), len(third.frames)) == (1, 2)

    asyncio.run(main())


def test_the_order_of_events_is_that_of_happening_for_every_reader(world):
    async def main():
        world.book()
        wire = world.connect("/stream", "streams=btcusdt@trade/ethusdt@trade/btcusdt@aggTrade")
        for number in range(40):
            world.trade(10 + number, "100", symbol="BTCUSDT" if number % 3 else "ETHUSDT")
        await world.pass_ms(60)
        times = [frame["data"]["T"] for frame in wire.take() if frame["data"]["e"] == "trade"]
        assert times == sorted(times)
        assert len(times) == 40

    asyncio.run(main())


def test_counts(world):
    async def main():
        world.connect("/ws/btcusdt@trade/btcusdt@depth")
        world.user()
        await world.pass_ms(1)
        counts = world.streams.counts()
        assert (counts["sessions"], counts["streams"], counts["user_subscriptions"]) == (2, 2, 1)

    asyncio.run(main())
