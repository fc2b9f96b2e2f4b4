"""Candles by the clock of another time zone, put together from shorter ones."""

from __future__ import annotations

from collections.abc import Iterator

from btbot.paper.candles import INTERVALS, MONTH, Candle, Running, end_of, open_of
from btbot.paper.record import Record

_MINUTE_MS = 60_000
_PARTS = ("1h", "30m", "15m", "5m", "1m")
_ALL = 10**9


def candles_in_zone(
    record: Record,
    interval: str,
    minutes: int,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    limit: int = 500,
) -> list[Candle]:
    """Give candles as `Record.candles` does, beginning by a clock that is `minutes` ahead of UTC.

    `start_ms` and `end_ms` stay UTC. An interval of which the shift is a multiple has the same candles everywhere.
    """
    shift = minutes * _MINUTE_MS
    length = INTERVALS[interval]
    if interval not in (MONTH, "1w", "3d") and shift % length == 0:
        return record.candles(interval, start_ms=start_ms, end_ms=end_ms, limit=limit)
    last_ms = record.now_ms if end_ms is None else min(end_ms, record.now_ms)
    if start_ms is None:
        first_ms = open_of(interval, last_ms + shift)
        for _ in range(limit - 1):
            first_ms = open_of(interval, first_ms - 1)
        first_ms -= shift
    else:
        first_ms = open_of(interval, start_ms + shift - 1)
        first_ms = end_of(interval, first_ms) - shift
    until_ms = end_of(interval, open_of(interval, last_ms + shift)) - shift - 1
    part = next(
        name for name in _PARTS if shift % INTERVALS[name] == 0 and (interval == MONTH or INTERVALS[name] < length)
    )
    parts = record.candles(part, start_ms=first_ms, end_ms=until_ms, limit=_ALL)
    found = []
    for candle in _folded(parts, interval, shift, record.now_ms):
        found.append(candle)
        if len(found) == limit:
            break
    return found


def _folded(parts: list[Candle], interval: str, shift: int, now_ms: int) -> Iterator[Candle]:
    running: Running | None = None
    for candle in parts:
        open_ms = open_of(interval, candle.open_ms + shift) - shift
        if running is None or running.open_ms != open_ms:
            if running is not None:
                yield running.candle(closed=True)
            running = Running(open_ms, end_of(interval, open_ms + shift) - shift, candle.open)
        running.fold(candle)
    if running is not None:
        yield running.candle(closed=running.end_ms <= now_ms)
