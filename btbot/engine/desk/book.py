"""One symbol at the desk: its signals, its position, and what to do at a close."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.bars import Bars
from btbot.engine.broker.terms import Lot
from btbot.engine.broker.view import View
from btbot.engine.desk.protection import Market, Protection
from btbot.exits import (
    FLAT_FOR_EVER,
    REASON_MAX_HOLD,
    REASON_OPPOSITE,
    Exits,
    decide,
    exit_reason,
    rebalance,
)
from btbot.signals import Signals, Targets

_REASONS = {REASON_OPPOSITE: "opposite", REASON_MAX_HOLD: "max_hold"}
_NOTHING = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Wish:
    """An order that a decision asks for; `unit` scales an entry whose size is not known yet."""

    book: Book
    size: float
    reason: str
    reduces: bool


class Book:
    """State of one symbol.

    Parameters
    ----------
    number
        Position of the symbol in the run.
    name
        Configured name of the strategy.
    bars, plan, rules
        The symbol's bars, what the strategy wants, and its exits.
    allow_short
        False: nothing opens a short.
    atr, realized
        float64 of shape (n,) where exits or sizing need them.
    """

    def __init__(
        self,
        number: int,
        name: str,
        bars: Bars,
        plan: Signals | Targets,
        rules: Exits,
        *,
        allow_short: bool,
        lot: Lot,
        atr: npt.NDArray[np.float64] | None,
        realized: npt.NDArray[np.float64] | None,
    ) -> None:
        self.number, self.name, self.bars, self.plan = number, name, bars, plan
        self.allow_short, self.lot, self.realized = allow_short, lot, realized
        self.rules = with_levels(rules, plan)
        self.max_hold = self.rules.max_hold_bars or 0
        self.cooldown = self.rules.cooldown_bars or 0
        self.opposite = self.rules.opposite is not False
        self.market = Market(bars.high, bars.low, atr, _levels(plan), lot.tick)
        self.protects = any((self.rules.stop, self.rules.take_profit, self.rules.trailing, self.rules.break_even))
        self.strategy: Any = None
        self.position: Any = None  # the broker's own record
        self.data: Any = None
        self.view: View
        self.working: Any = None  # market order on its way
        self.reducing = False  # whether that order reduces the position
        self.stop_order: Any = None
        self.target_order: Any = None
        self.protection: Protection | None = None
        self.signal_bar = self.entry_bar = -1
        self.exit_bar = -FLAT_FOR_EVER
        self.due = ""  # the limit that ends this position, whenever its symbol trades again
        self.barred = 0.0  # sign of the target that a protective exit left behind
        self.wake = -1  # next bar worth a look, valid until something happens; -1 is unknown
        self._index_events()

    def _index_events(self) -> None:
        """List the bars at whose close a signal matters, by state."""
        if isinstance(self.plan, Targets):
            self.entries = self.exits_long = self.exits_short = _NOTHING
            return
        plan = self.plan
        enter_long, enter_short = plan.enter_long, plan.enter_short
        assert enter_long is not None  # noqa: S101 - `checked` filled the flags in
        assert enter_short is not None  # noqa: S101
        entering = enter_long ^ enter_short if self.allow_short else enter_long & ~enter_short
        self.entries = np.flatnonzero(entering)
        exit_long, exit_short = plan.exit_long, plan.exit_short
        assert exit_long is not None  # noqa: S101
        assert exit_short is not None  # noqa: S101
        self.exits_long = np.flatnonzero(exit_long | enter_short if self.opposite else exit_long)
        self.exits_short = np.flatnonzero(exit_short | enter_long if self.opposite else exit_short)

    def reset(self, strategy: Any, data: Any, view: View, position: Any) -> None:
        """Begin a run."""
        self.strategy, self.data, self.view, self.position = strategy, data, view, position

    @property
    def held(self) -> float:
        """Signed size of the position."""
        return self.position.size  # type: ignore[no-any-return]

    def busy(self) -> bool:
        """True while a market order is on its way, or a stop that was triggered has not traded in full."""
        if self.working is not None:
            if self.working.alive():
                return True
            self.working = None
        return self.stop_order is not None and bool(self.stop_order.triggered)

    # -- decisions --------------------------------------------------------------------------------------------

    def _flags(self, bar: int, held: float) -> tuple[bool, bool, bool, bool]:
        """Return enter_long, exit_long, enter_short, exit_short as the position sees them."""
        plan: Any = self.plan
        enters = not held or self.opposite
        return (
            enters and bool(plan.enter_long[bar]), bool(plan.exit_long[bar]),
            enters and bool(plan.enter_short[bar]), bool(plan.exit_short[bar]),
        )  # fmt: skip

    def decision(self, bar: int, held: float) -> int:
        """Return the side that the signals want after the close of `bar`."""
        side = (held > 0.0) - (held < 0.0)
        return decide(
            side, bar - self.entry_bar + 1, bar - self.exit_bar + 1, *self._flags(bar, held), self.allow_short,
            self.max_hold, self.cooldown,
        )  # fmt: skip

    def why_exit(self, bar: int, held: float) -> str:
        """Name the reason of an exit that `decision` asked for."""
        side = 1 if held > 0 else -1
        reason = exit_reason(side, bar - self.entry_bar + 1, *self._flags(bar, held), self.max_hold)
        return _REASONS.get(reason, "signal")

    def confidence(self, bar: int) -> float:
        """Return the factor on the size of an entry."""
        values = getattr(self.plan, "confidence", None)
        return 1.0 if values is None else float(values[bar])

    def towards_target(self, bar: int, held: float, unit: float) -> tuple[float, str]:
        """Return the signed size to trade towards the target at this close, and why."""
        plan: Any = self.plan
        exposure = float(plan.exposure[bar])
        if exposure < 0.0 and not self.allow_short:
            exposure = 0.0
        if held and self.max_hold and bar - self.entry_bar + 1 >= self.max_hold:
            return -held, "max_hold"
        if self.barred and not math.isnan(exposure):
            rested = self.cooldown and bar - self.exit_bar + 1 >= self.cooldown
            if rested or exposure * self.barred <= 0.0:
                self.barred = 0.0
        if self.barred and not held:
            return 0.0, "target"
        return rebalance(exposure, held, unit, plan.band), "target"

    def stop_distance(self, bar: int, close: float, side: int) -> float:
        """Return how far the stop of an entry at this close would lie from it; NaN without one."""
        if not self.protects:
            return math.nan
        guess = Protection(self.rules, self.market, side, entry=close, signal_bar=bar, entry_bar=bar + 1)
        return side * (close - guess.level)

    # -- what happened ----------------------------------------------------------------------------------------

    def entered(self, bar: int, price: float, side: int) -> None:
        """A flat book now holds a position."""
        self.entry_bar = bar
        self.wake = -1
        if self.protects:
            protection = Protection(
                self.rules, self.market, side, entry=price, signal_bar=self.signal_bar, entry_bar=bar
            )
            self.protection = protection if protection.guards else None

    def left(self, bar: int, side: int, reason: str) -> None:
        """The position on `side` is gone. A target must let go of that side before it may be taken again."""
        self.exit_bar = bar
        self.due = ""
        self.protection = None
        self.wake = -1
        if isinstance(self.plan, Targets) and reason != "target":
            self.barred = float(side)

    def next_bar(self, bar: int, held: float, end: int, *, may_enter: bool) -> int:
        """Return the next bar of this symbol at which something can happen; `end` if none."""
        if self.busy() or self.due:
            return bar + 1
        if self.wake > bar:
            return self.wake
        self.wake = (
            self._next_target(bar, held, end)
            if isinstance(self.plan, Targets)
            else self._next_signal(bar, held, end, may_enter)
        )
        return self.wake

    def _next_signal(self, bar: int, held: float, end: int, may_enter: bool) -> int:
        if not held:
            if not may_enter:
                return end
            return _first(self.entries, max(bar + 1, self.exit_bar + self.cooldown - 1), end)
        at = _first(self.exits_long if held > 0 else self.exits_short, bar + 1, end)
        if self.max_hold:
            at = min(at, max(bar + 1, self.entry_bar + self.max_hold - 1))
        return self.protection.next_touch(at) if self.protection is not None else at

    def _next_target(self, bar: int, held: float, end: int) -> int:
        """Targets depend on equity and close: every bar counts, but those that neither hold nor want."""
        if held or self.barred:
            return bar + 1
        plan: Any = self.plan
        ahead = plan.exposure[bar + 1 : end]
        wanted = ahead > 0.0 if not self.allow_short else (ahead != 0.0) & ~np.isnan(ahead)
        at = int(wanted.argmax()) if len(wanted) else 0
        return bar + 1 + at if len(wanted) and wanted[at] else end


def _first(events: npt.NDArray[np.int64], start: int, end: int) -> int:
    at = int(events.searchsorted(start))
    return int(events[at]) if at < len(events) else end


def _levels(plan: Signals | Targets) -> dict[str, npt.NDArray[np.float64]]:
    """Return the price levels that a strategy gives, by name."""
    named = {name: getattr(plan, name, None) for name in ("stop_long", "stop_short", "target_long", "target_short")}
    return {name: values for name, values in named.items() if values is not None}


def with_levels(rules: Exits, plan: Signals | Targets) -> Exits:
    """Use the price levels that a strategy gives unless the exits name another kind."""
    names = _levels(plan)
    given: dict[str, Any] = {}
    if rules.stop is None and ("stop_long" in names or "stop_short" in names):
        given["stop"] = {"level": True}
    if rules.take_profit is None and ("target_long" in names or "target_short" in names):
        given["take_profit"] = {"level": True}
    return rules.merged(Exits(**given)) if given else rules
