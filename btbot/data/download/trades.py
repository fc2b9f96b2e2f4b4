"""Trades of one market, page by page: from a time on, then by the id of the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from btbot.data.download.job import Downloaded, stamp
from btbot.data.download.plan import unanswered
from btbot.data.download.session import Session
from btbot.data.download.spans import Span, parts
from btbot.data.download.together import together
from btbot.data.store.downloads import digest
from btbot.data.store.merge import Written
from btbot.data.store.tape import Tape
from btbot.exchange.client import TapeTrade

_LIMIT = 1_000
_CHUNK_MS = 6 * 3_600_000


class TradeHistory:
    """Trades of a job; the parameters are those of `btbot.data.download.candles.CandleHistory`."""

    def __init__(self, session: Session, found: Downloaded, told: Callable[[int, int], None]) -> None:
        self._session = session
        self._found = found
        self._told = told
        self._symbol = found.job.symbol
        self._odd: set[int] = set()  # times from which on the next call had better ask again
        self._over: int | None = None  # no trades from here on
        self._end = 0
        self._silence: Span = (0, 0)  # no trades in it, as the exchange says
        self._channel = found.job.channel(session.client.name, session.client.market)

    async def wanted(self, since_ms: int, until_ms: int | None) -> list[Span]:
        """Return the spans to ask for: up to where the market is, as far as the exchange says."""
        session = self._session
        market = await session.market_ms(self._symbol)
        end = market if until_ms is None else min(market, until_ms)
        if since_ms >= end:
            return []
        return await session.run(unanswered, session.store, self._channel, (since_ms, end), source=session.source)

    async def fetch(self, spans: Sequence[Span]) -> None:
        """Ask for spans, and write what comes; errors as `CandleHistory.fetch`."""
        self._end = max((end for _, end in spans), default=0)
        for start, end in spans:
            async with self._session.turn():
                begin = await self._begin(start, end)
            coming = parts((begin, end), _CHUNK_MS)
            await together(self._chunks(coming) for _ in range(self._session.workers))

    async def _begin(self, start: int, end: int) -> int:
        """Return where the first trade is; an exchange is silent about the years before it in one answer."""
        if end - start <= _CHUNK_MS:
            return start
        page = await self._asked_twice(start, [])
        if not page:
            return end
        begin = min(page[0].time_ms, end)
        if begin > start:
            await self._write([], start, begin)
        return begin

    async def _chunks(self, coming: Iterator[Span]) -> None:
        """Take one part after another of those that all workers share: of years there are too many to begin all."""
        for part in coming:
            await self._chunk(part)

    async def _chunk(self, part: Span) -> None:
        async with self._session.turn():
            if self._over is not None and part[0] >= self._over:
                return
            if not (self._silence[0] <= part[0] and part[1] <= self._silence[1]):
                await self._walk(*part)

    async def _walk(self, start: int, end: int) -> None:
        """Ask from `start` on; where nothing came, nothing is written down: trades may only be late."""
        at, last = start, list[TapeTrade]()
        while at < end:
            page = await self._next(at, last)
            if not page:
                self._over = at if self._over is None else min(at, self._over)
                return
            if page[0].time_ms > end:  # one answer tells of a silence that later parts need not ask about
                self._silence = (at, min(page[0].time_ms, self._end))
                await self._write([], *self._silence)
                return
            upto = min(page[-1].time_ms, end)
            await self._write([one for one in page if one.time_ms < end], at, upto)
            at, last = upto, [*last, *page] if upto == at else page

    async def _next(self, at: int, last: list[TapeTrade]) -> list[TapeTrade]:
        """Ask for what follows the last page; once more where ids that follow one another do not."""
        page = await self._asked_twice(at, last)
        if not page and last and not self._session.client.trades_by_id:
            return await self._behind(at, len(last))
        if page and last and _leaps(last[-1], page):
            again = await self._ask(at, last)
            if again and _number(again[0]) <= _number(page[0]):
                page = again
            if _leaps(last[-1], page):
                self._found.note(
                    f"trades between {last[-1].trade_id} and {page[0].trade_id} are missing at the exchange"
                )
        return page

    async def _asked_twice(self, at: int, last: list[TapeTrade]) -> list[TapeTrade]:
        return await self._ask(at, last) or await self._ask(at, last)

    async def _ask(self, at: int, last: list[TapeTrade]) -> list[TapeTrade]:
        """Return the trades that follow those of the last page, of which the exchange repeats some."""
        client, symbol = self._session.client, self._symbol
        if last and client.trades_by_id:
            page = await self._session.ask(lambda: client.trades(symbol, after_id=last[-1].trade_id, limit=_LIMIT))
        else:
            page = await self._session.ask(lambda: client.trades(symbol, start_ms=at, limit=_LIMIT))
        known = {one.trade_id for one in last}
        fresh = {
            one.trade_id: one
            for one in page
            if one.time_ms >= at and one.price > 0 and one.amount > 0 and one.trade_id not in known
        }
        return sorted(fresh.values(), key=lambda one: one.time_ms)

    async def _behind(self, at: int, count: int) -> list[TapeTrade]:
        """Go on behind a moment whose trades fill a whole page, where the exchange knows no other way."""
        client, symbol = self._session.client, self._symbol
        page = await self._session.ask(lambda: client.trades(symbol, start_ms=at + 1, limit=_LIMIT))
        if page:
            self._odd.add(at)
            if count >= _LIMIT:
                self._found.note(f"more than {_LIMIT} trades at {stamp(at)}: the exchange does not give the rest")
        return page

    async def _write(self, page: Sequence[TapeTrade], start: int, end: int) -> None:
        await self._session.finish(self._written(page, start, end))

    async def _written(self, page: Sequence[TapeTrade], start: int, end: int) -> None:
        written = await self._session.run(self._put, page, start, end)
        ends = (page[0].time_ms, page[-1].time_ms) if page else (None, None)
        self._found.count(inserted=written.inserted, changed=written.changed, first=ends[0], last=ends[1])
        if not page and end > start:
            self._found.empty.append((start, end))
        if written.changed:
            self._found.note(f"{written.changed} stored trades were changed by the exchange")
        self._told(end - start, len(page))

    def _put(self, page: Sequence[TapeTrade], start: int, end: int) -> Written:
        store, channel, written = self._session.store, self._channel, Written()
        tape = tape_of(page)
        with store.writing() as connection:
            if len(tape):
                written = store.tape.write(
                    channel.symbol, tape, exchange=channel.exchange, market=channel.market, connection=connection
                )
            first, last = (int(tape.time[0]), int(tape.time[-1])) if len(tape) else (None, None)
            changed = max(written.changed, int(start in self._odd))
            if end > start:
                store.downloads.record(
                    connection, channel, start, end, rows=len(tape), changed=changed,
                    first=first, last=last, source=self._session.source,
                    sha256=digest(tape.time, tape.price, tape.amount, tape.side),
                )  # fmt: skip
        return written


def tape_of(page: Sequence[TapeTrade]) -> Tape:
    """Return trades as the store takes them."""
    return Tape(
        np.array([one.time_ms for one in page], np.int64),
        np.array([one.trade_id for one in page], np.str_),
        np.array([one.price for one in page], np.float64),
        np.array([one.amount for one in page], np.float64),
        np.array([1 if one.side == "buy" else -1 for one in page], np.int8),
    )


def _leaps(last: TapeTrade, page: Sequence[TapeTrade]) -> bool:
    """Return whether ids are counted in steps of one, and one or more are missing behind the last trade."""
    numbers = [_number(one) for one in page]
    if _number(last) < 0 or len(page) < 2 or numbers[0] < 0:
        return False
    counted = numbers[-1] - numbers[0] == len(page) - 1
    return counted and numbers[0] > _number(last) + 1


def _number(trade: TapeTrade) -> int:
    return int(trade.trade_id) if trade.trade_id.isdecimal() else -1
