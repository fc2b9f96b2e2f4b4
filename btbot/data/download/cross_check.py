"""New candles against the exchange's own longer ones: a thousand days are one more request.

An answer that is wrong in its middle looks like any other. The day that its candles make does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from btbot.data.download import present
from btbot.data.download.ahead import longer
from btbot.data.download.page import BoolArray, Page, page_of
from btbot.data.download.session import Session
from btbot.data.download.spans import Span, divided, joined
from btbot.data.store import rows
from btbot.data.store.columns import EMPTY, Columns, FloatArray, IntArray
from btbot.data.store.downloads import Channel
from btbot.data.store.store import Store
from btbot.timeframe import Timeframe

_BUCKETS = 200
_ROUNDING = 1e-6  # of volumes, which are sums
_INCOMPARABLE = 0.1
_FEW = 3


async def suspects(session: Session, channel: Channel, timeframe: Timeframe, spans: Sequence[Span]) -> list[Span]:
    """Return the days (or weeks) in spans whose stored candles do not make the exchange's own candle of that length.

    None are returned where so many differ that the exchange makes its longer candles in another way.
    """
    coarse = longer(await session.ask(session.client.timeframes), timeframe)
    if coarse is None:
        return []
    size = min(_BUCKETS, session.client.candle_limit(coarse))
    compared, found = 0, list[Span]()
    cut = {coarse.floor(start) for start, _ in spans} - {start for start, _ in spans}
    for start, end in joined(whole(spans, coarse), gap=size * coarse.ms // 2):
        for low, high in divided((start, end), size * coarse.ms):
            page = await _asked(session, channel.symbol, coarse, low, (high - low) // coarse.ms)
            stored = await session.run(_stored, session.store, channel, low, high)
            # Of a day that began before the span nobody may ever have asked for the beginning.
            unknown = [slot for slot in cut if slot not in stored.time]
            slots, wrong = differing(stored, page.between(low, high), coarse)
            wrong &= ~np.isin(slots, unknown)
            compared += len(slots)
            found += [(int(slot), int(slot) + coarse.ms) for slot in slots[wrong]]
    return found if len(found) <= max(_FEW, _INCOMPARABLE * compared) else []


def whole(spans: Sequence[Span], coarse: Timeframe) -> list[Span]:
    """Return the long candles that end in spans, as spans.

    Examples
    --------
    >>> whole([(5, 25), (31, 39)], Timeframe(10))
    [(0, 20)]
    """
    return joined((coarse.floor(start), coarse.floor(end)) for start, end in spans if coarse.floor(end) > start)


def differing(stored: Columns, page: Page, coarse: Timeframe) -> tuple[IntArray, BoolArray]:
    """Return the long candles that stored ones can be compared with, and which of them differ.

    Returns
    -------
    int64 of shape (n,), the opens of the long ones, and booleans of shape (n,).
    """
    slots, made = _made(stored, coarse)
    common, mine, its = np.intersect1d(slots, page.slots, return_indices=True)
    prices = (made[mine, :4] != page.values[its, :4]).any(axis=1)
    volumes = np.abs(made[mine, 4] - page.values[its, 4]) > _ROUNDING * np.maximum(page.values[its, 4], 1e-9)
    return common, prices | volumes


def _made(stored: Columns, coarse: Timeframe) -> tuple[IntArray, FloatArray]:
    if not len(stored.time):
        return EMPTY.time, EMPTY.values
    bucket = (stored.time - coarse.origin_ms) // coarse.ms
    first = np.flatnonzero(np.r_[True, bucket[1:] != bucket[:-1]])
    last = np.r_[first[1:], len(bucket)] - 1
    open_, high, low, close, volume = stored.values.T
    values = np.column_stack(
        [open_[first], np.maximum.reduceat(high, first), np.minimum.reduceat(low, first), close[last],
         np.add.reduceat(volume, first)]
    )  # fmt: skip
    return bucket[first] * coarse.ms + coarse.origin_ms, values


async def _asked(session: Session, symbol: str, coarse: Timeframe, start: int, count: int) -> Page:
    answer = await session.ask(lambda: session.client.candles(symbol, coarse, start, count))
    return page_of(answer, coarse, start)


def _stored(store: Store, channel: Channel, start: int, end: int) -> Columns:
    with store.reading() as connection:
        series_id = present.series_of(connection, channel)
        return EMPTY if series_id is None else rows.read(connection, [series_id], start, end).get(series_id, EMPTY)
