"""Funding rates of any file, with the mark price where it has one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from btbot.data import cells, epoch
from btbot.data.formats.header import Header
from btbot.data.formats.pieces import whole
from btbot.data.funding import judged


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Funding rates in the order of time.

    Parameters
    ----------
    time
        int64 of shape (n,), epoch milliseconds UTC.
    rate
        float64 of shape (n,), fractions of the notional.
    mark_price
        float64 of shape (n,), quote currency; NaN where the file has none.
    """

    time: npt.NDArray[np.int64]
    rate: npt.NDArray[np.float64]
    mark_price: npt.NDArray[np.float64]


def read_rates(path: Path, header: Header) -> Rates:
    """Return the funding rates of a file.

    Raises
    ------
    DataError
        If a time or a rate cannot be right; with the line.
    """
    table = whole(path, header)
    time, rate = judged(table)
    if "mark" not in header.roles:
        return Rates(time, rate, np.full(len(time), np.nan))
    mark = cells.floats(table, "mark")
    backwards = int(epoch.milliseconds(table, unit=None, timezone=None).ms[0]) != int(time[0])
    return Rates(time, rate, mark[::-1].copy() if backwards else mark)
