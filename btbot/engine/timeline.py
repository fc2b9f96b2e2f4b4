"""The closes of all symbols on one time axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from btbot.bars import Bars

IntArray = npt.NDArray[np.int64]


class Timeline:
    """Union of the close times of several symbols' bars.

    Attributes
    ----------
    time
        int64 of shape (m,), epoch milliseconds UTC, strictly increasing.
    open_time
        int64 of shape (m,): open of the shortest bar that closes at `time`; days and months group by it.
    at
        Per symbol int64 of shape (m,): index of its last bar closed by then, -1 before its first.
    fresh
        Per symbol: None if it has a bar at every time, else bool of shape (m,).
    """

    def __init__(self, bars: Sequence[Bars]) -> None:
        closes = [item.close_time for item in bars]
        if all(np.array_equal(closes[0], other) for other in closes[1:]):
            self.time: IntArray = closes[0]
            everywhere = np.arange(len(self.time))
            self.at: list[IntArray] = [everywhere] * len(bars)
            self.fresh: list[npt.NDArray[np.bool_] | None] = [None] * len(bars)
        else:
            self.time = np.unique(np.concatenate(closes))
            self.at = [np.searchsorted(close, self.time, side="right") - 1 for close in closes]
            self.fresh = [
                (at >= 0) & (close[np.maximum(at, 0)] == self.time) if len(close) else np.zeros(len(self.time), bool)
                for at, close in zip(self.at, closes, strict=True)
            ]
        self.open_time: IntArray = self.time - min(item.timeframe.ms for item in bars)

    def __len__(self) -> int:
        return len(self.time)

    def spread(self, symbol: int, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return a symbol's values on this axis, the last one carried forward, NaN before its first bar."""
        if self.fresh[symbol] is None:
            return values
        at = self.at[symbol]
        return np.where(at >= 0, values[np.maximum(at, 0)], np.nan)

    def worst(self, symbol: int, bars: Bars, name: str) -> npt.NDArray[np.float64]:
        """Return a symbol's highs or lows on this axis; where it has no bar, its last close."""
        fresh = self.fresh[symbol]
        values: npt.NDArray[np.float64] = getattr(bars, name)
        if fresh is None:
            return values
        return np.where(fresh, self.spread(symbol, values), self.spread(symbol, bars.close))
