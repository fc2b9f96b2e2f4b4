"""What a check says about a series as a whole: its content, its ends, its holes, its repairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import Connection, func, select

from btbot.data.candles import counted, iso
from btbot.data.check.holes import KINDS, UNEXPLAINED, Holes
from btbot.data.check.report import Repaired
from btbot.data.grid import MISSING
from btbot.data.store import Series
from btbot.data.store.schema import candle_revisions
from btbot.data.store.spans import Span
from btbot.records import Finding

REPAIR = "repair: "  # the source of repaired candles begins so
CONTENT, EXPLAINED, NOT_LISTED, BEHIND = "content", "explained", "not_listed", "behind"
REPAIRED, REVISED, FUTURE = "repaired", "revised", "future"
_PLACES = 5


def content(of: Series, rows: int, fingerprint: str, noted: tuple[int, int, str | None]) -> list[Finding]:
    """Compare what was read with what the database has written down about it."""
    if rows != noted[0]:
        text = (
            f"{counted(rows, 'candle')} read, {noted[0]:,} written down for {of.name}; rows were removed or added by "
            "something else than btbot: count them anew and fill the holes with btbot data repair"
        )
        return [Finding(of.symbol, CONTENT, "error", abs(rows - noted[0]), (), text)]
    if noted[2] is not None and noted[2] != fingerprint:
        text = (
            f"the candles of {of.name} are not those whose fingerprint was written down after the last write; "
            f"something else than btbot changed them: compare them with btbot data check --against {of.exchange}, and "
            "write down anew what is there with btbot data repair"
        )
        return [Finding(of.symbol, CONTENT, "error", 1, (), text)]
    return []


def missing(of: Series, holes: Holes, *, stocks: bool) -> Iterator[Finding]:
    """Yield a warning about holes that nothing explains, and a notice about those that something does."""
    noun = "trading day" if stocks else "candle"
    unexplained = holes.kind == KINDS.index(UNEXPLAINED)
    for severity, at in (("warning", np.flatnonzero(unexplained)), ("notice", np.flatnonzero(~unexplained))):
        if not len(at):
            continue
        bars, places = int(holes.bars[at].sum()), tuple(iso(int(one)) for one in holes.start[at[:_PLACES]])
        what = f"{counted(bars, noun)} missing in {counted(len(at), 'hole')}"
        if severity == "warning":
            longest = holes[int(at[np.argmax(holes.bars[at])])]
            text = (
                f"{what} that nothing explains, the longest of {longest.bars:,} from {iso(longest.start)} until "
                f"{iso(longest.end)}; ask for them again with btbot data repair"
            )
            yield Finding(of.symbol, MISSING, severity, bars, places, text)
        else:
            each = ", ".join(f"{number:,} {kind}" for kind, number in holes.count().items() if kind != UNEXPLAINED)
            yield Finding(of.symbol, EXPLAINED, severity, bars, places, f"{what} for a known reason: {each}")


def mended(of: Series, repaired: Sequence[Repaired]) -> Iterator[Finding]:
    """Yield a notice about candles that did not come from the exchange itself, one a source."""
    for source in dict.fromkeys(one.source for one in repaired):
        parts = [one for one in repaired if one.source == source]
        bars, places = sum(one.bars for one in parts), tuple(iso(one.start) for one in parts[:_PLACES])
        text = f"{counted(bars, 'candle')} repaired ({source.removeprefix(REPAIR)}), first {places[0]}"
        yield Finding(of.symbol, REPAIRED, "notice", bars, places, text)


def unlisted(of: Series, first: int, answers: Sequence[Span]) -> Iterator[Finding]:
    """Yield a notice where the exchange was asked for candles before the first one, and had none."""
    before = [span for span in answers if span.empty and span.start < first]
    if before and any(span.end >= first for span in before):
        text = f"not listed before {iso(first)}: asked since {iso(before[0].start)}, {of.exchange} had nothing older"
        yield Finding(of.symbol, NOT_LISTED, "notice", 1, (iso(first),), text)


def revised(connection: Connection, of: Series) -> Iterator[Finding]:
    """Yield a notice about candles that were written with other values later."""
    table = candle_revisions.c
    query = select(func.count(), func.min(table.time), func.max(table.time)).where(table.series_id == of.id)
    count, first, last = connection.execute(query).one()
    if count:
        text = (
            f"{counted(count, 'candle')} replaced by other values after the first download, from {iso(first)} to "
            f"{iso(last)}; the former ones are in the table candle_revisions"
        )
        yield Finding(of.symbol, REVISED, "notice", count, (iso(first), iso(last)), text)


def future(of: Series, last: int, now_ms: int) -> Iterator[Finding]:
    """Yield a warning if the last candle is not over."""
    closes = last + of.timeframe.ms
    if closes > now_ms:
        text = (
            f"the last candle opens at {iso(last)} and closes at {iso(closes)}, which is not over; it was stored "
            "before it was finished, or the time zone of the file that it came from is wrong"
        )
        yield Finding(of.symbol, FUTURE, "warning", 1, (iso(last),), text)


def behind(of: Series, last: int, usual: int) -> Finding:
    """Return the notice that a series ends before most others."""
    text = (
        f"ends at {iso(last)}, while most of {of.exchange} {of.market} go on until {iso(usual)} or longer; "
        "download the rest, unless it is no longer traded"
    )
    return Finding(of.symbol, BEHIND, "notice", 1, (iso(last),), text)
