"""Errors of the gate: candles that contradict themselves or each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from btbot.bars import COLUMNS
from btbot.data.candles import Candles, counted, rows_of
from btbot.records import Finding

NAN, INFINITY, PRICE, RANGE, NEGATIVE_VOLUME = "nan", "infinity", "price", "range", "negative_volume"
DISORDER, DUPLICATE, UNIT = "disorder", "duplicate", "unit"
EARLIEST_MS, LATEST_MS = 0, 4_102_444_800_000  # 1970 and 2100
_PRICES = ("open", "high", "low", "close")


def faults(candles: Candles) -> Iterator[Finding]:
    """Yield the errors among the candles, one finding a kind."""
    yield from _not_finite(candles)
    yield from _prices(candles)
    yield from _range(candles)
    yield from _volume(candles)
    yield from _time(candles)


def _not_finite(candles: Candles) -> Iterator[Finding]:
    columns = {name: getattr(candles, name) for name in COLUMNS}
    with np.errstate(over="ignore", invalid="ignore"):  # a sum is the quickest way to see that all is well
        suspects = [name for name, values in columns.items() if not np.isfinite(values.sum())]
    for kind, test, noun in ((NAN, np.isnan, "NaN"), (INFINITY, np.isinf, "infinity")):
        masks = {name: test(columns[name]) for name in suspects}
        rows = rows_of(np.logical_or.reduce(list(masks.values()))) if masks else np.empty(0, np.int64)
        if len(rows):
            names = ", ".join(name for name, mask in masks.items() if mask.any())
            text = (
                f"{counted(len(rows), 'candle')} with {noun} in {names}, first at {{where}}; complete or "
                "remove them in the file"
            )
            yield candles.finding(kind, "error", rows, text)


def _prices(candles: Candles) -> Iterator[Finding]:
    low = np.fmin(np.fmin(candles.open, candles.high), np.fmin(candles.low, candles.close))
    rows = rows_of(low <= 0)
    if len(rows):
        found = float(low[rows[0]])
        text = (
            f"{counted(len(rows), 'candle')} with a price of 0 or less, first {found:g} at {{where}}; "
            "prices must be above 0, correct or remove these candles in the file"
        )
        yield candles.finding(PRICE, "error", rows, text)


def _range(candles: Candles) -> Iterator[Finding]:
    above = candles.high < np.fmax(candles.open, candles.close)
    below = candles.low > np.fmin(candles.open, candles.close)
    rows = rows_of(above | below)
    if len(rows):
        at = int(rows[0])
        values = ", ".join(f"{name} {float(getattr(candles, name)[at]):g}" for name in _PRICES)
        text = (
            f"{counted(len(rows), 'candle')} with high or low contradicting open or close, first {values} at "
            "{where}; high must be the highest and low the lowest price, check feed.columns or correct the "
            "file"
        )
        yield candles.finding(RANGE, "error", rows, text)


def _volume(candles: Candles) -> Iterator[Finding]:
    rows = rows_of(candles.volume < 0)
    if len(rows):
        found = float(candles.volume[rows[0]])
        text = (
            f"{counted(len(rows), 'candle')} with a negative volume, first {found:g} at {{where}}; "
            "volume must be 0 or more, correct the file"
        )
        yield candles.finding(NEGATIVE_VOLUME, "error", rows, text)


def _time(candles: Candles) -> Iterator[Finding]:
    time = candles.time
    if not len(time):
        return
    if time.min() < EARLIEST_MS or time.max() > LATEST_MS:
        rows = rows_of((time < EARLIEST_MS) | (time > LATEST_MS))
        text = (
            f"{counted(len(rows), 'candle')} outside 1970 to 2100, first {{where}}; "
            "the unit of time is wrong, set feed.unit to s, ms, us or ns"
        )
        yield candles.finding(UNIT, "error", rows, text)
    steps = np.diff(time)
    rows = rows_of(steps < 0) + 1
    if len(rows):
        text = f"{counted(len(rows), 'candle')} older than the one before, first at {{where}}; sort the file by time"
        yield candles.finding(DISORDER, "error", rows, text)
    yield from _duplicates(candles, ordered=not len(rows))


def _duplicates(candles: Candles, *, ordered: bool) -> Iterator[Finding]:
    order = np.arange(len(candles)) if ordered else np.argsort(candles.time, kind="stable")
    again = rows_of(np.diff(candles.time[order]) == 0) + 1
    if not len(again):
        return
    exact = np.ones(len(again), dtype=bool)
    for name in COLUMNS:
        values = getattr(candles, name)
        exact &= values[order[again]] == values[order[again - 1]]
    rows = np.sort(order[again])
    differing = int((~exact).sum())
    text = (
        f"{counted(len(rows), 'candle')} with the time of another, {differing:,} of them with different "
        "values, first at {where}; one candle a time is allowed, remove the others from the file"
    )
    yield candles.finding(DUPLICATE, "error", rows, text)
