"""A page of candles into the store: the candles and the record of what was asked, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from btbot.data.download import present
from btbot.data.download.job import Revision
from btbot.data.download.page import Page, differing, pieces
from btbot.data.download.spans import Span
from btbot.data.store import rows
from btbot.data.store.columns import EMPTY, Columns, IntArray
from btbot.data.store.downloads import Channel, Piece, digest
from btbot.data.store.merge import Written
from btbot.data.store.store import Store
from btbot.timeframe import Timeframe


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of a page.

    Parameters
    ----------
    doubtful
        Times at which the store has another candle; not empty if nothing was written because of them.
    written
        What was written.
    revisions
        What the exchange has changed.
    empty
        Spans for which it had nothing.
    stored
        Candles that were there.
    first, last
        Times of the earliest and the latest candle that was not there.
    restated
        Time of the earliest stored candle, if that one was changed.
    """

    doubtful: IntArray
    written: Written
    revisions: list[Revision]
    empty: list[Span]
    stored: Columns
    first: int | None = None
    last: int | None = None
    restated: int | None = None


@dataclass(frozen=True, slots=True)
class PageWriter:
    """Where the pages of a job go.

    Parameters
    ----------
    store
        The store.
    channel, timeframe
        Which candles.
    source
        What the record of downloads calls the exchange.
    rests
        Whether the market closes at night.
    """

    store: Store
    channel: Channel
    timeframe: Timeframe
    source: str
    rests: bool = False

    def write(self, page: Page, start: int, end: int, *, certain: bool, again: bool = False) -> Outcome:
        """Write the answer to ``[start, end)``; one that contradicts the store is written only if it is `certain`.

        Parameters
        ----------
        page
            Candles of the span, and of around it: those are compared, and written where they are stored already.
        again
            Whether this call has asked before: what is missing then was missing once, not twice.

        Raises
        ------
        ConfigError, DataError
            If the database cannot be used, or fails: then nothing was written.
        """
        with self.store.writing() as connection:
            stored = _stored(connection, self.channel, page)
            doubtful = differing(page, stored)
            if len(doubtful) and not certain:
                return Outcome(doubtful, Written(), [], [], stored)
            fresh = page.take(~np.isin(page.time, stored.time)).between(start, end)
            # What is there with the same values is not written: that would cost time.
            written = self._candles(connection, fresh.joined(page.take(np.isin(page.time, doubtful))))
            parts = pieces(page.between(start, end), self.timeframe, start, end, rests=self.rests)
            self._record(connection, page, parts, changed=written.changed, again=again)
        first, last = (int(fresh.time[0]), int(fresh.time[-1])) if len(fresh) else (None, None)
        empty = [(low, high) for low, high, count, *_ in parts if not count]
        revisions = _revisions(page, stored, doubtful)
        restated = revisions[0].time_ms if revisions and revisions[0].time_ms == stored.time[0] else None
        return Outcome(doubtful[:0], written, revisions, empty, stored, first, last, restated)

    def _candles(self, connection: Connection, page: Page) -> Written:
        if not len(page):
            return Written()
        bars, channel = page.columns.bars(self.channel.symbol, self.timeframe), self.channel
        return self.store.write(bars, exchange=channel.exchange, market=channel.market, connection=connection)

    def _record(self, connection: Connection, page: Page, parts: list[Piece], *, changed: int, again: bool) -> None:
        asked = page.between(parts[0][0], parts[-1][1])
        if again and not len(asked):
            return
        odd = int((page.odd or again) and len(asked) > 0)  # then the next call asks for it once more
        self.store.downloads.record_many(
            connection, self.channel, parts,
            source=self.source, changed=max(changed, odd), sha256=digest(asked.time, asked.values),
        )  # fmt: skip


def _stored(connection: Connection, channel: Channel, page: Page) -> Columns:
    series_id = present.series_of(connection, channel)
    if series_id is None or not len(page):
        return EMPTY
    found = rows.read(connection, [series_id], int(page.time[0]), int(page.time[-1]) + 1)
    return found.get(series_id, EMPTY)


def _revisions(page: Page, stored: Columns, times: IntArray) -> list[Revision]:
    before = dict(zip(stored.time.tolist(), stored.values.tolist(), strict=True))
    after = dict(zip(page.time.tolist(), page.values.tolist(), strict=True))
    return [Revision(at, tuple(before[at]), tuple(after[at])) for at in times.tolist()]
