"""Risk limits on equity, tested at every close, also at those that nobody visits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.risk import daily_loss_breached, drawdown_breached, liquidated

FloatArray = npt.NDArray[np.float64]
_DAY_MS = 86_400_000
_SCAN = 2048  # closes looked at in one go

Held = tuple[int, float]


def over_bars(rule: Any) -> Any:
    """Return a rule as it is: those of `btbot.risk` work elementwise too, which their types do not say."""
    return rule


class RiskWatch:
    """Follows the peak of equity and the first equity of each UTC day.

    Parameters
    ----------
    capital
        Equity before the first bar; the first peak.
    max_drawdown, max_daily_loss
        Limits as fractions; None for none.
    maintenance_margin
        See the rule of liquidation.
    open_time
        int64 of shape (m,), open of the bar that ends at each close.
    closes, highs, lows
        Per symbol float64 of shape (m,), on the axis of all closes.
    """

    def __init__(
        self,
        capital: float,
        *,
        max_drawdown: float | None,
        max_daily_loss: float | None,
        maintenance_margin: float,
        open_time: npt.NDArray[np.int64],
        closes: list[FloatArray],
        highs: list[FloatArray],
        lows: list[FloatArray],
    ) -> None:
        self.max_drawdown, self.max_daily_loss = max_drawdown, max_daily_loss
        self.maintenance_margin = maintenance_margin
        self.peak = self.day_first = capital
        self.through = -1  # last close taken into account
        self.halted = False  # a drawdown ended entries for the run
        self.halted_day = -1  # UTC day for which a loss ended entries
        self.limits = max_drawdown is not None or max_daily_loss is not None
        self._day = open_time // _DAY_MS
        self._closes, self._highs, self._lows = closes, highs, lows

    def equity(self, start: int, stop: int, cash: float, held: list[Held]) -> FloatArray:
        """Return equity at the closes ``start:stop`` if cash and sizes stay as they are."""
        values = np.full(stop - start, cash)
        for number, size in held:
            values += size * self._closes[number][start:stop]
        return values

    def catch_up(self, at: int, cash: float, held: list[Held]) -> None:
        """Take the closes that were skipped before `at` into account."""
        if not self.limits or at - 1 <= self.through:
            return
        start = self.through + 1
        values = self.equity(start, at, cash, held)
        self.peak = max(self.peak, float(values.max()))
        first = int(np.searchsorted(self._day, self._day[at - 1]))
        if first >= start:
            self.day_first = float(values[first - start])
        self.through = at - 1

    def close(self, at: int, equity: float) -> str | None:
        """Take one close into account; return the limit that it breaks, if any."""
        if not self.limits:
            return None
        if at == 0 or self._day[at] != self._day[at - 1]:
            self.day_first = equity
        self.peak = max(self.peak, equity)
        self.through = at
        if self.max_drawdown is not None and drawdown_breached(self.peak, equity, self.max_drawdown):
            self.halted = True
            return "max_drawdown"
        if self.max_daily_loss is not None and daily_loss_breached(self.day_first, equity, self.max_daily_loss):
            self.halted_day = int(self._day[at])
            return "max_daily_loss"
        return None

    def may_enter(self, at: int) -> bool:
        """True unless a limit has ended entries."""
        return not self.halted and self.halted_day != self._day[at]

    def day_end(self, at: int) -> int:
        """Return the first close of the next UTC day."""
        return int(np.searchsorted(self._day, self._day[at] + 1))

    def next_breach(self, at: int, end: int, cash: float, held: list[Held]) -> int:
        """Return the next close after `at` that breaks a limit or liquidates, at most `end`."""
        margin = cash < 0.0 or any(size < 0.0 for _, size in held)
        if not held or not (self.limits or margin):
            return end
        peak, day_first, start = self.peak, self.day_first, at + 1
        while start < end:
            stop = min(start + _SCAN, end)
            values = self.equity(start, stop, cash, held)
            broken = np.zeros(stop - start, dtype=bool)
            if self.max_drawdown is not None:
                peaks = np.maximum(np.maximum.accumulate(values), peak)
                broken |= over_bars(drawdown_breached)(peaks, values, self.max_drawdown)
                peak = float(peaks[-1])
            if self.max_daily_loss is not None:
                firsts = self._day_firsts(start, stop, values, day_first)
                broken |= over_bars(daily_loss_breached)(firsts, values, self.max_daily_loss)
                day_first = float(firsts[-1])
            if margin:
                broken |= self._under_water(start, stop, cash, held)
            if broken.any():
                return start + int(broken.argmax())
            start = stop
        return end

    def _day_firsts(self, start: int, stop: int, values: FloatArray, before: float) -> FloatArray:
        days = self._day[start:stop]
        new = np.r_[start == 0 or days[0] != self._day[start - 1], days[1:] != days[:-1]]
        index = np.maximum.accumulate(np.where(new, np.arange(len(days)), -1))
        return np.where(index >= 0, values[np.maximum(index, 0)], before)

    def _under_water(self, start: int, stop: int, cash: float, held: list[Held]) -> npt.NDArray[np.bool_]:
        equity, notional = np.full(stop - start, cash), np.zeros(stop - start)
        for number, size in held:
            worst = (self._lows if size > 0.0 else self._highs)[number][start:stop]
            equity += size * worst
            notional += abs(size) * worst
        broken: npt.NDArray[np.bool_] = over_bars(liquidated)(equity, self.maintenance_margin, notional)
        return broken
