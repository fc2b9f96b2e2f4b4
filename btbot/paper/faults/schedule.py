"""Faults that wait for a time, and what they do when it has come."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence

from btbot.paper.faults.rule import LiveRule

Task = Callable[[], None]


class Schedule:
    """Which timed rules are due, and the later parts of deeds that have several."""

    def __init__(self) -> None:
        self._tasks: list[tuple[int, int, Task]] = []
        self._order = itertools.count()

    def later(self, when_ms: int, task: Task) -> None:
        """Do something at a time of the world's clock."""
        heapq.heappush(self._tasks, (when_ms, next(self._order), task))

    def run(self, now_ms: int) -> None:
        """Do what is due by the world's clock."""
        while self._tasks and self._tasks[0][0] <= now_ms:
            heapq.heappop(self._tasks)[2]()

    def next_ms(self, rules: Sequence[LiveRule], now_ms: int, market_ms: int) -> int | None:
        """Give the world's time at which something is due, None where nothing waits for it."""
        times = [when for when, _, _ in self._tasks[:1]]
        waiting = [live for live in rules if not live.is_decided and (live.rule.when.since_ms or 0) <= market_ms]
        begins = [max(now_ms, live.begun_ms + live.rule.when.after_ms) for live in waiting]
        times += [at for live, at in zip(waiting, begins, strict=True) if live.is_awake(at, market_ms)]
        return min(times, default=None)

    def next_market_ms(self, rules: Sequence[LiveRule], market_ms: int) -> int | None:
        """Give the market's time at which a rule may be due, None where nothing waits for it."""
        dates = [live.rule.when.since_ms for live in rules if not live.is_decided]
        return min((date for date in dates if date is not None and date > market_ms), default=None)

    def clear(self) -> None:
        self._tasks.clear()
