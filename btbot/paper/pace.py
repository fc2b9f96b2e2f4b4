"""How fast the market's time passes, and who lets it pass."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from btbot.paper.clock import MarketClock
from btbot.paper.venue import Venue

_IDLE_MS = 250.0
_STEPS = 32
_BREATH_MS = 5
_PATIENCE = 1000  # of 5 ms


class SteeredClock(MarketClock):
    """A market clock whose speed can be changed while it runs."""

    def steer(self, speed: float) -> None:
        """Go on from the present time at another speed; ``inf`` stands still until `move_to` is called."""
        self.start_ms = self._moved_ms = self.now_ms()
        self._begun_ms = self._clock.now_ms()
        self.speed = speed


class Pace:
    """Runs the market of a venue by its clocks: at a speed, as fast as possible, or step by step while paused.

    Parameters
    ----------
    clock
        The venue's market clock.

    Attributes
    ----------
    is_behind
        Says whether clients have yet to take what they were sent. A market that runs as fast as possible waits for
        them, but not for ever.
    """

    def __init__(self, venue: Venue, clock: SteeredClock, *, speed: float, paused: bool = False) -> None:
        self.speed = speed
        self.paused = paused
        self.is_behind: Callable[[], bool] = lambda: False
        self._venue = venue
        self._clock = clock
        self._changed = asyncio.Event()
        self._moving = 0
        self._steer()

    async def run(self, after: Callable[[], None] = lambda: None) -> None:
        """Let time pass until cancelled; `after` is called with each turn, at least four times a second."""
        while True:
            self._changed.clear()
            wait = self._turn()
            after()
            if wait <= 0:
                await self._breathe()
            else:
                await self._wait(wait)

    def set_speed(self, speed: float) -> None:
        """Go on at another speed from now on."""
        self.speed = speed
        self._steer()

    def pause(self) -> None:
        """Let the market clock stand still."""
        self.paused = True
        self._steer()

    def resume(self) -> None:
        """Let the market clock run again."""
        self.paused = False
        self._steer()

    async def move(self, milliseconds: int) -> int:
        """Do all that happens in a span of market time, as fast as possible; give the number of events."""
        end = self._venue.market_ms() + milliseconds
        done = 0
        self._moving += 1
        self._clock.steer(math.inf)
        try:
            while True:
                more, is_over = self._steps(end)
                done += more
                if is_over:
                    break
                await self._breathe()
        finally:
            self._moving -= 1
            self._steer()
        return done

    def wake(self) -> None:
        """Look at once whether there is something to do, as when live data has come in."""
        self._changed.set()

    def _turn(self) -> float:
        """Let the market do what is due; give the milliseconds until the next turn."""
        venue = self._venue
        if self._moving:
            return _IDLE_MS
        if self.paused:
            venue.pump()
            fault_ms = venue.faults.next_ms()
            return _IDLE_MS if fault_ms is None else min(max(fault_ms - venue.clock.now_ms(), 1), _IDLE_MS)
        if not math.isinf(self.speed):
            venue.pump()
            due = venue.next_due_ms()
            return _IDLE_MS if due is None else min(due, _IDLE_MS)
        _, is_over = self._steps(None)
        return _IDLE_MS if is_over else 0.0

    def _steps(self, end: int | None) -> tuple[int, bool]:
        """Take some steps, each at its time; give the number of events and whether `end`, or that of all data, came."""
        done = self._venue.pump()
        for _ in range(_STEPS):
            due = self._due()
            if due is None or (end is not None and due > end):
                if end is not None:
                    self._clock.move_to(end)
                    done += self._venue.pump()
                return done, True
            self._clock.move_to(due)
            done += self._venue.pump()
        return done, False

    def _due(self) -> int | None:
        """Return when something happens after what has been done; what is still due by now, nothing will move."""
        now, venue = self._venue.market_ms(), self._venue
        times = (*(market.next_ms() for market in venue.markets.values()), venue.faults.next_market_ms())
        return min((when for when in times if when is not None and when > now), default=None)

    async def _breathe(self) -> None:
        """Let everybody else run, and readers catch up."""
        await asyncio.sleep(0)
        for _ in range(_PATIENCE):
            if not self.is_behind():
                return
            await self._venue.clock.sleep(_BREATH_MS)

    async def _wait(self, milliseconds: float) -> None:
        """Wait so long, or until something has changed."""
        sleeping = asyncio.ensure_future(self._venue.clock.sleep(milliseconds))
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait((sleeping, changed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            changed.cancel()

    def _steer(self) -> None:
        self._clock.steer(math.inf if self.paused or self._moving else self.speed)
        self._changed.set()
