"""The timeframe of candles, the holes in it, and times that lie beside it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from btbot.data.candles import Candles, counted, iso, rows_of
from btbot.records import Finding
from btbot.timeframe import Timeframe

MISSING, TIMEZONE, OFF_GRID, EARLY = "missing", "timezone", "off_grid", "early"
IntArray = npt.NDArray[np.int64]
_DAY_MS = 86_400_000
LONGEST_CLOSURE_MS = 4 * _DAY_MS  # Thursday before Easter to the Tuesday after it
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, Monday is 0
_FRIDAY = 4
BITCOIN_MS = 1_230_768_000_000  # 2009-01-01


def infer_timeframe(time: IntArray) -> Timeframe | None:
    """Return the most common distance of neighbouring times, the smallest of equally common ones.

    Parameters
    ----------
    time
        int64 of shape (n,), epoch milliseconds, in any order.

    Returns
    -------
    None if fewer than two different times are there.

    Examples
    --------
    >>> str(infer_timeframe(np.array([0, 60_000, 120_000, 600_000])))
    '1m'
    """
    steps = np.abs(np.diff(time))
    steps = steps[steps > 0]
    if not len(steps):
        return None
    candidate = int(steps[len(steps) // 2])
    if 2 * int((steps == candidate).sum()) > len(steps):
        return Timeframe(candidate)
    values, counts = np.unique(steps, return_counts=True)
    return Timeframe(int(values[np.argmax(counts)]))


def grid_findings(candles: Candles, timeframe: Timeframe, *, calendar: str) -> Iterator[Finding]:
    """Yield warnings about holes and times beside the grid.

    Parameters
    ----------
    candles
        In the order of time, each time once.
    calendar
        ``crypto`` trades always; ``stocks`` rest at nights, weekends and holidays, so that only holes of more
        than four days count and only weekdays are missing.
    """
    yield from _missing(candles, timeframe, stocks=calendar == "stocks")
    if timeframe.ms >= _DAY_MS or calendar == "crypto":
        yield from _beside(candles, timeframe)
    if calendar == "crypto":
        rows = rows_of(candles.time < BITCOIN_MS)
        if len(rows):
            text = (
                f"{counted(len(rows), 'candle')} older than 2009, first {{where}}, when no crypto currency "
                "was traded; check feed.unit, or set calendar: stocks"
            )
            yield candles.finding(EARLY, "warning", rows, text)


def _missing(candles: Candles, timeframe: Timeframe, *, stocks: bool) -> Iterator[Finding]:
    steps = np.diff(candles.time)
    rows = rows_of(steps > (max(LONGEST_CLOSURE_MS, timeframe.ms) if stocks else timeframe.ms))
    if stocks:
        lost = weekdays_between(candles.time[rows], candles.time[rows + 1])
    else:
        lost = np.maximum((steps[rows] + timeframe.ms // 2) // timeframe.ms - 1, 0)
        rows, lost = rows[lost > 0], lost[lost > 0]
    if not len(rows):
        return
    longest = int(np.argmax(steps[rows]))
    until = iso(int(candles.time[rows[longest] + 1]))
    noun = "trading day" if stocks else "candle"
    text = (
        f"{counted(int(lost.sum()), noun)} missing in {counted(len(rows), 'hole')}, the longest after "
        f"{candles.stamp(int(rows[longest]))} until {until}; {_advice(candles, rows, stocks=stocks)}"
    )
    first_lost = candles.time[rows] + timeframe.ms
    places = tuple(iso(int(time)) for time in first_lost[:5])
    yield Finding(candles.symbol, MISSING, "warning", int(lost.sum()), places, text)


def _advice(candles: Candles, rows: IntArray, *, stocks: bool) -> str:
    weekday = (candles.time[rows] // _DAY_MS + _EPOCH_WEEKDAY) % 7
    if not stocks and 2 * int((weekday == _FRIDAY).sum()) > len(rows) > 2:
        return "most follow a Friday: set calendar: stocks if this market rests at weekends"
    return "download them if the market was open"


def weekdays_between(before: IntArray, after: IntArray) -> IntArray:
    """Return how many weekdays lie strictly between two moments, epoch milliseconds UTC."""
    return _weekdays_until(after // _DAY_MS) - _weekdays_until(before // _DAY_MS + 1)


def _weekdays_until(day: IntArray) -> IntArray:
    weeks, rest = np.divmod(day + _EPOCH_WEEKDAY, 7)
    return np.asarray(weeks * 5 + np.minimum(rest, 5))


def _beside(candles: Candles, timeframe: Timeframe) -> Iterator[Finding]:
    offset = (candles.time - timeframe.origin_ms) % timeframe.ms
    rows = rows_of(offset != 0)
    if not len(rows):
        return
    shift = int(offset[0])
    if len(rows) == len(candles) and (offset == shift).all():
        text = (
            f"every candle opens {clock(shift)} after a multiple of {timeframe}, first {{where}}; "
            "the time zone may be wrong, set feed.timezone, or the file was stamped with another rule"
        )
        yield candles.finding(TIMEZONE, "warning", rows, text)
        return
    text = (
        f"{counted(len(rows), 'candle')} not at a multiple of {timeframe}, first {{where}}; "
        "check the time zone and that the file holds one timeframe"
    )
    yield candles.finding(OFF_GRID, "warning", rows, text)


def clock(span_ms: int) -> str:
    """Return a length of time as people read it.

    Examples
    --------
    >>> clock(3_600_000), clock(90_000_000)
    ('01:00:00', '1 d 01:00:00')
    """
    seconds = span_ms // 1_000
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3_600:02d}:{rest % 3_600 // 60:02d}:{rest % 60:02d}"
    return f"{days} d {clock}" if days else clock
