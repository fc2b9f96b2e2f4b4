"""The grid of SMA crosses in vectorbt; runs in an environment of its own, on arrays from a file.

Forms, the fastest of those tried for each: all columns at once need ten gigabytes and are three times slower than some
dozens of them, which stay in the cache of the processor; room for few orders and no stops save a third.

- ``portfolio ENGINE``: `Portfolio.from_signals`, as a user writes it.
- ``inner ENGINE``: the simulation below `Portfolio`, which takes arrays and is not documented.
"""

from __future__ import annotations

import sys

import bench_sweep_grid as grid
import bench_worker
import numpy as np
import pandas as pd
import vectorbt as vbt
from vectorbt.generic import dispatch as generic
from vectorbt.portfolio import dispatch as portfolio

COLUMNS = {"portfolio": 49, "inner": 25}
BARS_AN_ORDER = 8


class Sweep:
    """All settings over the candles of a file."""

    def __init__(self, path: str, form: str, engine: str) -> None:
        arrays = np.load(path)
        index = pd.to_datetime(arrays["time"], unit="ms")
        self.close, self.opened = pd.Series(arrays["close"], index), pd.Series(arrays["open"], index)
        self.form, self.engine, self.step = form, engine, index[1] - index[0]
        at = {window: number for number, window in enumerate(grid.WINDOWS)}
        self.fast, self.slow = np.array([(at[fast], at[slow]) for fast, slow in grid.PAIRS]).T

    def once(self) -> dict[str, list[float]]:
        """Return final equity and number of orders of each setting."""
        lines = vbt.MA.run(self.close, list(grid.WINDOWS)).ma.to_numpy()
        equity, fills = [], []
        for first in range(0, len(self.fast), COLUMNS[self.form]):
            part = slice(first, first + COLUMNS[self.form])
            fast, slow = lines[:, self.fast[part]], lines[:, self.slow[part]]
            enter, leave = self.crossed(fast, slow), self.crossed(slow, fast)
            orders = (self.portfolio if self.form == "portfolio" else self.inner)(enter, leave)
            count = enter.shape[1]
            equity += self.equity(orders, count).tolist()
            fills += np.bincount(orders["col"], minlength=count).tolist()
        return {"equity": equity, "fills": fills}

    def crossed(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Return where a line crosses above another, one bar later: seen at a close, filled at the next open."""
        seen = generic.crossed_above(above, below, engine=self.engine)
        return np.concatenate((np.zeros((1, seen.shape[1]), dtype=bool), seen[:-1]))

    def portfolio(self, enter: np.ndarray, leave: np.ndarray) -> np.ndarray:
        """Return the orders of `Portfolio.from_signals`."""
        made = vbt.Portfolio.from_signals(
            self.close, enter, leave, price=self.opened, size=1.0, fees=grid.FEE, init_cash=grid.CAPITAL,
            freq=self.step, use_stops=False, max_orders=enter.size // BARS_AN_ORDER, engine=self.engine,
        )  # fmt: skip
        return made.order_records

    def inner(self, enter: np.ndarray, leave: np.ndarray) -> np.ndarray:
        """Return the orders of what `Portfolio.from_signals` calls."""
        bars, count = enter.shape
        orders, _ = portfolio.simulate_from_signals(
            (bars, count), np.ones(count, dtype=np.int64), np.full(count, grid.CAPITAL),
            np.zeros((bars, count), dtype=np.int64), entries=enter, exits=leave, size=np.asarray(1.0),
            price=self.opened.to_numpy()[:, None], close=self.close.to_numpy()[:, None], fees=np.asarray(grid.FEE),
            use_stops=False, max_orders=enter.size // BARS_AN_ORDER, max_logs=1, engine=self.engine,
        )  # fmt: skip
        return orders

    def equity(self, orders: np.ndarray, count: int) -> np.ndarray:
        """Return the final equity, from the orders: ten times faster than `Portfolio.final_value`."""
        size = np.where(orders["side"] == 0, orders["size"], -orders["size"])
        spent = np.bincount(orders["col"], size * orders["price"] + orders["fees"], count)
        return grid.CAPITAL - spent + np.bincount(orders["col"], size, count) * self.close.iloc[-1]


if __name__ == "__main__":
    bench_worker.serve(Sweep(*sys.argv[1:]).once, vbt.__version__)
