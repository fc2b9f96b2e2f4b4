"""What all jobs of a download share: the client, the store, patience, and a turn for each writer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, ParamSpec, Protocol, TypeVar

from btbot.data.store.store import Store
from btbot.errors import Rejected
from btbot.exchange.client import HistoryClient

P = ParamSpec("P")
T = TypeVar("T")


class Retry(Protocol):
    """Sends a call until it succeeds, such as `btbot.exchange.retrying.retried`."""

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T: ...


class Session:
    """One download of many jobs.

    Parameters
    ----------
    store, client
        Where to, and where from.
    source
        What the record of downloads calls the exchange.
    retry
        How a call is sent.
    workers
        How many spans are asked for at a time.
    threads
        Whether the database works while answers are awaited; on simulated time it must not.
    """

    def __init__(
        self, store: Store, client: HistoryClient, *, source: str, retry: Retry, workers: int, threads: bool
    ) -> None:
        self.store = store
        self.client = client
        self.source = source
        self.workers = workers
        self._retry = retry
        self._threads = threads
        self._turns = asyncio.Semaphore(workers)
        self._writes = asyncio.Lock()
        self._now_ms: int | None = None
        self._asking = asyncio.Lock()

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait until fewer than `workers` spans are being asked for."""
        return self._turns

    async def ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """Send a call with patience."""
        return await self._retry(call)

    async def now_ms(self) -> int:
        """Give the exchange's time at the beginning: what closes later is for the next download."""
        async with self._asking:
            if self._now_ms is None:
                self._now_ms = await self.ask(self.client.time_ms)
        return self._now_ms

    async def market_ms(self, symbol: str) -> int:
        """Return how far a market is: a replay, and one that was halted, are not where the clock is."""
        now = await self.now_ms()
        try:
            market = await self.ask(lambda: self.client.market_time_ms(symbol))
        except Rejected:  # of a market that is gone there is history, but no ticker
            return now
        return now if market is None else min(now, market)

    async def run(self, work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """Let the database do something; one at a time, since it writes one at a time."""
        async with self._writes:
            if not self._threads:
                return work(*arguments, **options)
            return await self.finish(asyncio.to_thread(work, *arguments, **options))

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something to its end, also where all is cancelled meanwhile: a transaction, and what is said about it."""
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            while not task.done():  # who cancels may do so twice
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([task])
            if not task.cancelled():
                task.exception()
            raise
