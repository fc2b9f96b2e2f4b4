"""Klines: running candles now and then, finished ones exactly once and before the next trade."""

import asyncio

import pytest

from btbot.paper.candles import INTERVALS, end_of, open_of

START = 1_700_000_040_000
MINUTE = 60_000


def klines(wire):
    return [frame["k"] for frame in wire.take() if frame.get("e") == "kline"]


def test_a_candle_from_its_first_trade_to_its_end(world):
    async def main():
        wire = world.connect("/ws/btcusdt@kline_1m")
        world.trade(500, "100", "2")
        world.trade(1_500, "103", "1", buyer_is_maker=True)
        await world.pass_ms(2_000)
        (running,) = klines(wire)
        assert running == {
            "t": START, "T": START + MINUTE - 1, "s": "BTCUSDT", "i": "1m", "f": 0, "L": 1,
            "o": "100.00000000", "c": "103.00000000", "h": "103.00000000", "l": "100.00000000", "v": "3.00000000",
            "n": 2, "x": False, "q": "303.00000000", "V": "2.00000000", "Q": "200.00000000", "B": "0",
        }  # fmt: skip
        await world.pass_ms(MINUTE - 2_000)
        closed, following = klines(wire)
        assert closed == {**running, "x": True}
        assert (following["t"], following["n"], following["x"]) == (START + MINUTE, 0, False)

    asyncio.run(main())


def test_updates_come_at_most_every_two_seconds_and_only_after_trades(world):
    async def main():
        wire, second = world.connect("/ws/btcusdt@kline_1h"), world.connect("/ws/btcusdt@kline_1s")
        for at in range(100, 6_300, 300):
            world.trade(at, "100")
        await world.pass_ms(6_000)
        assert len(klines(wire)) == 3
        found = klines(second)
        assert [k["t"] - START for k in found if k["x"]] == [0, 1000, 2000, 3000, 4000, 5000]
        assert len([k for k in found if not k["x"]]) <= 6
        await world.pass_ms(20_000)
        assert len(klines(wire)) == 1  # the trade at 6.1 s

    asyncio.run(main())


def test_a_candle_closes_before_the_first_trade_after_it(world):
    async def main():
        wire = world.connect("/stream", "streams=btcusdt@trade/btcusdt@kline_1m")
        world.trade(59_999, "100")
        world.trade(60_000, "101")
        world.clock._now += 61_000  # one long pause: the market catches up in one go
        world.venue.pump()
        frames = wire.take()
        assert [(f["data"]["e"], f["data"]["E"] - START) for f in frames] == [
            ("trade", 59_999), ("kline", 60_000), ("trade", 60_000),
        ]  # fmt: skip
        assert frames[1]["data"]["k"]["x"]
        assert frames[1]["data"]["k"]["c"] == "100.00000000"
        assert (frames[1]["data"]["k"]["f"], frames[1]["data"]["k"]["L"]) == (0, 0)

    asyncio.run(main())


def test_every_candle_closes_exactly_once_at_any_speed(make_world):
    async def main():
        world = make_world(speed=3600.0)
        wire = world.connect("/ws/btcusdt@kline_1h")
        for hour in range(50):
            for minute in (3, 30, 59):
                world.trade((hour * 60 + minute) * MINUTE, str(100 + hour))
        for _ in range(500):
            await world.pass_ms(107)
        closed = [k for k in klines(wire) if k["x"]]
        first = open_of("1h", START)
        assert [k["t"] for k in closed] == [first + 3_600_000 * n for n in range(len(closed))]
        assert len(closed) == (START + 53_500 * 3600 - first) // 3_600_000
        assert sum(k["n"] for k in closed) == 150

    asyncio.run(main())


def test_quiet_candles_close_too_and_are_flat(world):
    async def main():
        wire = world.connect("/ws/btcusdt@kline_1m")
        world.trade(10, "100")
        await world.pass_ms(3 * MINUTE + 10)
        found = [k for k in klines(wire) if k["x"]]
        assert [(k["t"] - START) // MINUTE for k in found] == [0, 1, 2]
        assert [(k["o"], k["c"], k["n"], k["f"], k["L"]) for k in found[1:]] == [
            ("100.00000000", "100.00000000", 0, -1, -1)
        ] * 2

    asyncio.run(main())


def test_a_jump_over_many_candles_leaves_none_out(world):
    async def main():
        wire = world.connect("/ws/btcusdt@kline_1s")
        world.trade(10, "100")
        world.trade(1_500_000, "101")
        world.clock._now += 1_500_001
        world.venue.pump()
        found = [k for k in klines(wire) if k["x"]]
        assert [k["t"] - START for k in found] == list(range(0, 1_500_000, 1000))

    asyncio.run(main())


@pytest.mark.parametrize("interval", INTERVALS)
def test_every_interval_has_the_borders_of_rest(world, interval):
    async def main():
        wire = world.connect(f"/ws/btcusdt@kline_{interval}")
        world.trade(10, "100")
        end = end_of(interval, open_of(interval, START))
        world.trade(end - START + 5, "101")
        world.clock._now = world.clock._now + end - START + 10
        world.venue.pump()
        found = [k for k in klines(wire) if k["x"]]
        assert (found[0]["t"], found[0]["T"], found[0]["i"]) == (open_of(interval, START), end - 1, interval)
        rows = world.api.call("klines", {"symbol": "BTCUSDT", "interval": interval, "limit": 2})
        stream = [found[-1]["t"], found[-1]["o"], found[-1]["h"], found[-1]["l"], found[-1]["c"], found[-1]["v"]]
        assert rows[0][:6] == stream

    asyncio.run(main())


@pytest.mark.parametrize("interval", ["1m", "8h", "6h", "12h", "1d", "3d", "1w", "1M"])
def test_days_of_utc_plus_8(world, interval):
    async def main():
        wire = world.connect(f"/ws/btcusdt@kline_{interval}@+08:00")
        world.trade(10, "100")
        shift = 8 * 3_600_000
        end = end_of(interval, open_of(interval, START + shift)) - shift
        world.trade(end - START + 5, "101")
        world.clock._now = world.clock._now + end - START + 10
        world.venue.pump()
        (closed,) = [k for k in klines(wire) if k["x"]]
        assert (closed["t"], closed["T"]) == (open_of(interval, START + shift) - shift, end - 1)
        assert (closed["o"], closed["c"], closed["v"]) == ("100.00000000", "100.00000000", "1.00000000")

    asyncio.run(main())


def test_who_comes_later_gets_no_candle_from_before(world):
    async def main():
        world.trade(10, "100")
        await world.pass_ms(90_000)
        wire = world.connect("/ws/btcusdt@kline_1m")
        await world.pass_ms(45_000)
        assert {k["t"] for k in klines(wire)} == {START + MINUTE, START + 2 * MINUTE}

    asyncio.run(main())
