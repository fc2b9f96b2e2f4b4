"""The protective levels of one open position, carried from close to close."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.exits import Exits, distance_level, moved_to_break_even, tighter, trailed
from btbot.exits.path import best_path, first_touch, tighter_path, trailed_path

FloatArray = npt.NDArray[np.float64]
_FIRST_SCAN, _LAST_SCAN = 64, 8192  # bars looked at in one go; doubled while nothing is touched


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """What protection reads of a symbol: arrays of shape (n,); ``levels`` by name from `Signals`.

    `tick` is the step to which the venue rounds a level, 0 for none.
    """

    high: FloatArray
    low: FloatArray
    atr: FloatArray | None
    levels: dict[str, FloatArray]
    tick: float = 0.0


class Protection:
    """Stop, take-profit, trailing and break-even of one position.

    Parameters
    ----------
    rules
        Declared exits.
    market
        Arrays of the symbol.
    side
        +1 long, -1 short.
    entry
        Average fill price.
    signal_bar, entry_bar
        The bar whose close sent the entry, and the bar in which it filled.
    """

    __slots__ = (
        "_after",
        "_after_atr",
        "_break_offset",
        "_break_trigger",
        "_distance",
        "_trail_levels",
        "_trail_multiple",
        "_trailing",
        "best",
        "entry",
        "even",
        "market",
        "side",
        "stop",
        "target",
        "through",
        "trail",
    )

    def __init__(
        self, rules: Exits, market: Market, side: int, *, entry: float, signal_bar: int, entry_bar: int
    ) -> None:
        self.market, self.side, self.entry = market, side, entry
        self.through = entry_bar - 1
        self.best = entry
        name = "long" if side > 0 else "short"
        self.stop = self._level(rules.stop, -side, f"stop_{name}", signal_bar)
        self.target = self._level(rules.take_profit, side, f"target_{name}", signal_bar)
        self.even = self.trail = self._distance = math.nan
        self._trail_multiple = self._break_trigger = math.nan
        self._after = self._after_atr = self._break_offset = 0.0
        self._trailing = False
        self._trail_levels: FloatArray | None = None
        if rules.break_even:
            self._break_trigger = self._move(rules.break_even, signal_bar)
            self._break_offset = entry * rules.break_even.get("offset_percent", 0.0)
        if rules.trailing:
            self._begin_trailing(rules.trailing, f"stop_{name}", signal_bar)

    def _begin_trailing(self, rule: Any, levels: str, signal_bar: int) -> None:
        """Set the trailing level of the entry bar, which comes from the fill price alone."""
        self._after = self.entry * rule.get("after_percent", 0.0)
        self._after_atr = rule.get("after_atr", 0.0)
        if "level" in rule:
            self._trail_levels = self.market.levels.get(levels)
        elif "atr" in rule:
            self._trail_multiple = rule["atr"]
        else:
            self._distance = self.entry * rule["percent"]
        self._trail_at(signal_bar)

    def _move(self, rule: Any, signal_bar: int) -> float:
        """Return a favourable move, in price."""
        if "after_atr" in rule:
            return float(rule["after_atr"] * self._atr(signal_bar))
        return float(self.entry * rule.get("after_percent", 0.0))

    def _level(self, rule: Any, direction: int, levels: str, signal_bar: int) -> float:
        if not rule:
            return math.nan
        if "level" in rule:
            prices = self.market.levels.get(levels)
            return math.nan if prices is None or signal_bar < 0 else float(prices[signal_bar])
        distance = self.entry * rule["percent"] if "percent" in rule else rule["atr"] * self._atr(signal_bar)
        return distance_level(self.entry, direction, distance)

    def _atr(self, bar: int) -> float:
        return math.nan if self.market.atr is None or bar < 0 else float(self.market.atr[bar])

    @property
    def level(self) -> float:
        """The stop that counts now: the tightest of all."""
        return tighter(self.side, tighter(self.side, self.stop, self.trail), self.even)

    @property
    def reason(self) -> str:
        """Which exit the present `level` belongs to."""
        level = self.level
        if level == self.stop:
            return "stop"
        return "trailing" if level == self.trail else "break_even"

    @property
    def may_stop(self) -> bool:
        """True if a stop exists now or may appear later."""
        numbers = (self.stop, self._break_trigger, self._trail_multiple, self._distance)
        return self._trail_levels is not None or not all(math.isnan(number) for number in numbers)

    @property
    def guards(self) -> bool:
        """True if any level exists now or may appear later."""
        return self.may_stop or not math.isnan(self.target)

    def _trail_at(self, bar: int) -> None:
        """Move the trailing level by what is known at the close of `bar`, once the favourable move was made."""
        if not self._trailing:
            after = self._after_atr * self._atr(bar) if self._after_atr else self._after
            self._trailing = self.side * (self.best - self.entry) >= after
        if not self._trailing:
            return
        if self._trail_levels is not None and bar >= 0:
            self.trail = tighter(self.side, self.trail, float(self._trail_levels[bar]))
        elif not math.isnan(self._distance):
            self.trail = trailed(self.side, self.trail, self.best, self._distance)
        elif not math.isnan(self._trail_multiple):
            self.trail = trailed(self.side, self.trail, self.best, self._trail_multiple * self._atr(bar))

    def close(self, bar: int) -> None:
        """Take the close of `bar` into account: the levels are then those that bar ``bar + 1`` meets."""
        if bar - self.through > 1:
            self._skip(bar)
            return
        if bar <= self.through:
            return
        high, low = float(self.market.high[bar]), float(self.market.low[bar])
        self.best = max(self.best, high) if self.side > 0 else min(self.best, low)
        self._trail_at(bar)
        if not math.isnan(self._break_trigger):
            self.even = moved_to_break_even(
                self.side, self.even, self.entry, self.best, self._break_trigger, self._break_offset
            )
        self.through = bar

    def _skip(self, bar: int) -> None:
        """Take several closes into account at once."""
        best, trail, even = self._paths(self.through + 1, bar + 1)
        self._trailing = bool(self._active_path(best, self.through + 1, bar + 1)[-1])
        self.best = float(best[-1])
        self.trail = float(trail[-1]) if trail is not None else self.trail
        self.even = float(even[-1]) if even is not None else self.even
        self.through = bar

    def _paths(self, start: int, stop: int) -> tuple[FloatArray, FloatArray | None, FloatArray | None]:
        """Return best price, trailing and break-even level after each of the closes ``start:stop``."""
        side = self.side
        best = best_path(side, self.best, self.market.high[start:stop], self.market.low[start:stop])
        trail: FloatArray | None = None
        active = self._active_path(best, start, stop)
        if self._trail_levels is not None:
            candidates = self._trail_levels[start:stop]
            trail = tighter_path(side, self.trail, np.where(active, candidates, np.nan))
        elif not math.isnan(self._distance):
            trail = trailed_path(side, self.trail, best, self._distance, active)
        elif not math.isnan(self._trail_multiple) and self.market.atr is not None:
            trail = trailed_path(side, self.trail, best, self._trail_multiple * self.market.atr[start:stop], active)
        even: FloatArray | None = None
        if not math.isnan(self._break_trigger):
            level = self.entry + side * self._break_offset
            gained = side * (best - self.entry)
            even = tighter_path(side, self.even, np.where(gained >= self._break_trigger, level, np.nan))
        return best, trail, even

    def _active_path(self, best: FloatArray, start: int, stop: int) -> npt.NDArray[np.bool_]:
        """Return where trailing has begun, from the close at which the favourable move is reached on."""
        if self._trailing:
            return np.ones(stop - start, dtype=bool)
        after: FloatArray | float = self._after
        if self._after_atr and self.market.atr is not None:
            after = self._after_atr * self.market.atr[start:stop]
        return np.asarray(np.logical_or.accumulate(self.side * (best - self.entry) >= after), dtype=np.bool_)

    def next_touch(self, end: int) -> int:
        """Return the first bar after `through` that touches a level, at most `end`."""
        start, width = self.through + 1, _FIRST_SCAN
        if start >= end:
            return end
        state = self.best, self.trail, self.even, self.through, self._trailing
        try:
            while start < end:
                stop = min(start + width, end)
                at = self._touch_in(start, stop)
                if at < stop:
                    return at
                self._skip(stop - 1)
                start, width = stop, min(width * 2, _LAST_SCAN)
            return end
        finally:
            self.best, self.trail, self.even, self.through, self._trailing = state

    def _touch_in(self, start: int, stop: int) -> int:
        """Return the first bar in ``start:stop`` that comes within a tick of a level, else `stop`."""
        stops = np.full(stop - start, self.stop)
        _, trail, even = self._paths(start, stop)
        combine = np.fmax if self.side > 0 else np.fmin
        for before, path in ((self.trail, trail), (self.even, even)):
            if path is not None:
                stops = combine(stops, np.concatenate(([before], path[:-1])))
        highs, lows = self.market.high[start:stop], self.market.low[start:stop]
        near = self.side * self.market.tick
        return start + first_touch(self.side, stops + near, self.target - near, highs, lows)
