"""Depth: no update is left out, whoever begins when; partial books; best prices at once."""

import asyncio
import random
from itertools import pairwise

from btbot.exchange.units import text, units

START = 1_700_000_040_000


class LocalBook:
    """The procedure that Binance documents for a local order book."""

    def __init__(self, events, snapshot):
        self.last = snapshot["lastUpdateId"]
        self.sides = {"b": dict(snapshot["bids"]), "a": dict(snapshot["asks"])}
        assert not events or events[0]["U"] <= self.last + 1
        for event in events:
            self.apply(event)

    def apply(self, event):
        if event["u"] <= self.last:
            return
        assert event["U"] <= self.last + 1, "a gap"
        for side, levels in self.sides.items():
            for price, quantity in event[side]:
                if float(quantity):
                    levels[price] = quantity
                else:
                    levels.pop(price, None)
        self.last = event["u"]


def change(world, dice):
    book = world.exchange.books["BTCUSDT"]
    side = dice.choice(("BUY", "SELL"))
    price = units(str(dice.randint(80, 99) if side == "BUY" else dice.randint(101, 120)))
    if dice.random() < 0.5:
        world.exchange.supply("BTCUSDT", side, price, units(str(dice.randint(1, 9))), 0)
    else:
        world.exchange.withdraw("BTCUSDT", side, price, units(str(dice.randint(1, 9))), 0)
    return book


def state_of(world):
    book = world.exchange.books["BTCUSDT"]
    return {
        "b": {text(price): text(quantity) for price, quantity in book.levels("BUY", 5000)},
        "a": {text(price): text(quantity) for price, quantity in book.levels("SELL", 5000)},
    }


def test_diffs_join_snapshots_taken_at_any_time(world):
    async def main():
        dice = random.Random(4)
        world.book()
        wires = [world.connect("/ws/btcusdt@depth@100ms"), world.connect("/ws/btcusdt@depth")]
        buffered = [[], []]
        snapshots = []
        for step in range(400):
            if step == 130:
                wires.append(world.connect("/ws/btcusdt@depth@100ms"))
                buffered.append([])
            for _ in range(dice.randint(0, 3)):
                change(world, dice)
            if dice.random() < 0.1:
                snapshots.append((step, world.api.call("depth", {"symbol": "BTCUSDT", "limit": 5000})))
            await world.pass_ms(dice.randint(1, 90))
            for events, wire in zip(buffered, wires, strict=True):
                events += wire.take()
        await world.pass_ms(1_000)
        for events, wire in zip(buffered, wires, strict=True):
            events += wire.take()
            assert all(later["U"] == earlier["u"] + 1 for earlier, later in pairwise(events))
        assert len(snapshots) > 20
        for at, snapshot in snapshots:
            for number, events in enumerate(buffered):
                if number < 2 or at >= 130:
                    local = LocalBook([e for e in events if e["u"] > snapshot["lastUpdateId"]], snapshot)
                    assert local.last == world.exchange.books["BTCUSDT"].update_id
                    assert local.sides == state_of(world)

    asyncio.run(main())


def test_depth_comes_every_100_ms_or_every_second_and_only_after_changes(world):
    async def main():
        fast, slow = world.connect("/ws/btcusdt@depth@100ms"), world.connect("/ws/btcusdt@depth@1000ms")
        for price in range(90, 70, -1):
            world.supply("BUY", str(price), "1")
            await world.pass_ms(100)
        assert len(fast.take()) == 20
        first, second = slow.take()
        assert (first["E"] - START, second["E"] - START) == (1000, 2000)
        assert (first["U"], first["u"], second["U"], second["u"]) == (1, 10, 11, 20)
        assert [row[0] for row in first["b"]] == [text(units(str(price))) for price in range(90, 80, -1)]
        await world.pass_ms(5_000)
        assert fast.take() == slow.take() == []

    asyncio.run(main())


