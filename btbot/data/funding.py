"""Funding rates of perpetuals from a file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from btbot.data import cells, delimited, epoch
from btbot.data.archive import unpack
from btbot.data.candles import iso
from btbot.data.layout import listed
from btbot.data.table import Table
from btbot.errors import DataError

_TIME = ("timestamp", "funding_time", "fundingtime", "calc_time", "time", "date")
_RATE = ("funding_rate", "fundingrate", "last_funding_rate", "rate")
LARGEST = 0.75  # a rate beyond it was written in percent or basis points: no exchange's cap comes near


def read_funding(path: Path) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return when funding is paid and at which rate.

    Parameters
    ----------
    path
        csv, csv.gz or zip with columns ``timestamp,funding_rate``, or as Binance names them.

    Returns
    -------
    Epoch milliseconds UTC, int64 of shape (n,), strictly increasing; rates as fractions of the notional
    (0.0001 is 0.01 %), float64 of shape (n,), positive when longs pay.

    Raises
    ------
    DataError
        If columns are missing, or a time or rate cannot be right.
    """
    return judged(_load(path))


def judged(table: Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return times and rates of a table with the columns ``time`` and ``rate``, as `read_funding` does."""
    times = epoch.milliseconds(table, unit=None, timezone=None).ms
    rates = cells.floats(table, "rate")
    wrong = np.flatnonzero(~(np.abs(rates) < LARGEST))
    if wrong.size:
        at = int(wrong[0])
        raise DataError(
            f"{table.where(at)}: the funding rate is {rates[at]:g}; a fraction between -{LARGEST} and "
            f"{LARGEST} is expected, 0.0001 meaning 0.01 %; correct the file"
        )
    if len(times) > 1 and times[0] > times[-1]:
        times, rates = times[::-1].copy(), rates[::-1].copy()
    backwards = np.flatnonzero(np.diff(times) <= 0)
    if backwards.size:
        at = int(backwards[0]) + 1
        raise DataError(
            f"{table.source}: the time {iso(int(times[at]))} is not later than the one before it; "
            "sort the file and keep one rate a time"
        )
    return times, rates


def _load(path: Path) -> Table:
    content = unpack(path)
    first = content[:4096].decode("utf-8-sig", errors="replace").splitlines()[0]
    names = [name.strip().strip('"') for name in first.split(",")]
    plain = [re.sub(r"[\s\-]+", "_", name.lower()) for name in names]
    roles = {}
    for role, aliases in (("time", _TIME), ("rate", _RATE)):
        known = [alias for alias in aliases if alias in plain]
        if not known:
            raise DataError(
                f"{path.name}, line 1: no column for {role} among {listed([name[:40] for name in names])}; "
                "a funding file has the columns timestamp,funding_rate"
            )
        roles[role] = plain.index(known[0])
    return delimited.parse(content, path.name, roles=roles, names=names, skip=1, delimiter=",")
