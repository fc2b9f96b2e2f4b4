"""Write candles so that doing it twice changes nothing, and nothing that changed is lost."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, bindparam, func, select, text, update

from btbot.bars import COLUMNS, Bars
from btbot.data.store import rows
from btbot.data.store.columns import EMPTY
from btbot.data.store.schema import candles, series

_SPARSE = 4  # times as many places as bars
_VERSION_BITS = 62
_REMEMBER = text("""\
INSERT INTO candle_revisions (series_id, time, replaced, open, high, low, close, volume)
SELECT c.series_id, c.time, :now, c.open, c.high, c.low, c.close, c.volume
FROM candles c JOIN incoming i ON c.series_id = i.series_id AND c.time = i.time
WHERE c.open <> i.open OR c.high <> i.high OR c.low <> i.low OR c.close <> i.close OR c.volume <> i.volume
ORDER BY c.time""")
_PRESENT = text("SELECT count(*) FROM candles c JOIN incoming i ON c.series_id = i.series_id AND c.time = i.time")
_UPSERT = text("""\
INSERT INTO candles AS c (series_id, time, open, high, low, close, volume)
SELECT series_id, time, open, high, low, close, volume FROM incoming WHERE true
ON CONFLICT (series_id, time) DO UPDATE SET
    open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume
WHERE c.open <> excluded.open OR c.high <> excluded.high OR c.low <> excluded.low OR c.close <> excluded.close
    OR c.volume <> excluded.volume""")
_COUNT_UP = (
    update(series)
    .where(series.c.id == bindparam("key"))
    .values(
        rows=series.c.rows + bindparam("more"),
        writes=series.c.writes + 1,
        fingerprint=None,
        version=bindparam("content"),
    )
)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did.

    Parameters
    ----------
    inserted
        Candles that were not there.
    changed
        Candles that were there with other values, which are now revisions.
    unchanged
        Candles that were there with the same values.
    """

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0


def merge(connection: Connection, series_id: int, bars: Bars) -> Written:
    """Write bars into a series, in the transaction of the caller."""
    if not len(bars):
        return Written()
    # Writers of the same series wait here for each other, so that no candle appears behind this one's back.
    connection.execute(select(series.c.id).where(series.c.id == series_id).with_for_update())
    if _is_new(connection, series_id, bars):
        rows.insert(connection, series_id, bars)
        done = Written(inserted=len(bars))
    else:
        done = _mixed(connection, series_id, bars)
    if done.inserted or done.changed:
        content = secrets.randbits(_VERSION_BITS)
        connection.execute(_COUNT_UP, {"key": series_id, "more": done.inserted, "content": content})
    return done


def _mixed(connection: Connection, series_id: int, bars: Bars) -> Written:
    """Write bars some of which may be there; only those that are not there as they are take the long way."""
    differing = _differing(connection, series_id, bars)
    if not len(differing):
        return Written(unchanged=len(bars))
    rows.stage(connection, series_id, differing)
    present = int(connection.execute(_PRESENT).scalar_one())
    changed = connection.execute(_REMEMBER, {"now": time.time_ns() // 1_000_000}).rowcount
    if changed or present < len(differing):
        connection.execute(_UPSERT)
    inserted = len(differing) - present
    return Written(inserted, changed, len(bars) - inserted - changed)


def _differing(connection: Connection, series_id: int, bars: Bars) -> Bars:
    """Return the bars that are not stored with these values; all of them where most of the span is not theirs."""
    first, last = int(bars.time[0]), int(bars.time[-1])
    places = (last - first) // bars.timeframe.ms + 1
    if places > _SPARSE * len(bars):
        return bars
    stored = rows.read(connection, [series_id], first, last + 1, at_most=[places]).get(series_id, EMPTY)
    if not len(stored.time):
        return bars
    at = np.minimum(np.searchsorted(stored.time, bars.time), len(stored.time) - 1)
    differs = stored.time[at] != bars.time
    for column, name in enumerate(COLUMNS):
        differs |= stored.values[at, column] != getattr(bars, name)
    columns = [getattr(bars, name)[differs] for name in ("time", *COLUMNS)]
    return Bars(bars.symbol, bars.timeframe, *columns)


def _is_new(connection: Connection, series_id: int, bars: Bars) -> bool:
    """Return whether nothing is stored between the first and the last bar."""
    span = candles.c.time.between(int(bars.time[0]), int(bars.time[-1]))
    query = select(func.count()).select_from(
        select(candles.c.time).where(candles.c.series_id == series_id, span).limit(1).subquery()
    )
    return not connection.execute(query).scalar_one()
