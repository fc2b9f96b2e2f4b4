"""A DataFrame of the user's as a raw frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import COLUMNS
from btbot.data.layout import listed
from btbot.data.raw import raw_frame
from btbot.errors import DataError

IntArray = npt.NDArray[np.int64]
_TIME = ("time", "timestamp")


def from_frame(frame: Any, *, source: str = "frame") -> pd.DataFrame:
    """Return the candles of a DataFrame as a raw frame; the argument is not changed.

    Parameters
    ----------
    frame
        Columns open, high, low, close and volume in any case. Time is a DatetimeIndex of any unit and name
        (without a zone it means UTC), or a column ``time`` or ``timestamp`` in epoch milliseconds or as
        datetimes.
    source
        Name for messages.

    Raises
    ------
    DataError
        If it is no DataFrame, or columns or time are missing or cannot be read.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"{source}: a pandas DataFrame of candles is expected, found {type(frame).__name__}")
    names = _names(frame, source)
    values = {name: _floats(frame, names[name], source) for name in COLUMNS if name in names}
    notices = []
    if "volume" not in values:
        values["volume"] = np.zeros(len(frame))
        notices.append(("no_volume", f"{source} has no column of volume: volume is 0 in every bar"))
    return raw_frame(_time(frame, names, source), values, source=source, notices=notices)


def _names(frame: pd.DataFrame, source: str) -> dict[str, Any]:
    """Return role to column label, by names without regard to case."""
    if isinstance(frame.columns, pd.MultiIndex):
        raise DataError(f"{source}: its columns have several levels; choose one symbol first, such as frame.xs(...)")
    found: dict[str, Any] = {}
    for label in frame.columns:
        role = str(label).strip().lower()
        if role in found and role in (*COLUMNS, *_TIME):
            raise DataError(f"{source}: has two columns named {role}; drop or rename one of them")
        found[role] = label
    missing = [name for name in COLUMNS[:4] if name not in found]
    if missing:
        labels = listed([str(label) for label in frame.columns]) or "none"
        raise DataError(f"{source}: no column for {', '.join(missing)}; it has {labels}; rename the columns")
    return found


def _floats(frame: pd.DataFrame, label: Any, source: str) -> npt.NDArray[np.float64]:
    column = frame[label]
    values = pd.to_numeric(column, errors="coerce") if column.dtype.kind not in "fiu" else column
    unreadable = np.flatnonzero(values.isna().to_numpy() & column.notna().to_numpy())
    if unreadable.size:
        at = int(unreadable[0])
        raise DataError(
            f"{source}, row {at}: {label} is {str(column.iloc[at])[:40]!r}, a number is expected; correct the frame"
        )
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))


def _time(frame: pd.DataFrame, names: dict[str, Any], source: str) -> IntArray:
    if isinstance(frame.index, pd.DatetimeIndex):
        return _from_dates(frame.index, source)
    for name in _TIME:
        if name in names:
            column = frame[names[name]]
            if column.dtype.kind == "M" or isinstance(column.dtype, pd.DatetimeTZDtype):
                return _from_dates(pd.DatetimeIndex(column), source)
            values = _floats(frame, names[name], source)
            _no_empty(~(np.abs(values) < 9e18), source)
            return column.to_numpy(dtype=np.int64) if column.dtype.kind in "iu" else values.astype(np.int64)
    raise DataError(
        f"{source}: has no times; give it a DatetimeIndex (pd.to_datetime) or a column time in epoch milliseconds"
    )


def _from_dates(dates: pd.DatetimeIndex, source: str) -> IntArray:
    _no_empty(np.asarray(dates.isna()), source)
    utc = dates.tz_localize("UTC") if dates.tz is None else dates.tz_convert("UTC")
    return np.asarray(utc.as_unit("ms").asi8, dtype=np.int64)


def _no_empty(empty: npt.NDArray[np.bool_], source: str) -> None:
    if empty.any():
        at = int(np.flatnonzero(empty)[0])
        raise DataError(f"{source}, row {at}: time is empty; drop the row or give it a time")
