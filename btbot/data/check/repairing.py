"""Fill holes with candles that somebody recorded, and mark where they are from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from sqlalchemy import Connection

from btbot.data.check.donors import Donor
from btbot.data.check.findings import REPAIR
from btbot.data.check.holes import COMMON, EMPTY, OUTAGE, QUIET, UNEXPLAINED, Hole
from btbot.data.check.judging import sound
from btbot.data.check.report import Checked
from btbot.data.store import Channel, Series, Store, rows
from btbot.data.store.columns import EMPTY as NO_CANDLES
from btbot.data.store.columns import Columns, IntArray
from btbot.data.store.downloads import digest

FLAWED = "flawed"
WORTH = (UNEXPLAINED, COMMON, EMPTY)  # holes that may not be the exchange's own
Ask = Callable[[Series, Sequence[tuple[int, int]]], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one hole.

    Parameters
    ----------
    of
        Its series.
    hole
        Where it was; of kind `FLAWED` if its candles are there and contradict themselves.
    filled
        How many of its candles are there now.
    source
        Where they are from; empty without any.
    reason
        Why some are still missing; empty if none is.
    rest
        Those, as holes.
    """

    of: Series
    hole: Hole
    filled: int
    source: str
    reason: str
    rest: tuple[Hole, ...] = ()


Way = Callable[[Series, Sequence[Hole]], list[Outcome]]


def targets(checked: Checked, *, every: bool = False) -> list[Hole]:
    """Return the holes of a series that are worth a repair, with the spans of flawed candles, in the order of time.

    Parameters
    ----------
    every
        Also those at which the exchange stood still or nobody traded.
    """
    wanted = [at for kind in (*WORTH, *((OUTAGE, QUIET) if every else ())) for at in checked.holes.of(kind).tolist()]
    length, times = checked.of.timeframe.ms, checked.flawed
    first = np.flatnonzero(np.r_[True, np.diff(times) != length]) if len(times) else np.empty(0, np.int64)
    last = np.r_[first[1:], len(times)] - 1 if len(first) else first
    runs = [
        Hole(int(times[begin]), int(times[end]) + length, int(end - begin) + 1, FLAWED)
        for begin, end in zip(first, last, strict=True)
    ]
    return sorted([*(checked.holes[at] for at in wanted), *runs], key=lambda hole: hole.start)


def repair(store: Store, checked: Sequence[Checked], ways: Sequence[Way], *, every: bool = False) -> list[Outcome]:
    """Try every way on the holes of some series, one after the other; return what became of each hole.

    Parameters
    ----------
    ways
        See `by_donor` and `by_asking`; what one of them leaves is for the next.
    every
        See `targets`.
    """
    outcomes: list[Outcome] = []
    for one in checked:
        pending = [(hole, "") for hole in targets(one, every=every)]
        for way in ways:
            came = way(one.of, [hole for hole, _ in pending])
            reasons = [_both(reason, done.reason) for (_, reason), done in zip(pending, came, strict=True)]
            outcomes += [done for done in came if done.filled]
            pending = [(rest, reason) for done, reason in zip(came, reasons, strict=True) for rest in done.rest]
        outcomes += [Outcome(one.of, hole, 0, "", reason) for hole, reason in pending]
    return outcomes


def by_donor(store: Store, donor: Donor, *, dry_run: bool = False) -> Way:
    """Return a way that fills holes with what a donor has.

    What is written is marked in the record of downloads by the donor's name, in the same transaction. Candles that
    somebody else wrote meanwhile stay; flawed ones are replaced and become revisions.

    Parameters
    ----------
    dry_run
        Only say what would be written.
    """

    def fill(of: Series, hole: Hole) -> Outcome:
        offer = donor.offer(of, hole)
        given = _usable(of, hole, offer.candles)
        filled = len(given.time)
        if filled and not dry_run:
            filled = _write(store, of, hole, given, f"{REPAIR}{offer.source}")
        rest = _rest(of, hole, given.time)
        reason = offer.reason or f"{offer.source} has {filled:,} of {hole.bars:,}"
        return Outcome(of, hole, filled, offer.source if filled else "", reason if rest else "", rest)

    return lambda of, holes: [fill(of, hole) for hole in holes]