def test_an_event_has_what_changed_since_the_last_one_and_nothing_else(world):
    async def main():
        world.book()
        early = world.connect("/ws/btcusdt@depth@100ms")
        world.supply("SELL", "101", "1")
        await world.pass_ms(100)
        world.supply("SELL", "102", "1")
        late = world.connect("/ws/btcusdt@depth@1000ms")
        world.supply("BUY", "90", "1")
        await world.pass_ms(1_000)
        first, second = early.take()
        assert ([row[0] for row in first["a"]], first["U"], first["u"]) == (["101.00000000"], 11, 11)
        assert [row[0] for row in second["a"] + second["b"]] == ["102.00000000", "90.00000000"]
        (only,) = late.take()
        assert (only["a"], [row[0] for row in only["b"]], only["U"], only["u"]) == ([], ["90.00000000"], 13, 13)

    asyncio.run(main())


def test_nobody_gathers_changes_for_those_who_left(world):
    async def main():
        for _ in range(3):
            wire = world.connect("/ws/btcusdt@depth@100ms")
            wire.session.closed()
        assert world.streams._taps["BTCUSDT"]._feeds == []

    asyncio.run(main())


def test_a_level_that_came_and_went_is_told_as_gone(world):
    async def main():
        wire = world.connect("/ws/btcusdt@depth@100ms")
        world.supply("BUY", "90", "1")
        world.exchange.withdraw("BTCUSDT", "BUY", units("90"), units("1"), 0)
        await world.pass_ms(100)
        (event,) = wire.take()
        assert event["b"] == [["90.00000000", "0.00000000"]]
        assert (event["U"], event["u"]) == (1, 2)

    asyncio.run(main())


def test_partial_books(world):
    async def main():
        wires = {levels: world.connect(f"/ws/btcusdt@depth{levels}@100ms") for levels in (5, 10, 20)}
        for price in range(70, 100):
            world.supply("BUY", str(price), "1")
        await world.pass_ms(100)
        for levels, wire in wires.items():
            (event,) = wire.take()
            assert list(event) == ["lastUpdateId", "bids", "asks"]
            assert event["lastUpdateId"] == 30
            assert [row[0] for row in event["bids"]] == [text(units(str(99 - at))) for at in range(levels)]
            assert event["asks"] == []
        await world.pass_ms(500)
        assert wires[5].take() == []

    asyncio.run(main())


def test_best_prices_at_once_and_only_when_they_change(world):
    async def main():
        world.book()
        wire = world.connect("/ws/btcusdt@bookTicker")
        world.place("alice", price="99.5", quantity="0.5")
        (event,) = wire.take()
        assert event == {
            "u": 11, "s": "BTCUSDT", "b": "99.50000000", "B": "0.50000000", "a": "101.00000000", "A": "2.00000000",
        }  # fmt: skip
        world.place("alice", price="98", quantity="0.5")
        assert wire.take() == []
        world.place("bob", "SELL", price="99.5", quantity="0.2")
        assert [e["B"] for e in wire.take()] == ["0.30000000"]

    asyncio.run(main())


def test_liquidity_that_comes_without_an_event_is_seen_too(world):
    async def main():
        wire = world.connect("/ws/btcusdt@bookTicker")
        world.supply("BUY", "90", "1")
        await world.pass_ms(100)
        assert [event["b"] for event in wire.take()] == ["90.00000000"]

    asyncio.run(main())


def test_a_symbol_that_is_not_listed_is_silent_and_harmless(world):
    async def main():
        wire = world.connect("/stream", "streams=" + "/".join(
            f"dogeusdt@{kind}" for kind in ("depth@100ms", "depth5", "bookTicker", "kline_1m", "ticker", "avgPrice", "aggTrade", "ticker_1h")
        ))  # fmt: skip
        await world.pass_ms(5_000)
        assert wire.take() == []
        assert wire.closed is None

    asyncio.run(main())
