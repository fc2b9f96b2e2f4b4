"""Search on the past, trade what follows, move on: only the latter counts."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from btbot import engine
from btbot.config import RunConfig, with_setting
from btbot.engine.build import host_strategies
from btbot.errors import ConfigError, DataError
from btbot.records import RunResult
from btbot.search.dimension import Dimension
from btbot.search.rivals import Rival, held, traded
from btbot.search.stability import Drift, drift, efficiency
from btbot.search.stitch import stitch
from btbot.search.windows import Fold, folds

log = logging.getLogger(__name__)
Setting = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a search came to.

    Parameters
    ----------
    setting
        The best one; None if none closed enough trades.
    trials
        How many were tried.
    verified
        Whether Cerebro gave the same fills and equity for the best one.
    notes
        What the search had to say.
    """

    setting: Setting | None
    trials: int
    verified: bool = False
    notes: tuple[str, ...] = ()


Search = Callable[[str, engine.Window], Choice]
"""Called with what is searched for, in words, and where; returns the best setting there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One fold and what was made of it.

    Parameters
    ----------
    fold
        Its spans.
    choice
        What the search in the train window came to.
    in_sample, out_of_sample
        Figures of the chosen setting in the train and in the test window, through Cerebro; empty if the account rested.
    """

    fold: Fold
    choice: Choice
    in_sample: Mapping[str, Any] = field(default_factory=dict)
    out_of_sample: Mapping[str, Any] = field(default_factory=dict)

    @property
    def efficiency(self) -> float:
        """Walk-forward efficiency of this window alone, see `btbot.search.stability.efficiency`."""
        return efficiency(_number(self.out_of_sample, "annual_return"), _number(self.in_sample, "annual_return"))


@dataclass(slots=True)
class WalkForwardResult:
    """A finished walk-forward.

    Attributes
    ----------
    run
        All test windows as one run: what trading like this would have come to.
    steps
        Window by window.
    dimensions
        What was searched.
    drifts
        How each parameter moved, in the order of `dimensions`.
    rivals
        Other ways to have traded the same span.
    in_sample_return, out_of_sample_return
        Arithmetic annual return of the chosen settings in the train and in the test windows, as fractions; each window
        weighs as much as it has days of trading.
    profitable
        Share of windows that ended with a gain, in [0, 1].
    trials
        Settings tried in all train windows.
    searches
        What the searches left behind, for whoever counts trials.
    notes
        What is unusual about it.
    folder
        Where it was written, if anywhere.
    """

    run: RunResult
    steps: list[Step]
    dimensions: tuple[Dimension, ...]
    drifts: list[Drift]
    rivals: list[Rival]
    in_sample_return: float
    out_of_sample_return: float
    profitable: float
    trials: int
    notes: list[str] = field(default_factory=list)
    searches: list[Any] = field(default_factory=list)
    folder: str | None = None

    @property
    def efficiency(self) -> float:
        """Walk-forward efficiency over all windows, see `btbot.search.stability.efficiency`."""
        return efficiency(self.out_of_sample_return, self.in_sample_return)


def plan(config: RunConfig, market: engine.Market) -> list[Fold]:
    """Return the folds of ``walkforward:``.

    Raises
    ------
    ConfigError
        If the section is missing, the data are too short, or a strategy sends its own orders, which nothing can end.
    DataError
        If a symbol has no bar in the first train window.
    """
    section = config.walkforward
    if section is None:
        raise ConfigError(
            f"{config.source}: walkforward is missing; it needs at least walkforward: {{train: 180d, test: 30d}}"
        )
    plain = [host.name for host in host_strategies(config) if not host.signals]
    if plain:
        raise ConfigError(
            f"{config.source}: {', '.join(plain)} sends its own orders, so that no window could begin and end without "
            "a position; write the strategy with signals()"
        )
    # On the borders of the longest bars no bar lies in two windows.
    bar_ms = max(bars.timeframe.ms for bars in market.bars.values())
    longest = [bars.time for bars in market.bars.values() if bars.timeframe.ms == bar_ms]
    planned = folds(
        reduce(np.union1d, longest), bar_ms, train=section.train, test=section.test, step=section.step,
        kind=section.kind, purge=section.purge, embargo=section.embargo,
    )  # fmt: skip
    for symbol, bars in market.bars.items():
        if int(bars.time[0]) >= planned[0].train[1]:
            raise DataError(
                f"{config.source}: {symbol} begins with {bars.stamp(0)}, after the first train window; "
                f"write start: {bars.stamp(0)[:10]}, or leave the symbol out"
            )
    return planned