def by_asking(store: Store, ask: Ask) -> Way:
    """Return a way that has the exchange asked for holes again.

    Parameters
    ----------
    ask
        Asks for spans ``[start, end)`` of a series, writes what comes, and returns why it could not, or an empty text.
    """

    def fill(of: Series, holes: Sequence[Hole]) -> list[Outcome]:
        with store.reading() as connection:
            before = [len(_present(connection, of, hole)) for hole in holes]
        failure = ask(of, [(hole.start, hole.end) for hole in holes]) if holes else ""
        return [_asked(store, of, hole, there, failure) for hole, there in zip(holes, before, strict=True)]

    return fill


def _asked(store: Store, of: Series, hole: Hole, before: int, failure: str) -> Outcome:
    with store.reading() as connection:
        there = _present(connection, of, hole)
    filled = len(there) - before
    rest = _rest(of, hole, there)
    reason = failure or f"{of.exchange} was asked again and has {'no more' if filled else 'nothing'} there"
    return Outcome(of, hole, filled, of.exchange if filled else "", reason if rest else "", rest)


def _both(former: str, reason: str) -> str:
    return "; ".join(one for one in (former, reason) if one)


def _rest(of: Series, hole: Hole, there: IntArray) -> tuple[Hole, ...]:
    """Return what is missing of a hole when some of its candles are there, as holes."""
    length = of.timeframe.ms
    steps = pairwise([hole.start - length, *there.tolist(), hole.end])
    parts = [(before + length, after, (after - before) // length - 1) for before, after in steps]
    return tuple(replace(hole, start=start, end=end, bars=bars) for start, end, bars in parts if bars > 0)


def _usable(of: Series, hole: Hole, given: Columns) -> Columns:
    """Return the candles that lie in a hole, on the grid of its series, and do not contradict themselves."""
    fits = (given.time >= hole.start) & (given.time < hole.end)
    fits &= (given.time - of.timeframe.origin_ms) % of.timeframe.ms == 0
    return sound(of.symbol, Columns(given.time[fits], given.values[fits]))


def _write(store: Store, of: Series, hole: Hole, given: Columns, source: str) -> int:
    """Write candles where none are, mark them, and return how many they were."""
    channel = Channel(of.exchange, of.market, of.symbol, timeframe=of.timeframe)
    with store.writing() as connection:
        free = ~np.isin(given.time, _present(connection, of, hole))
        given = Columns(given.time[free], given.values[free])
        for part in _runs(given, of.timeframe.ms):
            bars = part.bars(of.symbol, of.timeframe)
            done = store.write(bars, exchange=of.exchange, market=of.market, connection=connection)
            first, last = int(part.time[0]), int(part.time[-1])
            store.downloads.record(
                connection, channel, first, last + of.timeframe.ms, rows=len(part.time), changed=done.changed,
                first=first, last=last, sha256=digest(part.time, part.values), source=source,
            )  # fmt: skip
    return len(given.time)


def _runs(given: Columns, length: int) -> Iterator[Columns]:
    """Yield candles in runs without a hole."""
    if not len(given.time):
        return
    begins = np.flatnonzero(np.r_[True, np.diff(given.time) != length]).tolist()
    for begin, end in pairwise([*begins, len(given.time)]):
        yield Columns(given.time[begin:end], given.values[begin:end])


def _present(connection: Connection, of: Series, hole: Hole) -> IntArray:
    """Return the times of the candles in a hole that do not contradict themselves."""
    found = rows.read(connection, [of.id], hole.start, hole.end).get(of.id, NO_CANDLES)
    return sound(of.symbol, found).time
