"""Times of a file as epoch milliseconds UTC."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from btbot.data.table import Table, as_text
from btbot.errors import ConfigError, DataError, did_you_mean

IntArray = npt.NDArray[np.int64]
UNITS = ("s", "ms", "us", "ns", "iso")
_PER_MS = {"s": 1e-3, "ms": 1.0, "us": 1e3, "ns": 1e6}
# An epoch of seconds reaches 1e11 in the year 5138, one of milliseconds passed it in 1973, and so on.
_LARGEST = {"s": 1e11, "ms": 1e14, "us": 1e17}
_BEYOND = 9.0e18  # int64 ends a little later
_DAY_NUMBERS = (19_000_101, 21_001_231)  # 20240131 is a date, not 8 months after the epoch
_FORMATS = ("ISO8601", "%Y-%m-%d %I-%p", "%Y.%m.%d %H:%M", "%Y.%m.%d %H:%M:%S")
_NUMBER = r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$"
# What is read as a date has a year, a month and a day: pandas also takes .5 for May of the year 0, and "now".
_SHAPE = r"^\d{4}([-./]\d{1,2}[-./]\d{1,2}|\d{4})([T Z].*)?$"
_OFFSET = r"Z$|:\d\d(\.\d+)?\s?[+-]\d\d(:?\d\d)?$"


@dataclass(frozen=True, slots=True)
class Times:
    """Epoch milliseconds, and whether the column mixed several units."""

    ms: IntArray
    mixed_units: tuple[str, ...] = ()


def check_unit(unit: str | None) -> None:
    """Raise `ConfigError` for a unit that does not exist."""
    if unit is not None and unit not in UNITS:
        raise ConfigError(
            f"feed.unit: {unit!r} is not known; allowed are {', '.join(UNITS)}{did_you_mean(unit, UNITS)}"
        )


def zone(name: str | None) -> ZoneInfo | None:
    """Return the time zone of that name, or raise `ConfigError`."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"feed.timezone: {name!r} is not known; write a name such as UTC, Europe/Berlin or America/New_York"
        ) from error


def milliseconds(table: Table, *, unit: str | None, timezone: ZoneInfo | None) -> Times:
    """Return the time column as int64 of shape (n,).

    Parameters
    ----------
    table
        With a column ``time``: text, numbers, dates or timestamps.
    unit
        Of numbers; None tells it from the size of each. ``iso`` reads digits as dates too.
    timezone
        Of dates that carry no offset; None is UTC.

    Raises
    ------
    DataError
        For a cell that is no time, with its line.
    ConfigError
        For a time zone with times that are numbers: those are UTC by definition.
    """
    column = table.columns["time"]
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        _no_empty(column, table)
        instants = column.cast(pa.timestamp("ms", getattr(column.type, "tz", None)), safe=False)
        return Times(_utc(pd.DatetimeIndex(instants.to_pandas()), timezone, table))
    numbers = None if unit == "iso" else _numbers(column, table)
    if numbers is not None and unit is None and _are_dates(numbers):
        column, numbers = column.cast(pa.float64()).cast(pa.int64()), None
    if numbers is None:
        return Times(_utc(_dates(as_text(column, table.source), table), timezone, table))
    if timezone is not None:
        raise ConfigError(
            f"{table.source}: its times are epoch numbers, which are UTC; remove feed.timezone, "
            "it is for dates without an offset"
        )
    return _scaled(numbers, table, unit)


def _are_dates(numbers: npt.NDArray[np.float64] | IntArray) -> bool:
    """Tell 20240131 from an epoch."""
    return bool(np.min(numbers) >= _DAY_NUMBERS[0] and np.max(numbers) <= _DAY_NUMBERS[1])


def _numbers(column: pa.ChunkedArray, table: Table) -> npt.NDArray[np.float64] | IntArray | None:
    text = pa.types.is_string(column.type)
    column = as_text(column, table.source) if text else column
    for kind in (pa.int64(), pa.float64()):
        try:
            return np.asarray(column.cast(kind).to_numpy(zero_copy_only=False))
        except pa.ArrowException:
            continue
    numeric = np.asarray(pc.match_substring_regex(column, _NUMBER)) if text else np.zeros(0, dtype=bool)
    if 2 * np.count_nonzero(numeric) > len(column):
        at = int(np.flatnonzero(~numeric)[0])
        raise _no_time(table, at, column[at].as_py())
    return None


