"""From the configured sizing rule to the size of full exposure at a close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot import sizing
from btbot.engine.ledger import Ledger, Trade

FloatArray = npt.NDArray[np.float64]
Rule = Callable[["Moment"], float]


@dataclass(slots=True, eq=False)
class Moment:
    """What is known when a size is wanted."""

    strategy: str
    equity: float
    close: float
    stop_distance: float
    realized: float


@dataclass(slots=True, eq=False)
class Record:
    """Closed trades of the run so far, summed up anew only when one was added.

    Parameters
    ----------
    ledger
        Its closed trades.
    """

    ledger: Ledger
    _seen: int = 0
    _returns: dict[str, list[float]] = field(default_factory=dict)
    _optimal: dict[str, tuple[int, float]] = field(default_factory=dict)

    def returns(self, strategy: str) -> list[float]:
        """Return the results of a strategy's closed trades as fractions of the value entered."""
        closed: list[Trade] = self.ledger.closed
        for trade in closed[self._seen :]:
            self._returns.setdefault(trade.strategy, []).append(trade.return_fraction)
        self._seen = len(closed)
        return self._returns.get(strategy, [])

    def optimal_f(self, strategy: str) -> float:
        """Return Vince's optimal f of a strategy's closed trades."""
        returns = self.returns(strategy)
        known = self._optimal.get(strategy)
        if known is None or known[0] != len(returns):
            known = (len(returns), sizing.optimal_f(np.array(returns)))
            self._optimal[strategy] = known
        return known[1]


def make_sizer(name: str, options: dict[str, Any], ledger: Ledger) -> Rule:
    """Return the rule `name` with its options; it gives a size >= 0 in base currency."""
    record = Record(ledger)
    if name == "fixed_units":
        return lambda now: sizing.fixed_units(options["units"])
    if name == "fixed_cash":
        return lambda now: sizing.fixed_cash(options["cash"], now.close)
    if name == "percent":
        return lambda now: sizing.percent(now.equity, now.close, options["percent"])
    if name == "fixed_risk":
        return lambda now: sizing.fixed_risk(now.equity, options["risk"], now.stop_distance)
    if name == "volatility_target":
        return lambda now: sizing.volatility_target(
            now.equity, now.close, options["annual_volatility"], now.realized, options["max_exposure"]
        )
    if name == "kelly":
        return lambda now: sizing.percent(now.equity, now.close, _kelly(record.returns(now.strategy), options))
    return lambda now: sizing.percent(now.equity, now.close, _optimal(record, now.strategy, options))


def _kelly(returns: list[float], options: dict[str, Any]) -> float:
    wins = [value for value in returns if value > 0.0]
    losses = [value for value in returns if value <= 0.0]
    return sizing.kelly_percent(
        len(wins), len(losses), sum(wins), sum(losses), options["fraction"], options["max_percent"],
        options["minimum_trades"], options["initial_percent"],
    )  # fmt: skip


def _optimal(record: Record, strategy: str, options: dict[str, Any]) -> float:
    returns = record.returns(strategy)
    worst = min(returns, default=0.0)
    return sizing.optimal_f_percent(
        record.optimal_f(strategy) if returns else 0.0, min(worst, 0.0), len(returns), options["fraction"],
        options["max_percent"], options["minimum_trades"], options["initial_percent"],
    )  # fmt: skip
