"""Write down anew what a series holds, where something else than btbot added, removed or changed its candles."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, exists, func, select, update

from btbot.data.candles import counted
from btbot.data.check.findings import CONTENT
from btbot.data.check.report import Checked
from btbot.data.store import Series, Store, audit
from btbot.data.store.schema import candles, markets, series
from btbot.timeframe import Timeframe

_VERSION_BITS = 62


@dataclass(frozen=True, slots=True)
class Recounted:
    """A series whose count or fingerprint was not that of its candles.

    Parameters
    ----------
    of
        The series.
    noted
        Candles that were written down.
    rows
        Candles that are there.
    """

    of: Series
    noted: int
    rows: int

    @property
    def text(self) -> str:
        """What a message says of it."""
        if self.rows == self.noted:
            return "its fingerprint was not that of its candles; they stay as they are"
        return f"{counted(self.rows, 'candle')} there, {self.noted:,} were written down"


def recount(store: Store, checked: Sequence[Checked], *, dry_run: bool = False) -> list[Recounted]:
    """Write count and fingerprint anew where a check found that they are not those of the candles.

    Candles themselves stay as they are. The series gets a new version, so that nobody is served what was cached of it.

    Parameters
    ----------
    checked
        Reports of `btbot.data.check.check`.
    dry_run
        Only say what would be written.
    """
    wrong = [one for one in checked if any(finding.kind == CONTENT for finding in one.findings)]
    return _all(store, [(one.of, one.fingerprint) for one in wrong], dry_run=dry_run)


def recount_hidden(store: Store, *, dry_run: bool = False) -> list[Recounted]:
    """Count the candles of series that have none by what is written down, which no list and no check shows."""
    table = series.c
    query = (
        select(table.id, markets.c.exchange, markets.c.market, markets.c.symbol, table.timeframe_ms, table.writes)
        .join(markets, markets.c.id == table.market_id)
        .where(table.rows == 0, exists().where(candles.c.series_id == table.id))
    )
    with store.reading() as connection:
        hidden = [
            Series(row.id, row.exchange, row.market, row.symbol, Timeframe(row.timeframe_ms), 0, row.writes, None)
            for row in connection.execute(query)
        ]
    return _all(store, [(one, "") for one in hidden], dry_run=dry_run)


def _all(store: Store, wrong: Sequence[tuple[Series, str]], *, dry_run: bool) -> list[Recounted]:
    found = []
    for of, fingerprint in wrong:
        with store.reading() if dry_run else store.writing() as connection:
            done = _compared(connection, of, fingerprint)
            if done is not None and not dry_run:
                _write(connection, done)
        found += [] if done is None else [done]
    return found


def _compared(connection: Connection, of: Series, fingerprint: str) -> Recounted | None:
    """Return what is wrong about a series; None if nothing is, or if somebody wrote since it was read."""
    query = select(series.c.rows, series.c.writes, series.c.fingerprint).where(series.c.id == of.id)
    noted = connection.execute(query.with_for_update()).one()
    count = select(func.count()).select_from(candles).where(candles.c.series_id == of.id)
    rows = int(connection.execute(count).scalar_one())
    altered = noted.fingerprint not in (None, fingerprint) and noted.writes == of.writes
    return Recounted(of, int(noted.rows), rows) if rows != noted.rows or altered else None


def _write(connection: Connection, done: Recounted) -> None:
    content = secrets.randbits(_VERSION_BITS)
    values = {"rows": done.rows, "writes": series.c.writes + 1, "fingerprint": None, "version": content}
    connection.execute(update(series).where(series.c.id == done.of.id).values(values))
    audit.write(connection, "recount", {"series": done.of.name, "rows": done.rows, "noted": done.noted})
