"""A series against what its exchange, or another one, answers today."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np

from btbot.data.check.comparing import Sources
from btbot.data.check.report import Checked
from btbot.data.store import Series, Store, rows
from btbot.data.store.columns import EMPTY, Columns
from btbot.exchange.client import Candles, HistoryClient
from btbot.records import Finding

Patience = Callable[[Callable[[], Awaitable[Candles]]], Awaitable[Candles]]


async def once(call: Callable[[], Awaitable[Candles]]) -> Candles:
    """Send a call without patience."""
    return await call()


async def sample(
    store: Store,
    client: HistoryClient,
    checked: Checked,
    *,
    pages: int,
    tolerance: float | None,
    retry: Patience = once,
    at: str | None = None,
) -> list[Finding]:
    """Compare a series with what an exchange answers about some spans of it, evenly spread from its first to its last.

    Parameters
    ----------
    pages
        How many questions are asked, at least 1.
    tolerance
        By how much closes may differ, as a fraction; None where every value must be the same.
    retry
        How a call is sent, such as `btbot.exchange.retrying.retried`.
    at
        Address of the server, where it is not the exchange's own.
    """
    of, place = checked.of, "" if at is None else f" at {at}"
    judge = Sources(of, f"what {client.name} answers{place}", tolerance=tolerance)
    async for start, end, theirs in _pages(client, checked, pages, retry):
        with store.reading() as connection:
            ours = rows.read(connection, [of.id], start, end).get(of.id, EMPTY)
        judge.take(ours, theirs)
    return list(judge.findings())


async def _pages(
    client: HistoryClient, checked: Checked, pages: int, retry: Patience
) -> AsyncIterator[tuple[int, int, Columns]]:
    """Yield spans with the candles of an exchange that open in them, only such as ours may be compared with."""
    of, limit = checked.of, client.candle_limit(checked.of.timeframe)
    latest = max(checked.last - (limit - 1) * of.timeframe.ms, checked.first)
    known = checked.first
    for at in np.linspace(checked.first, latest, pages).astype(np.int64).tolist():
        start = max(of.timeframe.floor(at), known)
        if start > checked.last:
            return
        answer = await retry(_call(client, of, start, limit))
        inside = (answer.time >= start) & (answer.time <= checked.last)
        theirs = Columns(answer.time[inside], answer.values[inside])
        if len(theirs.time):
            known = int(theirs.time[-1]) + 1
            yield int(theirs.time[0]), known, theirs


def _call(client: HistoryClient, of: Series, start: int, limit: int) -> Callable[[], Awaitable[Candles]]:
    return lambda: client.candles(of.symbol, of.timeframe, start, limit)
