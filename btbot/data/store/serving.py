"""Stored candles as bars of the wanted length and span: from memory, from mapped files, from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select

from btbot.bars import COLUMNS, Bars
from btbot.data.store import listing, rows
from btbot.data.store.cache import Cache
from btbot.data.store.columns import EMPTY, Columns
from btbot.data.store.listing import Series
from btbot.data.store.mapped import ColumnFiles
from btbot.data.store.moment import EVER
from btbot.data.store.schema import series
from btbot.timeframe import Timeframe

_WORTH_A_FILE = 20_000  # candles; fewer come from the database about as fast
_WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Span:
    """The bars that open in ``[begin, end)``.

    Parameters
    ----------
    timeframe
        Their length.
    begin, end
        Epoch milliseconds at which a bar may open, or beyond every time.
    """

    timeframe: Timeframe
    begin: int
    end: int

    @classmethod
    def of(cls, timeframe: Timeframe, low: int, high: int) -> Span:
        """Return the span of all bars that open in ``[low, high)``."""
        return cls(timeframe, _ceil(timeframe, low), _ceil(timeframe, high))

    def at_most(self, one: Series) -> int:
        """Return how many candles of a series can lie in it."""
        return max(min(one.rows, (self.end - self.begin) // one.timeframe.ms + 1), 0)


class Serving:
    """Give bars, and keep what was given.

    Parameters
    ----------
    cache
        Bars in memory.
    files
        Columns on disk; None for none.
    """

    def __init__(self, cache: Cache, files: ColumnFiles | None) -> None:
        self._cache = cache
        self._files = files

    def bars(
        self, connection: Connection, chosen: Mapping[str, Series], span: Span
    ) -> tuple[dict[str, Bars], dict[Series, Columns]]:
        """Return the bars of each symbol, and the columns that `keep` should be given after the transaction."""
        keys = {symbol: (one.id, one.writes, one.version, span) for symbol, one in chosen.items()}
        given = {symbol: self._cache.get(key) for symbol, key in keys.items()}
        missing = [one for symbol, one in chosen.items() if given[symbol] is None]
        found = {one: columns for one in missing if (columns := self._mapped(one, span)) is not None}
        fetched = _fetched(connection, [one for one in missing if one not in found], span)
        for one, columns in (found | fetched).items():
            bars = _resampled(connection, one, columns, span)
            given[one.symbol] = bars
            self._cache.put(keys[one.symbol], bars)
        fresh = {one: columns for one, columns in fetched.items() if len(columns.time) >= _WORTH_A_FILE}
        return {symbol: bars for symbol, bars in given.items() if bars is not None}, fresh if self._files else {}

    def keep(self, connection: Connection, fresh: Mapping[Series, Columns], span: Span) -> None:
        """Put columns into files, unless somebody wrote to their series since it was looked up.

        Parameters
        ----------
        connection
            Of a transaction that began after the columns had been read.
        """
        wanted = _VERSIONS.where(series.c.id.in_([one.id for one in fresh]))
        now = {row.id: row.version for row in connection.execute(wanted)}
        for one, columns in fresh.items():
            if self._files is not None and one.version is not None and now.get(one.id) == one.version:
                part = _WHOLE if len(columns.time) == one.rows else _name(span)
                self._files.put(one.version, part, columns)

    def _mapped(self, one: Series, span: Span) -> Columns | None:
        if self._files is None or one.version is None or span.at_most(one) < _WORTH_A_FILE:
            return None
        whole = self._files.get(one.version, _WHOLE)
        if whole is None:
            return self._files.get(one.version, _name(span))
        low, high = np.searchsorted(whole.time, (span.begin, span.end))
        return Columns(whole.time[low:high], whole.values[low:high])


_VERSIONS = select(series.c.id, series.c.version)


def tail(connection: Connection, one: Series, wanted: Timeframe, count: int, closed_by: int) -> Bars:
    """Return the last `count` bars that are closed at a moment, or as many as there are."""
    ratio = wanted.ms // one.timeframe.ms
    # One bar more than wanted, because the first one may be cut.
    candles = count if ratio == 1 else (count + 1) * ratio
    end = closed_by - one.timeframe.ms + 1 if ratio == 1 else _floor(wanted, closed_by)
    found = rows.tail(connection, one.id, min(candles, one.rows), end)
    bars = _resampled(connection, one, found, Span(wanted, -EVER, end))
    return bars.slice(max(len(bars) - count, 0))


def _fetched(connection: Connection, of: Sequence[Series], span: Span) -> dict[Series, Columns]:
    if not of:
        return {}
    at_most = [span.at_most(one) for one in of]
    found = rows.read(connection, [one.id for one in of], span.begin, span.end, at_most=at_most)
    return {one: found.get(one.id, EMPTY) for one in of}


def _resampled(connection: Connection, one: Series, found: Columns, span: Span) -> Bars:
    """Return candles as bars of the wanted length; the last one is finished if candles follow after it."""
    base, wanted = found.bars(one.symbol, one.timeframe), span.timeframe
    if one.timeframe == wanted or not len(base):
        return base.resample(wanted)
    unfinished = (int(base.close_time[-1]) - wanted.origin_ms) % wanted.ms != 0
    if unfinished and span.end < EVER and listing.ends(connection, one)[1] >= span.end:
        values = {name: np.r_[getattr(base, name), getattr(base, name)[-1:]] for name in COLUMNS}
        base = Bars(one.symbol, one.timeframe, np.r_[base.time, span.end], **values)
        whole = base.resample(wanted)
        return whole.slice(0, len(whole) - (int(whole.time[-1]) >= span.end))
    return base.resample(wanted)


def _name(span: Span) -> str:
    return f"{span.begin}-{span.end}"


def _ceil(timeframe: Timeframe, time_ms: int) -> int:
    return _floor(timeframe, time_ms + timeframe.ms - 1) if abs(time_ms) < EVER else time_ms


def _floor(timeframe: Timeframe, time_ms: int) -> int:
    return timeframe.floor(time_ms) if abs(time_ms) < EVER else time_ms