def walk(
    config: RunConfig, market: engine.Market, planned: list[Fold], dimensions: tuple[Dimension, ...], search: Search
) -> WalkForwardResult:
    """Search and trade fold by fold, and put the test windows together.

    Each test window begins with what the one before left, and each window, train or test, begins and ends without a
    position and pays for getting there. Limits of ``risk:`` count anew in each.

    Raises
    ------
    ConfigError
        If no train window has a setting with enough trades.
    """
    steps, parts = _traded(config, market, planned, search)
    if not parts:
        raise ConfigError(
            f"{config.source}: in none of {len(steps)} train windows did a setting close enough trades; lower "
            "optimize.minimum_trades, or make walkforward.train longer"
        )
    span = engine.Window(planned[0].test[0], planned[-1].test[1], flat_at_end=True)
    run = stitch(config, market, span, parts)
    chosen = [step.choice.setting or {} for step in steps]
    active = [step for step in steps if step.out_of_sample]
    return WalkForwardResult(
        run=run,
        steps=steps,
        dimensions=dimensions,
        drifts=[drift(one.label, [setting.get(one.key) for setting in chosen], one.ends()) for one in dimensions],
        rivals=_rivals(config, market, span, run, active[0], search),
        in_sample_return=_annual([(step.in_sample, step.out_of_sample["days"]) for step in active]),
        out_of_sample_return=_annual([(step.out_of_sample, step.out_of_sample["days"]) for step in active]),
        profitable=sum(_number(step.out_of_sample, "total_return") > 0.0 for step in steps) / len(steps),
        trials=sum(step.choice.trials for step in steps),
        notes=_notes(steps),
    )


def _traded(
    config: RunConfig, market: engine.Market, planned: list[Fold], search: Search
) -> tuple[list[Step], list[tuple[int, RunResult]]]:
    """Return what was made of each fold, and the runs of the test windows by their numbers."""
    steps: list[Step] = []
    parts: list[tuple[int, RunResult]] = []
    capital = config.capital
    for fold in planned:
        step, result = _step(config, market, fold, capital, search)
        steps.append(step)
        if result is not None:
            parts.append((fold.number, result))
            capital = result.metrics["final_equity"]
    return steps, parts


def _step(
    config: RunConfig, market: engine.Market, fold: Fold, capital: float, search: Search
) -> tuple[Step, RunResult | None]:
    """Return what was made of one fold, and the run of its test window."""
    train = engine.Window(*fold.train, flat_at_end=True, closed=fold.embargoed)
    choice = search(f"window {fold.number}", train)
    if choice.setting is None or capital <= 0.0:
        return Step(fold, choice), None
    past = engine.run(with_setting(config, {**choice.setting, "proof": "none"}), market=market, window=train)
    test = engine.Window(*fold.test, flat_at_end=True)
    result = engine.run(with_setting(config, {**choice.setting, "capital": capital}), market=market, window=test)
    log.info("window %d: %s, %.4f out of sample", fold.number, dict(choice.setting), result.metrics["total_return"])
    return Step(fold, choice, past.metrics, result.metrics), result


def _notes(steps: list[Step]) -> list[str]:
    """Return one sentence for everything unusual, with the windows of which it is true."""
    windows: dict[str, list[str]] = {}
    for step in steps:
        for text in _told(step):
            windows.setdefault(text, []).append(str(step.fold.number))
    return [f"window{'s'[: len(found) - 1]} {', '.join(found)}: {text}" for text, found in windows.items()]


def _told(step: Step) -> list[str]:
    if step.choice.setting is None:
        return ["no setting closed enough trades in the train window; the account rested"]
    if not step.out_of_sample:
        return ["nothing was left to trade with"]
    if not step.out_of_sample["open_trades"]:
        return list(step.choice.notes)
    return [
        *step.choice.notes,
        "a position could not be left by the end of the test window; it is marked at the last close, and the next "
        "window begins without it",
    ]


def _rivals(
    config: RunConfig, market: engine.Market, span: engine.Window, run: RunResult, first: Step, search: Search
) -> list[Rival]:
    kept = f"Best setting of window {first.fold.number}, kept"
    rivals = [
        traded("fixed", "Configured parameters, kept", config, market, span, {}),
        traded("first_window", kept, config, market, span, first.choice.setting or {}),
        held(config, market, span, run),
    ]
    best = search("hindsight", span)
    if best.setting is not None:
        rivals.append(traded("hindsight", "Best of the space, in hindsight", config, market, span, best.setting))
    return rivals


def _annual(parts: list[tuple[Mapping[str, Any], int]]) -> float:
    return float(np.average([part["annual_return"] for part, _ in parts], weights=[days for _, days in parts]))


def _number(metrics: Mapping[str, Any], name: str) -> float:
    value = metrics.get(name)
    return math.nan if value is None else float(value)
