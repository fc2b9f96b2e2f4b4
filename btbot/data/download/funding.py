"""Funding rates of one perpetual, page by page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from btbot.data.download.job import Downloaded
from btbot.data.download.plan import unanswered
from btbot.data.download.session import Session
from btbot.data.download.spans import Span
from btbot.data.store.columns import IntArray
from btbot.data.store.downloads import Piece, digest
from btbot.data.store.merge import Written
from btbot.exchange.client import FundingRate

_LIMIT = 1_000
_USUAL_MS = 8 * 3_600_000
_SEAM_MS = 9 * _USUAL_MS  # what is compared anew
_LATE = 1.5


class FundingHistory:
    """Funding rates of a job; the parameters are those of `btbot.data.download.candles.CandleHistory`."""

    def __init__(self, session: Session, found: Downloaded, told: Callable[[int, int], None]) -> None:
        self._session = session
        self._found = found
        self._told = told
        self._channel = found.job.channel(session.client.name, session.client.market)

    async def wanted(self, since_ms: int, until_ms: int | None) -> list[Span]:
        """Return the spans to ask for."""
        now = await self._session.now_ms()
        end = now if until_ms is None else min(until_ms, now)
        if since_ms >= end:
            return []
        session = self._session
        missing = await session.run(unanswered, session.store, self._channel, (since_ms, end), source=session.source)
        return [(max(start - _SEAM_MS, since_ms), stop) for start, stop in missing]

    async def fetch(self, spans: Sequence[Span]) -> None:
        """Ask for spans, and write what comes; errors as `CandleHistory.fetch`."""
        for start, end in spans:
            async with self._session.turn():
                await self._walk(start, end)

    async def _walk(self, start: int, end: int) -> None:
        at = asked = start
        while asked < end:
            rates = await self._ask(asked) or await self._ask(asked)
            if rates:
                upto = min(rates[-1].time_ms + 1, end)
                await self._write(rates, at, upto)
                at = asked = upto
            else:
                asked += _LIMIT * _USUAL_MS  # some exchanges answer for one window only
        # The next rate may be due soon: only what is over is known to be empty.
        over = min(end, await self._session.now_ms() - _SEAM_MS)
        if over > at:
            await self._write([], at, over)

    async def _ask(self, start: int) -> list[FundingRate]:
        client, symbol = self._session.client, self._found.job.symbol
        rates = await self._session.ask(lambda: client.funding(symbol, start, _LIMIT))
        sound = {rate.time_ms: rate for rate in rates if rate.time_ms >= start and math.isfinite(rate.rate)}
        return [sound[time_ms] for time_ms in sorted(sound)]

    async def _write(self, rates: Sequence[FundingRate], start: int, end: int) -> None:
        await self._session.finish(self._written(rates, start, end))

    async def _written(self, rates: Sequence[FundingRate], start: int, end: int) -> None:
        rates = [rate for rate in rates if rate.time_ms < end]
        time = np.array([rate.time_ms for rate in rates], np.int64)
        parts = pieces(time, start, end)
        written = await self._session.run(self._put, rates, time, parts)
        ends = (int(time[0]), int(time[-1])) if len(time) else (None, None)
        self._found.count(inserted=written.inserted, changed=written.changed, first=ends[0], last=ends[1])
        self._found.empty += [(low, high) for low, high, count, *_ in parts if not count]
        if written.changed:
            self._found.note(f"{written.changed} stored funding rates were changed by the exchange")
        self._told(end - start, len(rates))

    def _put(self, rates: Sequence[FundingRate], time: IntArray, parts: Sequence[Piece]) -> Written:
        store, channel, written = self._session.store, self._channel, Written()
        rate = np.array([one.rate for one in rates], np.float64)
        mark = np.array([math.nan if one.mark_price is None else one.mark_price for one in rates], np.float64)
        with store.writing() as connection:
            if rates:
                written = store.funding.write(
                    channel.symbol, time, rate, mark,
                    exchange=channel.exchange, market=channel.market, connection=connection,
                )  # fmt: skip
            store.downloads.record_many(
                connection, channel, parts,
                source=self._session.source, changed=written.changed, sha256=digest(time, rate, mark),
            )  # fmt: skip
        return written


def pieces(time: IntArray, start: int, end: int) -> list[Piece]:
    """Return ``[start, end)`` as spans with rates and spans in which one is missing, judged by the usual distance.

    Examples
    --------
    >>> pieces(np.array([0, 10, 20, 50, 60]), 0, 61)
    [(0, 30, 3, 0, 20), (30, 50, 0, None, None), (50, 61, 2, 50, 60)]
    """
    if not len(time):
        return [(start, end, 0, None, None)]
    steps = np.diff(time)
    usual = int(np.median(steps)) if len(steps) else _USUAL_MS
    cuts = np.flatnonzero(steps > _LATE * usual) + 1
    found: list[Piece] = []
    at = start
    if time[0] - start > _LATE * max(usual, _USUAL_MS):
        found.append((start, int(time[0]), 0, None, None))
        at = int(time[0])
    groups = np.split(time, cuts)
    for number, group in enumerate(groups):
        begin, is_last = int(group[0]), number == len(groups) - 1
        if begin > at and found and found[-1][2]:
            found.append((at, begin, 0, None, None))
            at = begin
        stop = end if is_last else int(group[-1]) + usual
        found.append((at, stop, len(group), begin, int(group[-1])))
        at = stop
    return found
