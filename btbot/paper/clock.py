"""The time: of the world, or of a simulation that jumps from event to event."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from typing import Protocol


class Clock(Protocol):
    """What the server asks of time. Signatures, rate limits and `/time` follow it."""

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        ...

    async def sleep(self, milliseconds: float) -> None:
        """Return that much later by this clock."""
        ...


class WallClock:
    """The time of this machine."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, milliseconds: float) -> None:
        await asyncio.sleep(milliseconds / 1000)


class VirtualClock:
    """Time that moves only when `advance` is called; sleepers wake in the order of their times.

    Examples
    --------
    >>> clock = VirtualClock(1_000)
    >>> clock.now_ms()
    1000
    """

    def __init__(self, start_ms: int) -> None:
        self._now = start_ms
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now_ms(self) -> int:
        return self._now

    async def sleep(self, milliseconds: float) -> None:
        if milliseconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + round(milliseconds), next(self._order), future))
        await future

    def next_ms(self) -> int | None:
        """Give the time at which the next sleeper wakes, None where nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    async def advance(self, milliseconds: int) -> None:
        """Move on, waking each sleeper at its own time and letting him run before time goes on."""
        end = self._now + milliseconds
        while (wake := self.next_ms()) is not None and wake <= end:
            self._now = wake
            _, _, future = heapq.heappop(self._sleepers)
            future.set_result(None)
            await _settle()
        self._now = end
        await _settle()


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class MarketClock:
    """The time of the market behind the exchange: it runs `speed` times as fast as the clock, from `start_ms` on.

    Parameters
    ----------
    speed
        Market seconds for each second of the clock, > 0; ``inf`` leaves time to whoever calls `move_to`.
    """

    def __init__(self, clock: Clock, *, start_ms: int, speed: float = 1.0) -> None:
        self._clock = clock
        self._begun_ms = clock.now_ms()
        self.start_ms = start_ms
        self.speed = speed
        self._moved_ms = start_ms

    def now_ms(self) -> int:
        """Market time in ms; never goes back."""
        if self.speed != float("inf"):
            passed = (self._clock.now_ms() - self._begun_ms) * self.speed
            self._moved_ms = max(self._moved_ms, self.start_ms + int(passed))
        return self._moved_ms

    def move_to(self, time_ms: int) -> None:
        """Jump forward to a market time, as a market that runs as fast as possible does."""
        self._moved_ms = max(self._moved_ms, time_ms)
