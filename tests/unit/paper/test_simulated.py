"""Time that jumps."""

from __future__ import annotations

import asyncio
import time

import pytest

from btbot.paper import simulated
from btbot.paper.simulated import SimulatedClock, Stuck


def test_a_year_of_sleep_takes_no_time() -> None:
    async def main(clock: SimulatedClock) -> int:
        await clock.sleep(365 * 86_400_000)
        return clock.now_ms()

    begun = time.monotonic()
    assert simulated.run(main, start_ms=5) == 365 * 86_400_000 + 5
    assert time.monotonic() - begun < 2


def test_sleepers_wake_in_the_order_of_their_times() -> None:
    async def main(clock: SimulatedClock) -> list[tuple[str, int]]:
        seen: list[tuple[str, int]] = []

        async def sleeper(name: str, milliseconds: float) -> None:
            await clock.sleep(milliseconds)
            seen.append((name, clock.now_ms()))

        await asyncio.gather(sleeper("c", 300), sleeper("a", 100), sleeper("b", 200.4), sleeper("now", 0))
        return seen

    assert simulated.run(main) == [("now", 0), ("a", 100), ("b", 200), ("c", 300)]


def test_time_outs_are_simulated_too() -> None:
    async def main(clock: SimulatedClock) -> int:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.get_running_loop().create_future(), 3600)
        return clock.now_ms()

    assert simulated.run(main) == 3_600_000


def test_work_of_a_thread_is_waited_for() -> None:
    async def main(clock: SimulatedClock) -> tuple[str, int]:
        return await asyncio.to_thread(lambda: time.sleep(0.05) or "done"), clock.now_ms()

    assert simulated.run(main) == ("done", 0)


def test_who_waits_for_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "PATIENCE_S", 0.05)

    async def main(clock: SimulatedClock) -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stuck, match="every task waits and no timer is left"):
        simulated.run(main)


def test_errors_come_through() -> None:
    async def main(clock: SimulatedClock) -> None:
        await clock.sleep(10)
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        simulated.run(main)
