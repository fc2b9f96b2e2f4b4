"""The data gate: every candle is judged before a strategy sees it.

The gate never adds, removes or alters a candle. The one exception, sorting and dropping exact duplicates,
needs the user's word (``data: {on_error: warn}``) and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from btbot.bars import COLUMNS, Bars
from btbot.data.advice import for_store
from btbot.data.candles import BoolArray, Candles, counted, rows_of
from btbot.data.faults import DISORDER, DUPLICATE, EARLIEST_MS, INFINITY, LATEST_MS, NAN, faults
from btbot.data.grid import grid_findings, infer_timeframe
from btbot.data.oddities import oddities
from btbot.errors import ConfigError, DataError
from btbot.records import Finding
from btbot.timeframe import Timeframe

ON_ERROR = ("stop", "warn")
CALENDARS = ("crypto", "stocks")
_SHOWN = 3


def inspect(
    frame: pd.DataFrame, symbol: str, *, calendar: str = "crypto", timeframe: Timeframe | None = None
) -> list[Finding]:
    """Return what is wrong or odd about raw candles: errors first, then warnings, then notices.

    Parameters
    ----------
    frame
        Raw frame, see `btbot.data.raw`.
    symbol
        Name for the findings.
    calendar
        ``crypto`` or ``stocks``: which holes are natural.
    timeframe
        Of the candles; None takes the most common distance.
    """
    _check_choice("calendar", calendar, CALENDARS)
    candles = Candles.from_raw(frame, symbol)
    return [*_judge(candles, calendar, timeframe), *_notices(frame, symbol)]


def admit(
    frame: pd.DataFrame,
    symbol: str,
    *,
    on_error: str = "stop",
    calendar: str = "crypto",
    timeframe: Timeframe | None = None,
) -> tuple[Bars, list[Finding]]:
    """Return checked bars at the source's own timeframe, with the findings.

    Parameters
    ----------
    frame, symbol, calendar, timeframe
        As for `inspect`; a single candle needs `timeframe`.
    on_error
        ``stop`` raises on the first look; ``warn`` sorts, drops exact duplicates, and admits what `Bars` can
        hold.

    Raises
    ------
    DataError
        Listing the errors and their first places.
    """
    _check_choice("data.on_error", on_error, ON_ERROR)
    _check_choice("calendar", calendar, CALENDARS)
    candles = Candles.from_raw(frame, symbol)
    if not len(candles):
        raise DataError(f"{candles.place}: has no candles; check the file, and start and end of the run")
    findings = _judge(candles, calendar, timeframe)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors and on_error == "stop":
        refusal = _refusal(candles, errors)
        raise DataError(for_store(refusal, symbol) if frame.attrs.get("stored") else refusal)
    if errors:
        candles, findings = _put_in_order(candles, findings)
    native = timeframe or infer_timeframe(candles.time)
    if native is None:
        raise DataError(f"{candles.place}: has one candle; two are needed to know the timeframe")
    values = (getattr(candles, name) for name in COLUMNS)
    return Bars(symbol, native, candles.time, *values), [*findings, *_notices(frame, symbol)]


def _judge(candles: Candles, calendar: str, timeframe: Timeframe | None) -> list[Finding]:
    errors = list(faults(candles))
    ordered = _ordered(candles) if errors else candles
    native = timeframe or infer_timeframe(ordered.time)
    if native is None:
        return errors
    sound = _sound(ordered) if errors else candles
    return [*errors, *grid_findings(ordered, native, calendar=calendar), *oddities(sound, native)]


def _ordered(candles: Candles) -> Candles:
    """Return the candles of plausible time in its order, each time once."""
    rows = rows_of((candles.time >= EARLIEST_MS) & (candles.time <= LATEST_MS))
    rows = rows[np.argsort(candles.time[rows], kind="stable")]
    first = np.r_[True, np.diff(candles.time[rows]) != 0] if len(rows) else np.empty(0, bool)
    return candles.take(rows[first])


def _sound(candles: Candles) -> Candles:
    """Return the candles of finite values and prices above zero."""
    sound = np.isfinite(candles.volume)
    for name in ("open", "high", "low", "close"):
        values = getattr(candles, name)
        sound &= np.isfinite(values) & (values > 0)
    return candles.take(sound)


def _put_in_order(candles: Candles, findings: list[Finding]) -> tuple[Candles, list[Finding]]:
    ordered = candles.take(np.argsort(candles.time, kind="stable"))
    repeated = _exact_duplicates(ordered)
    ordered = ordered.take(~repeated)
    broken = rows_of(~np.logical_and.reduce([np.isfinite(getattr(ordered, name)) for name in COLUMNS]))
    double = rows_of(np.diff(ordered.time) == 0) + 1
    for rows, found, wanted in (
        (broken, "with NaN or infinity", "complete or remove them in the file"),
        (double, "with the time of another and different values", "keep one of each in the file"),
    ):
        if len(rows):
            raise DataError(
                f"{candles.place}: {counted(len(rows), 'candle')} {found}, first at "
                f"{ordered.where(int(rows[0]))}; "
                f"data: {{on_error: warn}} does not invent or choose candles, {wanted}"
            )
    return ordered, list(_waved_through(findings, int(repeated.sum())))


def _exact_duplicates(candles: Candles) -> BoolArray:
    """Mark a candle that equals an earlier one in time and every value."""
    frame = pd.DataFrame({name: getattr(candles, name) for name in ("time", *COLUMNS)})
    return frame.duplicated().to_numpy()


def _waved_through(findings: list[Finding], dropped: int) -> Iterator[Finding]:
    """Turn errors into warnings that say what was done about them."""
    done = {DISORDER: "candles sorted by time", DUPLICATE: f"{counted(dropped, 'exact duplicate')} dropped"}
    for finding in findings:
        if finding.severity != "error":
            yield finding
            continue
        action = done.get(finding.kind, "candles left as they are")
        yield replace(finding, severity="warning", text=f"{finding.text}; data.on_error is warn: {action}")


def _notices(frame: pd.DataFrame, symbol: str) -> list[Finding]:
    return [Finding(symbol, kind, "notice", 1, (), text) for kind, text in frame.attrs.get("notices", ())]


_NEVER_ADMITTED = (NAN, INFINITY)  # and times that occur twice with different values
_DIFFERENT = re.compile(r"(?<![\d,])(?!0 )[\d,]+ of them with different values")


def _refusal(candles: Candles, errors: list[Finding]) -> str:
    listed = [f"{finding.text} [{finding.kind}: {', '.join(finding.places[:_SHOWN])}]" for finding in errors]
    refused = f"{candles.place}: {len(candles):,} candles refused: {'; '.join(listed)}"
    if any(finding.kind in _NEVER_ADMITTED or _DIFFERENT.search(finding.text) for finding in errors):
        return refused
    return f"{refused}; or set data: {{on_error: warn}} to go on in spite of it"


def _check_choice(key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(f"{key}: {value!r} is not known; allowed are {', '.join(allowed)}")
