"""Moments as people write them, in epoch milliseconds UTC."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from btbot.errors import ConfigError

EVER = 2**52  # beyond every time, and exact as a float
Moment = int | str | dt.datetime | None


def milliseconds(moment: Moment, *, otherwise: int, name: str = "") -> int:
    """Return a moment in epoch milliseconds; without an offset it is UTC.

    Parameters
    ----------
    otherwise
        What None means.
    name
        What the user calls the moment, such as ``--start``, for messages.

    Examples
    --------
    >>> milliseconds("2021-01-01", otherwise=0), milliseconds(None, otherwise=7)
    (1609459200000, 7)

    Raises
    ------
    ConfigError
        If the text is no date.
    """
    if moment is None or isinstance(moment, int):
        return otherwise if moment is None else moment
    stamp = pd.to_datetime(moment, utc=True, errors="coerce")
    if pd.isna(stamp):
        called = f"{name}: " if name else ""
        raise ConfigError(f"{called}a date such as 2021-01-01 or 2021-01-01T12:00 is expected, was {moment!r}")
    return int(stamp.as_unit("ms").value) if stamp.unit == "ms" else int(stamp.value // 1_000_000)
