"""The market as the kernel reads it: every symbol on the one time axis of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.bars import Bars
from btbot.engine.broker.terms import Terms
from btbot.engine.timeline import Timeline
from btbot.kernel.layout import BLOCK, TAPE
from btbot.kernel.reading import address
from btbot.metrics.daily import DAY_MS, day_ends

FloatArray = npt.NDArray[np.float64]
NOTHING: FloatArray = np.zeros((1, 0))


class Axis:
    """Brings the values of each symbol's own bars onto the time axis of all.

    Parameters
    ----------
    bars
        By symbol, in the order of the run.
    """

    def __init__(self, bars: Mapping[str, Bars]) -> None:
        self.timeline = Timeline(list(bars.values()))
        self.symbols, self.length = len(bars), len(self.timeline)

    def spread(self, values: Sequence[Any], fill: Any) -> npt.NDArray[Any]:
        """Return values of each symbol, shape (symbols, m): carried forward, `fill` before the first.

        An entry of None, a symbol without these values, is `fill` throughout; without any the shape is (1, 0).
        """
        known = next((row for row in values if row is not None), None)
        if known is None:
            return NOTHING
        if len(values) == 1:
            row: npt.NDArray[Any] = np.require(known, requirements=["C", "A"])
            return row.reshape(1, -1)
        whole = np.full((self.symbols, self.length), fill, dtype=known.dtype)
        for number, row in enumerate(values):
            if row is not None:
                self.place(whole[number], number, row, fill)
        return whole

    def place(self, target: npt.NDArray[Any], number: int, values: npt.NDArray[Any], fill: Any) -> None:
        """Write one symbol's values onto the axis, carried forward."""
        if self.timeline.fresh[number] is None:
            target[: self.length] = values
        else:
            at = self.timeline.at[number]
            target[: self.length] = np.where(at >= 0, values[np.maximum(at, 0)], fill)


class Tape:
    """Arrays of the market, and the record of their addresses.

    Parameters
    ----------
    arrays
        By the names of `btbot.kernel.layout.TAPE`; kept alive here.
    length
        Closes of the time axis.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], length: int) -> None:
        self._arrays = {name: np.require(values, requirements=["C", "A"]) for name, values in arrays.items()}
        self.rows = np.zeros(1, dtype=TAPE)
        for name, values in self._arrays.items():
            self.rows[name] = address(values)
        self.rows["length"], self.rows["trading_days"] = length, len(self._arrays["days"])
        self.rows["symbols"], self.rows["blocks"] = len(self._arrays["close"]), self._arrays["block_high"].shape[1]
        self.address = address(self.rows)

    def with_days(self, days: npt.NDArray[np.int64]) -> Tape:
        """Return the same market with other last closes of its days."""
        return Tape({**self._arrays, "days": days}, int(self.rows["length"][0]))


def make_tape(axis: Axis, bars: Mapping[str, Bars], terms: Terms) -> Tape:
    """Return the market's arrays, with the volatility and funding that the terms ask for."""
    series, timeline = list(bars.values()), axis.timeline
    arrays: dict[str, npt.NDArray[Any]] = {
        name: axis.spread([getattr(item, name) for item in series], np.nan)
        for name in ("open", "high", "low", "close", "volume")
    }
    fresh = [np.ones(axis.length, bool) if row is None else row for row in timeline.fresh]
    arrays |= {
        "bar": np.vstack(timeline.at), "fresh": np.vstack(fresh), "time": timeline.time,
        "day": timeline.open_time // DAY_MS, "days": day_ends(timeline.open_time)[1],
    }  # fmt: skip
    begins = np.arange(0, axis.length, BLOCK)
    arrays["block_high"] = np.maximum.reduceat(arrays["close"], begins, axis=1)
    arrays["block_low"] = np.minimum.reduceat(arrays["close"], begins, axis=1)
    if terms.volatility is not None:
        arrays["sigma"] = axis.spread(terms.volatility, np.nan)
        arrays["sigma_before"] = axis.spread([np.append(np.nan, row[:-1]) for row in terms.volatility], np.nan)
    if terms.funding is not None:
        arrays["funding"] = axis.spread(terms.funding, 0.0)
    return Tape(arrays, axis.length)
