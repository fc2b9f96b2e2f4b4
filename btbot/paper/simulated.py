"""A run on simulated time: an event loop that jumps to the next timer as soon as nothing else can happen.

Days of sleeping pass in no time and every run of the same program is the same to the last step. Nothing on such a loop
may wait for a socket, a thread or another process: those follow the world's time.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 5.0


class Stuck(RuntimeError):
    """Every task waits and no timer is left: nothing would ever happen again."""


class SimulatedClock:
    """The time of a simulated loop.

    Parameters
    ----------
    start_ms
        What `now_ms` gives at the beginning.
    """

    def __init__(self, start_ms: int) -> None:
        self.start_ms = start_ms
        self.seconds = 0.0

    def now_ms(self) -> int:
        return self.start_ms + int(self.seconds * 1000 + 0.5)

    async def sleep(self, milliseconds: float) -> None:
        await asyncio.sleep(milliseconds / 1000)


class _Jumping(selectors.DefaultSelector):
    """Instead of waiting for the next timer, move the clock to it."""

    clock: SimulatedClock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is not None:
            self.clock.seconds += timeout
            return []
        ready = super().select(PATIENCE_S)  # a thread that ends (the loop's own executor) wakes the loop by a socket
        if not ready:
            raise Stuck("every task waits and no timer is left")
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: SimulatedClock) -> None:
        selector = _Jumping()
        selector.clock = clock
        self._simulated = clock
        super().__init__(selector)
        self._clock_resolution = 1e-6  # of the loop's own comparison; that of the system vanishes in a year of seconds

    def time(self) -> float:
        return self._simulated.seconds


def run(main: Callable[[SimulatedClock], Awaitable[T]], *, start_ms: int = 0) -> T:
    """Run a program on simulated time and give its result.

    Parameters
    ----------
    main
        Called with the clock, inside the loop; `asyncio.sleep`, `wait_for` and `call_later` follow that clock too.

    Raises
    ------
    Stuck
        Where the program waits for what never comes.

    Examples
    --------
    >>> async def a_day(clock: SimulatedClock) -> int:
    ...     await asyncio.sleep(86_400)
    ...     return clock.now_ms()
    >>> run(a_day, start_ms=1_000)
    86401000
    """
    clock = SimulatedClock(start_ms)

    async def begin() -> T:
        return await main(clock)

    with asyncio.Runner(loop_factory=lambda: _Loop(clock)) as runner:
        return runner.run(begin())
