"""Several timeframes of a market side by side, each bar with what was known when it closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from btbot.bars import COLUMNS, Bars
from btbot.data.store.columns import FloatArray
from btbot.timeframe import Timeframe


@dataclass(frozen=True, eq=False, repr=False)
class Aligned:
    """Bars of one length, and those of longer ones beside them.

    Parameters
    ----------
    bars
        Of the shortest timeframe.
    higher
        Bars of each longer one, of which the first has closed before the first of `bars` does, if there is one.
    """

    bars: Bars
    higher: Mapping[Timeframe, Bars]

    def __repr__(self) -> str:
        return f"Aligned({self.bars!r}, {', '.join(map(str, self.higher)) or 'nothing else'})"

    def column(self, timeframe: Timeframe | str, name: str) -> FloatArray:
        """Return a column of a timeframe on the index of `bars`.

        Returns
        -------
        float64 of shape (len(bars),): at bar `i` the value of the last longer bar that has closed when `i` closes;
        NaN before the first one.

        Raises
        ------
        KeyError
            If the timeframe or the column is not there.
        """
        wanted = Timeframe.parse(timeframe)
        if name not in COLUMNS:
            raise KeyError(name)
        if wanted == self.bars.timeframe:
            return np.asarray(getattr(self.bars, name))
        if wanted not in self.higher:
            raise KeyError(str(wanted))
        higher = self.higher[wanted]
        return np.asarray(self.bars.align(higher, getattr(higher, name)))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All columns with a UTC DatetimeIndex of the shortest bars; those of a longer one end in its name."""
        longer = {f"{name}_{one}": self.column(one, name) for one in self.higher for name in COLUMNS}
        return self.bars.frame.assign(**longer)


def joined(before: Bars, bars: Bars) -> Bars:
    """Return bars with those of `before` that open before all of them."""
    first = int(bars.time[0]) if len(bars) else None
    earlier = before.between(None, first)
    if not len(earlier):
        return bars
    columns = {name: np.concatenate([getattr(earlier, name), getattr(bars, name)]) for name in COLUMNS}
    return Bars(bars.symbol, bars.timeframe, np.concatenate([earlier.time, bars.time]), **columns)
