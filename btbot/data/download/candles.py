"""Candles of one market, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from btbot.data.download.ahead import look_ahead
from btbot.data.download.cross_check import suspects
from btbot.data.download.job import Downloaded, stamp
from btbot.data.download.page import NONE, Page, impossible, page_of
from btbot.data.download.plan import plan
from btbot.data.download.present import first_stored
from btbot.data.download.session import Session
from btbot.data.download.spans import Span, clipped, divided
from btbot.data.download.together import together
from btbot.data.download.voting import agreed
from btbot.data.download.writing import Outcome, PageWriter
from btbot.errors import DataError

_LEAD = 10  # candles before a page that are compared with what is stored
_CHUNK_PAGES = 16
_ANSWERS = 5
_SILENCE_MS = 86_400_000  # a shorter one at the end of history is nothing to speak of
Told = Callable[[int, int], None]


class CandleHistory:
    """Candles of a job.

    Parameters
    ----------
    session
        Where from and where to.
    found
        Takes down what came of it.
    told
        Is called with how much of the span was done, and how many candles came.
    """

    def __init__(self, session: Session, found: Downloaded, told: Told) -> None:
        self._session = session
        self._found = found
        self._told = told
        self._symbol = found.job.symbol
        self._timeframe = found.job.length
        self._limit = session.client.candle_limit(self._timeframe)
        self._lead = min(_LEAD, self._limit // 4)
        self._channel = found.job.channel(session.client.name, session.client.market)
        self._writer = PageWriter(
            session.store, self._channel, self._timeframe, session.source, rests=session.client.rests
        )
        self._over: int | None = None  # nothing is to be had from here on
        self._closed: int | None = None
        self._rechecks = False
        self._restated: int | None = None  # everything from here on was changed, so that what is before may be as well
        self._closed_before = 0  # candles that open earlier are stored, and were closed then

    async def wanted(self, since_ms: int, until_ms: int | None) -> list[Span]:
        """Return the spans to ask for, so that all candles that open in ``[since_ms, until_ms)`` are stored."""
        step = self._timeframe.ms
        end = self._timeframe.floor(await self._session.now_ms())
        if until_ms is not None:
            end = min(end, self._timeframe.floor(until_ms + step - 1))
        start = self._timeframe.floor(since_ms + step - 1)
        if start >= end:
            return []
        half = self._limit // 2 * step
        spans, self._closed_before = await self._session.run(
            plan, self._session.store, self._channel, self._timeframe, (start, end),
            source=self._session.source, seam=half, gap=half,
        )  # fmt: skip
        return spans

    async def fetch(self, spans: Sequence[Span]) -> None:
        """Ask for spans, and write what comes.

        Raises
        ------
        ExchangeError
            If the exchange does not answer, or refuses to.
        DataError
            If its answers contradict each other, or the database fails.
        """
        before = self._found.inserted
        await together(self._span(span) for span in spans)
        await self._after_silence(spans)
        if self._found.inserted > before and not self._session.client.rests:
            await self._cross_check(spans)
        if self._restated is not None:
            await self._go_back(self._restated)

    async def _after_silence(self, spans: Sequence[Span]) -> None:
        """Ask again behind the moment from which on there seemed to be nothing, if something came from there."""
        over, last = self._over, self._found.last
        if over is None or self._session.client.rests:
            return
        if last is not None and last >= over:
            self._over = None
            behind = clipped(spans, over, max(end for _, end in spans))
            await together(self._span(span) for span in behind)
        if self._over is not None and self._over + _SILENCE_MS < await self._closed_by():
            self._found.note(f"there was nothing from {stamp(self._over)} on; the same command asks again")

    async def _cross_check(self, spans: Sequence[Span]) -> None:
        found = self._found
        if found.first is None or found.last is None:
            return
        new = clipped(spans, self._timeframe.floor(found.first), self._timeframe.floor(found.last) + self._timeframe.ms)
        async with self._session.turn():
            again = await suspects(self._session, self._channel, self._timeframe, new)
        self._rechecks = True
        await together(self._chunk(span) for span in again)

    async def _span(self, span: Span) -> None:
        start, end = span
        chunk = _CHUNK_PAGES * self._limit * self._timeframe.ms
        if end - start > chunk:
            async with self._session.turn():  # the market may begin long after the span does, and end long before
                start = await self._walk(start, end, pages=2)
        await together(self._chunk(part) for part in divided((start, end), chunk))

    async def _go_back(self, end: int) -> None:
        """Compare what is stored before `end` with the exchange, page by page, until a page agrees with it.

        After a split all prices of a stock are others than before.
        """
        first = await self._session.run(first_stored, self._session.store, self._channel)
        while first is not None and end > self._timeframe.floor(first):
            start = max(end - self._limit * self._timeframe.ms, self._timeframe.floor(first))
            self._restated = None
            await self._chunk((start, end))
            if self._restated is None:
                return
            end = start

    async def _chunk(self, part: Span) -> None:
        async with self._session.turn():
            await self._walk(*part)

    async def _walk(self, start: int, end: int, *, pages: int | None = None) -> int:
        """Ask from `start` on, until `end`, the end of all candles, or so many pages are there; return what is done.

        The last candle of an answer may still be running. It waits until a later one is seen, or until the market is
        known to have gone beyond it.
        """
        at, waiting, lead, turn = start, None, self._lead, 0
        while at < end and turn != pages:
            fresh = at if waiting is None else at + self._timeframe.ms
            page, lead = await self._news(at, fresh, end, lead)
            if waiting is not None:
                page = waiting.joined(page)
            waiting = None
            if len(page) and page.slots[-1] >= fresh:
                upto = min(await self._certain(int(page.slots[-1])), end)
                last = page.between(upto, upto + self._timeframe.ms)
                waiting = last if len(last) and upto < end else None
            else:
                over = await self._beyond(at, fresh, end, int(page.time[-1]) if at < fresh else at)
                if over is None:
                    return end
                upto = over
            if upto > at:
                await self._write(page, at, upto)
                turn += 1
            at = upto
        return at

    async def _certain(self, slot: int) -> int:
        """Return up to where candles are closed, if the last one that came is that of `slot`."""
        closes = slot + self._timeframe.ms
        # What is stored may come from elsewhere, while this market stands still within the candle.
        return closes if slot < self._closed_before and closes <= await self._closed_by() else slot

    async def _news(self, at: int, fresh: int, end: int, lead: int) -> tuple[Page, int]:
        """Ask for what begins at `fresh`, with some candles before `at`; once more without them if nothing came.

        Returns
        -------
        The candles, and with how many before it the next page is to be asked for.
        """
        step = self._timeframe.ms
        if self._over is not None and fresh >= self._over:
            return NONE, lead
        begin = max(at - lead * step, 0)
        page = await self._ask(begin, (end - begin) // step + max(self._lead, 1))
        if len(page) and page.slots[-1] >= fresh:
            return replace(page, odd=page.odd or lead < self._lead), self._lead
        if self._session.client.rests:  # a weekend is no fault
            return page, lead
        again = await self._ask(fresh, (end - fresh) // step + max(self._lead, 1))
        whole = page.joined(again)
        if not len(again):
            return whole, self._lead
        # An exchange that sends short pages may never come beyond what is known already.
        return replace(whole, odd=True), 0

    async def _beyond(self, at: int, fresh: int, end: int, opened: int) -> int | None:
        """Return up to where there is nothing from `fresh` on; None if nothing more can be said yet.

        Parameters
        ----------
        opened
            When the candle at `at` did, which is not on the grid everywhere.
        """
        if not self._session.client.rests and (self._over is None or fresh < self._over):
            now = await self._session.now_ms()
            resume = await look_ahead(self._session, self._symbol, self._timeframe, fresh, now)
            if resume is not None:
                return min(resume, end)
        self._over = fresh if self._over is None else min(fresh, self._over)
        # What is behind the last candle may only be late: that there is nothing is not written down.
        return fresh if at < fresh and opened + self._timeframe.ms <= await self._closed_by() else None

    async def _closed_by(self) -> int:
        if self._closed is None:
            self._closed = await self._session.market_ms(self._symbol)
        return self._closed

    async def _ask(self, start: int, count: int) -> Page:
        """Return at most `count` candles from `start` on; one that cannot be is asked for once more, then left out."""
        page = await self._answer(start, count)
        wrong = impossible(page)
        if not wrong.any():
            return page
        again = await self._answer(start, count)
        still = impossible(again)
        good = replace(page.take(~wrong).joined(again.take(~still)), odd=True)
        left = sorted(set(page.slots[wrong].tolist()) - set(good.slots.tolist()))
        if left:
            self._found.note(f"{len(left)} impossible candles were left out, such as a high below the close")
        return good

    async def _answer(self, start: int, count: int) -> Page:
        client = self._session.client
        limit = min(count, self._limit)
        answer = await self._session.ask(lambda: client.candles(self._symbol, self._timeframe, start, limit))
        if answer.newest_only:
            self._found.note(f"{client.name} gives its newest candles only, and nothing older")
        return page_of(answer, self._timeframe, start)

    async def _write(self, page: Page, start: int, end: int) -> None:
        """Write an answer; where it contradicts the store, other answers are heard first."""
        outcome = await self._session.finish(self._put(page, start, end, certain=False))
        if len(outcome.doubtful):
            page = await self._believed(page, outcome)
            await self._session.finish(self._put(page, start, end, certain=True))

    async def _believed(self, page: Page, outcome: Outcome) -> Page:
        step, begin, end = self._timeframe.ms, int(page.slots[0]), int(page.slots[-1])
        answers, open_ = [page], outcome.doubtful.tolist()
        while len(answers) < _ANSWERS:
            # Other spans each time: an error that depends on the request does not look like the truth.
            start = max(self._timeframe.floor(open_[0]) - 2 * len(answers) * step, 0)
            count = (open_[-1] - start) // step + max(self._lead, 1) + 3 * len(answers)
            answers.append((await self._ask(start, count)).between(begin, end + step))
            page, open_ = agreed(answers, outcome.stored)
            if not open_:
                return page
        raise DataError(
            f"{self._found.job}: {self._session.client.name} gives another candle each time it is asked for that of "
            f"{stamp(open_[0])}; what came before is stored, try again later"
        )

    async def _put(self, page: Page, start: int, end: int, *, certain: bool) -> Outcome:
        session = self._session
        outcome = await session.run(self._writer.write, page, start, end, certain=certain, again=self._rechecks)
        if not len(outcome.doubtful):
            self._note(outcome, page.between(start, end), end - start)
        return outcome

    def _note(self, outcome: Outcome, page: Page, length: int) -> None:
        found, written = self._found, outcome.written
        found.count(inserted=written.inserted, changed=written.changed, first=outcome.first, last=outcome.last)
        found.revise(outcome.revisions)
        found.empty += [] if self._rechecks else outcome.empty
        if outcome.restated is not None:
            at = self._timeframe.floor(outcome.restated)
            self._restated = at if self._restated is None else min(at, self._restated)
        self._told(length, len(page))
