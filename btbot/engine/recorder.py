"""The account after every visited bar, and from it the account at every bar."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.engine.timeline import Timeline

FloatArray = npt.NDArray[np.float64]


class Recorder:
    """Writes down what the broker says, bar by bar.

    Parameters
    ----------
    timeline
        The closes of the run.
    closes
        Per symbol float64 of shape (m,), on that axis.
    """

    def __init__(self, timeline: Timeline, closes: list[FloatArray]) -> None:
        self.timeline, self._closes = timeline, closes
        self._at: list[int] = []
        self._cash: list[float] = []
        self._value: list[float] = []
        self._sizes: list[tuple[float, ...]] = []

    def mark(self, at: int, broker: Any, datas: list[Any]) -> None:
        """Write down the account after the broker's turn at close `at`."""
        self._at.append(at)
        self._cash.append(broker.cash)
        self._value.append(broker.getvalue())
        positions = broker.positions
        self._sizes.append(tuple(positions[data].size if data in positions else 0.0 for data in datas))

    def account(self) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int64]]:
        """Return equity, cash and the number of open positions, each of shape (m,).

        Where nobody looked nothing changed but the prices: cash and sizes are carried forward and valued at
        each close. Visited bars show the broker's own value.
        """
        m = len(self.timeline)
        marks = np.array(self._at, dtype=np.int64)
        row = np.searchsorted(marks, np.arange(m), side="right") - 1
        seen = row >= 0
        row = np.maximum(row, 0)
        first_cash = self._cash[0] if self._cash else 0.0
        cash = np.where(seen, np.array(self._cash)[row], first_cash)
        sizes = np.array(self._sizes, dtype=np.float64)
        equity = cash.copy()
        count = np.zeros(m, dtype=np.int64)
        for number, close in enumerate(self._closes):
            if not sizes[:, number].any():
                continue
            held = np.where(seen, sizes[row, number], 0.0)
            here = held != 0.0
            equity[here] += held[here] * close[here]
            count += here
        equity[marks] = self._value
        return equity, cash, count
