"""Stop, target, trailing and break-even levels of one position, written from the rules bar by bar.

Where the rules leave a choice, the comment beside the line names it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

ABSENT = math.nan


@dataclass
class Position:
    """One open position and what protects it.

    Parameters
    ----------
    sign
        +1 long, -1 short.
    signal_bar, entry_bar
        Bar whose close sent the entry, and bar in which it filled.
    price
        Fill price, slippage included.
    """

    sign: int
    signal_bar: int
    entry_bar: int
    price: float
    exits: dict[str, Any]
    atr: Any
    stop_level: float = ABSENT
    target_level: float = ABSENT
    best: float = ABSENT
    trail: float = ABSENT
    moved: bool = False
    stop_order: Any = None
    stop_reason: str = ""
    target_order: Any = None
    exit_reason: str = ""
    sources: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.best = self.price
        # The level of the entry bar itself comes from the fill price alone. The stock broker cannot rest an
        # order there, but the level counts for "never loosens".
        self._trail(self.signal_bar)

    def close_of(self, bar: int, high: float, low: float) -> None:
        """Advance to the close of `bar`: levels are then those that hold in the bar after it."""
        extreme = high if self.sign > 0 else low
        self.best = max(self.best, extreme) if self.sign > 0 else min(self.best, extreme)
        self._trail(bar)
        rule = self.exits.get("break_even")
        if rule and not self.moved:
            # The favourable move is measured on the best price; an ATR distance is that of the signal bar.
            self.moved = self._gain() >= self._after(rule, self.signal_bar)

    def tightest(self) -> tuple[float, str]:
        """Return the stop level nearest to the market and the rule it comes from; NaN without one."""
        offset = (self.exits.get("break_even") or {}).get("offset_percent", 0.0)
        levels = {
            "stop": self._fixed("stop", self.stop_level, -1),
            "trailing": self.trail,
            "break_even": self.price * (1 + self.sign * offset) if self.moved else ABSENT,
        }
        present = {reason: level for reason, level in levels.items() if not math.isnan(level)}
        if not present:
            return ABSENT, ""
        reason = max(present, key=lambda key: self.sign * present[key])
        return present[reason], reason

    def target(self) -> float:
        """Return the price of the take-profit, NaN without one."""
        return self._fixed("take_profit", self.target_level, +1)

    def _fixed(self, kind: str, level: float, direction: int) -> float:
        rule = self.exits.get(kind)
        if not rule:
            return ABSENT
        if rule.get("level"):
            return level
        return self.price + direction * self.sign * self._distance(rule, self.signal_bar)

    def _distance(self, rule: dict[str, Any], bar: int) -> float:
        # Percent is of the fill price, for the trailing distance as for the others.
        return rule["percent"] * self.price if "percent" in rule else rule["atr"] * self.atr[bar]

    def _after(self, rule: dict[str, Any], bar: int) -> float:
        if rule.get("after_percent") is not None:
            return rule["after_percent"] * self.price
        if rule.get("after_atr") is not None:
            return rule["after_atr"] * self.atr[bar]
        return 0.0

    def _gain(self) -> float:
        return self.sign * (self.best - self.price)

    def _trail(self, bar: int) -> None:
        rule = self.exits.get("trailing")
        if not rule:
            return
        # Not yet active: the favourable move, in ATR of this bar as every trailing distance, is still to come.
        if math.isnan(self.trail) and not self._gain() >= self._after(rule, bar):
            return
        level = self.best - self.sign * self._distance(rule, bar)
        if math.isnan(self.trail) or self.sign * (level - self.trail) > 0:
            self.trail = level
