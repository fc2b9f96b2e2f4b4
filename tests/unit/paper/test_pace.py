"""Time of the market, by a virtual clock: a market that ticks once a second."""

import asyncio
import math

import pytest

from btbot.exchange.matching import Exchange
from btbot.paper.accounts import Accounts
from btbot.paper.clock import VirtualClock
from btbot.paper.faults import Faults
from btbot.paper.pace import Pace, SteeredClock
from btbot.paper.venue import Venue


class Ticks:
    """Does something at every second of market time, as often as it is told."""

    holes = ()

    def __init__(self, count):
        self.done = []
        self.count = count
        self.start_ms = 0

    def next_ms(self):
        return (len(self.done) + 1) * 1000 if len(self.done) < self.count else None

    def step(self, exchange):
        self.done.append(self.next_ms())
        return []

    def history(self):
        return ()

    def skip_to(self, market_ms):
        pass


class Stand:
    def __init__(self, *, count=10**9, **keys):
        self.clock = VirtualClock(7_000_000)
        self.market = Ticks(count)
        steered = SteeredClock(self.clock, start_ms=0, speed=keys.get("speed", 1.0))
        self.faults = Faults()
        self.venue = Venue(
            Exchange(), markets={"X": self.market}, records={}, clock=self.clock, market_clock=steered,
            accounts=Accounts(), faults=self.faults,
        )  # fmt: skip
        self.faults.attach(self.clock, steered)
        self.pace = Pace(self.venue, steered, speed=keys.get("speed", 1.0), paused=keys.get("paused", False))


def run(stand, *steps):
    """Let the pace run while the steps are done one after the other; a number lets so many ms pass."""

    async def go():
        task = asyncio.ensure_future(stand.pace.run())
        await stand.clock.advance(0)
        for step in steps:
            if callable(step):
                step()
            else:
                await stand.clock.advance(step)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(go())
    return stand.market.done


def test_the_market_moves_at_its_speed():
    stand = Stand(speed=2.0)
    assert run(stand, 2_600) == [1000, 2000, 3000, 4000, 5000]
    assert stand.venue.market_ms() == 5_200


def test_every_event_happens_at_its_time_and_not_at_the_next_look():
    stand = Stand(speed=1.0)
    seen = []
    stand.venue.listen(lambda events: seen.append(stand.clock.now_ms()))
    run(stand, 3_100)
    assert seen == [7_001_000, 7_002_000, 7_003_000]


def test_paused_it_stands_still_until_it_is_moved():
    stand = Stand(paused=True)
    assert run(stand, 5_000) == []
    assert asyncio.run(stand.pace.move(2_500)) == 0
    assert stand.market.done == [1000, 2000]
    assert stand.venue.market_ms() == 2_500
    assert run(stand, stand.pace.resume, 600) == [1000, 2000, 3000]


def test_speed_changes_at_once():
    stand = Stand(speed=1.0)
    run(stand, 1_500, lambda: stand.pace.set_speed(10.0), 500)
    assert stand.venue.market_ms() == 6_500
    assert stand.market.done == [1000, 2000, 3000, 4000, 5000, 6000]
    run(stand, stand.pace.pause, 10_000)
    assert stand.venue.market_ms() == 6_500


def test_advancing_a_running_market_goes_on_from_there():
    stand = Stand(speed=1.0)
    asyncio.run(stand.pace.move(10_000))
    assert stand.venue.market_ms() == 10_000
    assert run(stand, 1_000)[-1] == 11_000


def test_as_fast_as_possible_ends_with_the_data():
    stand = Stand(speed=math.inf, count=5_000)
    run(stand, *[0] * 200)
    assert len(stand.market.done) == 5_000
    assert stand.venue.market_ms() == 5_000_000


def test_as_fast_as_possible_lets_others_run():
    stand = Stand(speed=math.inf)
    others = []

    async def go():
        task = asyncio.ensure_future(stand.pace.run())
        for _ in range(20):
            await asyncio.sleep(0)
            others.append(len(stand.market.done))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(go())
    assert len(set(others)) > 3


def test_a_fault_that_never_strikes_stops_no_time():
    stand = Stand(paused=True)
    stand.faults.add(
        {"when": {"since": "1970-01-01T00:00:02Z", "probability": 1e-9}, "do": {"kind": "halt", "symbol": "X"}}
    )
    asyncio.run(stand.pace.move(5_000))
    assert stand.market.done == [1000, 2000, 3000, 4000, 5000]


@pytest.mark.parametrize("speed", [1.0, math.inf])
def test_what_after_raises_ends_the_run(speed):
    stand = Stand(speed=speed)

    def after():
        raise ValueError("full disk")

    with pytest.raises(ValueError, match="full disk"):
        asyncio.run(stand.pace.run(after))


def test_time_never_goes_back():
    clock = VirtualClock(0)
    market = SteeredClock(clock, start_ms=100, speed=1.0)
    market.steer(1000.0)
    asyncio.run(clock.advance(10))
    assert market.now_ms() == 10_100
    market.steer(0.5)
    assert market.now_ms() == 10_100
    market.steer(math.inf)
    market.move_to(50)
    assert market.now_ms() == 10_100
