"""Longer candles out of shorter ones, where all of these are there."""

from __future__ import annotations

import numpy as np

from btbot.data.store.columns import EMPTY, Columns
from btbot.timeframe import Timeframe

_DECIMALS = 12  # no exchange sends more


def whole_buckets(found: Columns, timeframe: Timeframe, wanted: Timeframe) -> Columns:
    """Return the candles of a longer timeframe of which every part is there.

    Parameters
    ----------
    found
        Candles of `timeframe`, in the order of time.
    wanted
        A multiple of `timeframe`.
    """
    ratio = wanted.ms // timeframe.ms
    on_grid = (found.time - wanted.origin_ms) % timeframe.ms == 0
    found = Columns(found.time[on_grid], found.values[on_grid])
    if not len(found.time):
        return EMPTY
    bucket = (found.time - wanted.origin_ms) // wanted.ms
    first = np.flatnonzero(np.r_[True, bucket[1:] != bucket[:-1]])
    whole = np.diff(np.r_[first, len(found.time)]) == ratio
    last = np.r_[first[1:], len(found.time)] - 1
    open_, high, low, _, volume = found.values.T
    values = np.column_stack(
        [
            open_[first],
            np.maximum.reduceat(high, first),
            np.minimum.reduceat(low, first),
            found.values[last, 3],
            np.add.reduceat(volume, first),
        ]
    )
    return Columns(bucket[first][whole] * wanted.ms + wanted.origin_ms, values[whole])


def in_decimals(made: Columns, of: Columns) -> Columns:
    """Return sums of volumes with as many decimals as the volumes that were added, as the exchange would send them.

    Parameters
    ----------
    made, of
        Candles, and the shorter ones that they were made of.

    Examples
    --------
    >>> import numpy as np
    >>> day, hours = (np.array([[1.0, 1.0, 1.0, 1.0, volume]]) for volume in (0.1 + 0.2, 0.1))
    >>> in_decimals(Columns(np.array([0]), day), Columns(np.array([0]), hours)).values[0, 4].item()
    0.3
    """
    given = of.values[:, 4]
    for decimals in range(_DECIMALS + 1):
        if (np.round(given, decimals) == given).all():
            return Columns(made.time, np.column_stack([made.values[:, :4], np.round(made.values[:, 4], decimals)]))
    return made