def _scaled(numbers: npt.NDArray[np.float64] | IntArray, table: Table, unit: str | None) -> Times:
    unreadable = np.flatnonzero(~(np.abs(numbers) < _BEYOND))
    if unreadable.size:
        at = int(unreadable[0])
        raise _no_time(table, at, str(numbers[at]))
    if unit is not None:
        return Times(_to_ms(numbers, unit))
    kinds = np.searchsorted(list(_LARGEST.values()), np.abs(numbers), side="right")
    present = np.flatnonzero(np.bincount(kinds, minlength=1))
    units = [list(_PER_MS)[kind] for kind in present]
    if len(units) == 1:
        return Times(_to_ms(numbers, units[0]))
    result = np.empty(len(numbers), dtype=np.int64)
    for kind, name in zip(present, units, strict=True):
        result[kinds == kind] = _to_ms(numbers[kinds == kind], name)
    return Times(result, tuple(units))


def _to_ms(numbers: npt.NDArray[np.float64] | IntArray, unit: str) -> IntArray:
    if unit == "s":
        return np.clip(np.round(numbers * 1_000.0), -_BEYOND, _BEYOND).astype(np.int64)
    if numbers.dtype == np.int64:
        return np.asarray(numbers // int(_PER_MS[unit]), dtype=np.int64)
    return np.floor(numbers / _PER_MS[unit]).astype(np.int64)


def _dates(text: pa.ChunkedArray, table: Table) -> pd.DatetimeIndex:
    _no_empty(text, table)
    text = pc.replace_substring_regex(text, r"\s?(UTC|GMT)$", "Z")
    shapeless = np.flatnonzero(~np.asarray(pc.match_substring_regex(text, _SHAPE)))
    if shapeless.size:
        at = int(shapeless[0])
        raise _no_time(table, at, text[at].as_py())
    offsets = pc.sum(pc.match_substring_regex(text, _OFFSET).cast(pa.int64())).as_py()
    if 0 < offsets < len(text):
        raise DataError(
            f"{table.source}: {offsets} of {len(text)} times carry an offset from UTC and the others do not; "
            "write all of them in one way"
        )
    cells = pd.Series(text.to_pandas())
    for form in _FORMATS:
        try:
            return pd.DatetimeIndex(pd.to_datetime(cells, format=form, utc=bool(offsets)))
        except (ValueError, OverflowError):
            continue
    return _dates_in_several_formats(cells, table)


def _dates_in_several_formats(cells: pd.Series, table: Table) -> pd.DatetimeIndex:
    """Read each cell by the first format that fits it; all are year first, so none is a guess."""
    result = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[ms, UTC]")
    for form in _FORMATS:
        parsed = pd.to_datetime(cells, format=form, errors="coerce", utc=True)
        result = result.fillna(parsed.astype("datetime64[ms, UTC]"))
    unreadable = np.flatnonzero(result.isna().to_numpy())
    if unreadable.size:
        raise _no_time(table, int(unreadable[0]), str(cells.iloc[int(unreadable[0])]))
    return pd.DatetimeIndex(result.dt.tz_localize(None))


def _utc(instants: pd.DatetimeIndex, timezone: ZoneInfo | None, table: Table) -> IntArray:
    if instants.tz is None:
        try:
            instants = instants.tz_localize(timezone or "UTC")
        except ValueError as error:
            raise DataError(
                f"{table.source}: a time does not exist or exists twice in {timezone} ({error}), because "
                "clocks changed; export the file in UTC"
            ) from error
    if instants.hasnans:
        raise _no_time(table, int(np.flatnonzero(instants.isna())[0]), "empty")
    return np.asarray(instants.as_unit("ms").asi8, dtype=np.int64)


def _no_empty(column: pa.ChunkedArray, table: Table) -> None:
    if column.null_count:
        raise _no_time(table, int(np.flatnonzero(np.asarray(column.is_null()))[0]), "empty")


def _no_time(table: Table, row: int, found: str) -> DataError:
    return DataError(
        f"{table.where(row)}: time is {found[:40]!r}, an epoch number or a date such as 2024-01-31 13:00 is "
        "expected (year first, or name the unit with feed.unit); correct the line"
    )
