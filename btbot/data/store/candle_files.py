"""The candles of one file, as strictly as a store needs them: what is written stays."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import Bars
from btbot.data.candles import counted, iso
from btbot.data.gate import admit
from btbot.data.grid import EARLY, infer_timeframe
from btbot.data.read import read_candles
from btbot.data.store.targets import Origin, Wishes
from btbot.errors import DataError
from btbot.records import Finding
from btbot.timeframe import Timeframe

_THIN = 100  # candles: so few may all be further apart than their timeframe


def read_bars(
    origin: Origin, symbol: str, wishes: Wishes, *, spelling: str | None = None, now_ms: int | None = None
) -> tuple[Bars, list[Finding]]:
    """Return the bars of a symbol in a file, with what the gate found.

    Beyond the gate it refuses a file without volumes and candles older than any of their kind, and leaves out a last
    candle that was still running when the file was written.

    Parameters
    ----------
    origin, wishes
        The file, and what the user says of it.
    symbol, spelling
        Of the bars; and as the file spells it.
    now_ms
        Epoch milliseconds; the clock of this machine by default.

    Raises
    ------
    DataError
        If the file cannot be read, its candles are flawed, or not of the length that its name says.
    """
    frame = read_candles(origin.path, symbol=spelling or symbol)
    _refuse_without_volume(frame, origin)
    timeframe = _timeframe(frame, origin, wishes)
    notices: list[Finding] = []
    running = timeframe is not None and wishes.calendar == "crypto" and _is_running(frame, origin, timeframe, now_ms)
    if running:
        frame, notices = _finished(frame, origin, symbol)
    bars, found = admit(frame, symbol, on_error=wishes.on_error, calendar=wishes.calendar, timeframe=timeframe)
    for one in found:
        if one.kind == EARLY:
            raise DataError(
                f"{origin.path.name}: {counted(one.count, 'candle')} older than 2009, first {one.places[0]}, when no "
                "crypto currency was traded; correct the file, or say --calendar stocks"
            )
    return bars, [*notices, *(replace(one, text=f"{origin.path.name}: {one.text}") for one in found)]


def _refuse_without_volume(frame: pd.DataFrame, origin: Origin) -> None:
    if "no_volume" in dict(frame.attrs.get("notices", ())):
        raise DataError(
            f"{origin.path.name}: has no column of volume, and volumes of 0 are not stored in its place; give it a "
            "column volume"
        )


def _timeframe(frame: pd.DataFrame, origin: Origin, wishes: Wishes) -> Timeframe | None:
    """Return the length of the candles, which the name and the times must agree about."""
    times, said = _times(frame), wishes.timeframe
    told, found = said or origin.name.timeframe, infer_timeframe(times)
    if told is None or found is None or found == told:
        return told or found
    thin = found.ms > told.ms and (said is not None or len(frame) < _THIN)
    if thin and not np.any((times - told.origin_ms) % told.ms):
        return told
    who = "--timeframe" if said else "its name"
    raise DataError(
        f"{origin.path.name}: {who} says candles of {told}, but most of them are {found} apart; "
        f"{'say' if said else 'rename the file or say'} --timeframe {found} if that is right"
    )


def _is_running(frame: pd.DataFrame, origin: Origin, timeframe: Timeframe, now_ms: int | None) -> bool:
    """Return whether the last candle was not over when the file was written, or is not over now."""
    if not len(frame):
        return False
    opens = int(_times(frame).max())
    closes, now = opens + timeframe.ms, now_ms or time.time_ns() // 1_000_000
    if opens > now:
        raise DataError(
            f"{origin.path.name}: holds a candle of {iso(opens)}, which is in the future; check the times of the file, "
            "or the clock of this machine"
        )
    return closes > now or opens <= origin.path.stat().st_mtime_ns // 1_000_000 < closes


def _finished(frame: pd.DataFrame, origin: Origin, symbol: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Leave out the last candle."""
    times = _times(frame)
    last = times == times.max()
    attrs, lines = dict(frame.attrs), frame.attrs.get("lines")
    frame.attrs.clear()
    kept = frame[~last]
    kept.attrs.update(attrs if lines is None else {**attrs, "lines": lines[~last]})
    place = iso(int(times.max()))
    text = (
        f"{origin.path.name}: its last candle, of {place}, was not finished when the file was written: it was "
        "left out; download it"
    )
    return kept, [Finding(symbol, "unfinished", "notice", 1, (place,), text)]


def _times(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    return np.asarray(frame["time"].to_numpy(), dtype=np.int64)
