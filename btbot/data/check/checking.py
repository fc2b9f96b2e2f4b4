"""Check everything that is stored: one report a series."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from sqlalchemy import Connection, select

from btbot.data.check import explaining, findings, new_york, outages
from btbot.data.check.choosing import choose
from btbot.data.check.comparing import Sources, Timeframes, side_by_side
from btbot.data.check.digest import Digest
from btbot.data.check.explaining import Neighbours
from btbot.data.check.holes import Holes, IntArray
from btbot.data.check.judging import Judge
from btbot.data.check.report import Checked, Repaired, Year, in_order
from btbot.data.check.stream import reach, stream
from btbot.data.grid import LONGEST_CLOSURE_MS, weekdays_between
from btbot.data.store import Channel, Series, Store
from btbot.data.store.schema import candles, series
from btbot.data.store.spans import Span
from btbot.errors import ConfigError
from btbot.records import Finding
from btbot.timeframe import Timeframe

CALENDARS = ("auto", "crypto", "stocks")
_DAY_MS = 86_400_000
_WEEKS_MS = 28 * _DAY_MS
_THURSDAY, _SATURDAY = 3, 5
Progress = Callable[[int, int, str], None]


def check(
    store: Store,
    *,
    symbols: Sequence[str] = (),
    timeframe: Timeframe | None = None,
    exchange: str | None = None,
    market: str | None = None,
    calendar: str = "auto",
    now_ms: int | None = None,
    progress: Progress | None = None,
) -> list[Checked]:
    """Judge the chosen series of a store, each in pieces, and explain their holes.

    Parameters
    ----------
    symbols, timeframe, exchange, market
        Which series; without any, all.
    calendar
        ``crypto``, ``stocks``, or ``auto``: stocks are what never trades on a Saturday.
    now_ms
        Epoch milliseconds UTC; None asks the clock.
    progress
        Called with the candles done, their whole number, and what is next.

    Raises
    ------
    ConfigError, DataError
        If the calendar is not known, or if what was chosen is not stored.
    """
    if calendar not in CALENDARS:
        raise ConfigError(f"calendar: {calendar!r} is not known; allowed are {', '.join(CALENDARS)}")
    every = store.series()
    chosen = choose(every, symbols=symbols, timeframe=timeframe, exchange=exchange, market=market)
    neighbours = {
        place: Neighbours([one for one in every if _place(one) == place]) for place in {_place(one) for one in chosen}
    }
    found: list[Checked] = []
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    done, whole = 0, sum(one.rows for one in chosen)
    for one in chosen:
        if progress is not None:
            progress(done, whole, one.name)
        with store.reading() as connection:
            near = neighbours[_place(one)]
            found.append(check_series(store, connection, one, near, calendar=calendar, now_ms=now))
        done += one.rows
    return _compared(found)


def check_series(
    store: Store, connection: Connection, of: Series, neighbours: Neighbours, *, calendar: str, now_ms: int
) -> Checked:
    """Judge one series; `neighbours` are those of the same exchange and market."""
    ends = reach(connection, of)
    if ends is None:
        said = findings.content(of, 0, "", _state(connection, of))
        return Checked(of, 0, 0, "crypto", "", said, Holes.none(), np.empty(0, np.int64), [])
    first, last = ends
    stocks = calendar == "stocks" or (calendar == "auto" and _rests_on_saturdays(connection, of, first, last))
    noted = _state(connection, of)
    days = new_york.session_days(first, last) if stocks and new_york.lists(of) else None
    judge = Judge(of.symbol, of.timeframe, stocks=stocks, days=days)
    years, fingerprint = _read(connection, of, judge)
    found, holes, flawed = judge.finish()
    answers = store.downloads.spans(_channel(of), connection=connection)
    if not stocks:
        holes = _explained(connection, of, neighbours, holes, judge)
        holes = explaining.mark_empty(holes, [(span.start, span.end, span.answers) for span in answers])
    repaired = _repaired(of, answers)
    found += [
        *_content(store, of, judge.rows, fingerprint, noted),
        *findings.missing(of, holes, stocks=stocks),
        *findings.future(of, last, now_ms),
        *findings.mended(of, repaired),
        *findings.revised(connection, of),
        *findings.unlisted(of, first, answers),
        *_timeframes(connection, of, neighbours),
    ]
    return Checked(
        of, first, last, "stocks" if stocks else "crypto", fingerprint, in_order(found), holes, flawed,
        _coverage(of.timeframe, years, first, last, stocks=stocks, days=days), repaired,
    )  # fmt: skip


def _repaired(of: Series, answers: Sequence[Span]) -> list[Repaired]:
    """Return the spans whose newest candles are those of a repair."""
    length = of.timeframe.ms
    spans = [span for span in answers if span.source.startswith(findings.REPAIR)]
    return [Repaired(span.source, span.start, span.end, (span.end - span.start) // length) for span in spans]


def _read(connection: Connection, of: Series, judge: Judge) -> tuple[Counter[int], str]:
    """Show a series to its judge; return its candles by year, and its fingerprint."""
    years = Counter[int]()
    with Digest() as digest:
        for part in stream(connection, of):
            years.update(_years(part.time))
            judge.take(part)
            digest.take(part)
        return years, digest.fingerprint(of.symbol, of.timeframe)


def _content(
    store: Store, of: Series, rows: int, fingerprint: str, noted: tuple[int, int, str | None]
) -> list[Finding]:
    """Return how what was read differs from what is noted about it, unless somebody wrote meanwhile."""
    found = findings.content(of, rows, fingerprint, noted)
    if found:
        with store.reading() as later:  # compiled code reads by a connection of its own, which sees new rows
            return found if _state(later, of) == noted else []
    return found


def _timeframes(connection: Connection, of: Series, neighbours: Neighbours) -> Iterator[Finding]:
    """Return how a series agrees with a finer one of its market."""
    finer = neighbours.finer(of)
    if finer is None:
        return iter(())
    judge = Timeframes(of, finer)
    for ours, made in side_by_side(connection, of, finer):
        judge.take(ours, made)
    return judge.findings()


def _place(of: Series) -> tuple[str, str]:
    return of.exchange, of.market


def _channel(of: Series) -> Channel:
    return Channel(of.exchange, of.market, of.symbol, timeframe=of.timeframe)


def _state(connection: Connection, of: Series) -> tuple[int, int, str | None]:
    """Return rows, writes and fingerprint of a series as the database has them written down."""
    query = select(series.c.rows, series.c.writes, series.c.fingerprint).where(series.c.id == of.id)
    rows, writes, fingerprint = connection.execute(query).one()
    return int(rows), int(writes), fingerprint


def _rests_on_saturdays(connection: Connection, of: Series, first: int, last: int) -> bool:
    """Return whether a series of more than four weeks, or of New York, has no candle that opens on a Saturday."""
    if of.timeframe.ms > _DAY_MS or (last - first < _WEEKS_MS and not new_york.lists(of)):
        return False
    weekday = (candles.c.time // _DAY_MS + _THURSDAY) % 7
    query = select(candles.c.time).where(candles.c.series_id == of.id, weekday == _SATURDAY).limit(1)
    return connection.execute(query).first() is None


def _explained(connection: Connection, of: Series, neighbours: Neighbours, holes: Holes, judge: Judge) -> Holes:
    holes = outages.mark(holes, outages.known(of.exchange, of.market), of.timeframe)
    documented = of.exchange in outages.LEAVE_OUT
    if documented or explaining.leaves_out(holes, zero_volume=judge.zero_volume, calm=judge.calm.ratio):
        holes = explaining.mark_quiet(holes, of.timeframe, rows=judge.rows, documented=documented)
    return explaining.mark_common(connection, holes, of, neighbours)


def _compared(found: Sequence[Checked]) -> list[Checked]:
    """Return reports with a notice in those whose series ends before most of its exchange and timeframe."""
    ends: dict[tuple[str, str, Timeframe], list[int]] = {}
    for one in found:
        ends.setdefault((*_place(one.of), one.of.timeframe), []).append(one.last)
    usual = {key: sorted(last)[len(last) // 2] for key, last in ends.items()}
    return [_told(one, usual[*_place(one.of), one.of.timeframe]) for one in found]


def _told(one: Checked, usual: int) -> Checked:
    closed = max(LONGEST_CLOSURE_MS if one.calendar == "stocks" else _DAY_MS, one.of.timeframe.ms)
    return one if usual - one.last <= closed else one.with_findings([findings.behind(one.of, one.last, usual)])


def _years(time: IntArray) -> dict[int, int]:
    years, counts = np.unique(
        time.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64), return_counts=True
    )
    return {int(year) + 1970: int(count) for year, count in zip(years, counts, strict=True)}


def _coverage(
    timeframe: Timeframe, years: Counter[int], first: int, last: int, *, stocks: bool, days: IntArray | None
) -> list[Year]:
    found = []
    for year in range(min(years), max(years) + 1):
        begin, end = max(_begins(year), first), min(_begins(year + 1), last + 1)
        if not stocks:
            expected: int | None = -(-(end - begin) // timeframe.ms)
        elif days is not None:
            within = days[(days >= begin // _DAY_MS) & (days * _DAY_MS < end)]
            expected = int(new_york.candles_of(within, timeframe).sum())
        elif timeframe.ms == _DAY_MS:
            expected = int(weekdays_between(np.array([begin - _DAY_MS]), np.array([end + _DAY_MS - 1]))[0])
        else:
            expected = None
        found.append(Year(year, years[year], expected))
    return found


def _begins(year: int) -> int:
    return round(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() * 1_000)


def against_stored(store: Store, of: Series, others: Sequence[Series], *, tolerance: float) -> list[Finding]:
    """Return how a series agrees with that of another exchange.

    Parameters
    ----------
    others
        Series of the other exchange and the same symbol. The one of the same market and the same timeframe is taken, or
        else the nearest of which one can be made of the other.
    tolerance
        By how much closes may differ, as a fraction.
    """
    able = [
        one for one in others if max(one.timeframe.ms, of.timeframe.ms) % min(one.timeframe.ms, of.timeframe.ms) == 0
    ]
    if not able:
        return list(Sources(of, others[0].name, tolerance=tolerance).findings())
    other = min(able, key=lambda one: (one.market != of.market, abs(one.timeframe.ms - of.timeframe.ms)))
    judge = Sources(of, other.name, tolerance=tolerance)
    with store.reading() as connection:
        for ours, theirs in side_by_side(connection, of, other):
            judge.take(ours, theirs)
    return list(judge.findings())
