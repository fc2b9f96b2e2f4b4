"""What a walk-forward is measured against: other ways to have traded the same out-of-sample span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from btbot import engine
from btbot.bars import FloatArray
from btbot.config import RunConfig, with_setting
from btbot.engine.timeline import Timeline
from btbot.metrics.benchmark import buy_and_hold
from btbot.metrics.summary import summarize
from btbot.records import RunResult
from btbot.timeframe import Timeframe


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """One other way to have traded the span.

    Parameters
    ----------
    name
        ``fixed``, ``first_window``, ``buy_and_hold`` or ``hindsight``.
    text
        What it is, for readers.
    setting
        What it changes of the configuration.
    metrics
        Figures as in ``metrics.json``.
    equity
        float64 of shape (m,), at each close of the span, from the same capital.
    """

    name: str
    text: str
    setting: Mapping[str, Any]
    metrics: Mapping[str, Any]
    equity: FloatArray


def traded(
    name: str, text: str, config: RunConfig, market: engine.Market, window: engine.Window, setting: Mapping[str, Any]
) -> Rival:
    """Return the rival that keeps one setting over the whole span, through Cerebro and after costs."""
    result = engine.run(with_setting(config, {**setting, "proof": "none"}), market=market, window=window)
    return Rival(name, text, setting, result.metrics, result.equity["equity"].to_numpy(np.float64))


def held(config: RunConfig, market: engine.Market, window: engine.Window, run: RunResult) -> Rival:
    """Return the rival that buys equal parts of every symbol at the first close and keeps them, without costs.

    Parameters
    ----------
    run
        The walk-forward over the same span, whose closes are used.
    """
    seen = market.until(window.end_ms)
    timeline = Timeline(list(seen.bars.values()))
    inside = timeline.open_time >= (window.start_ms or 0)
    equity = buy_and_hold(seen.bars, timeline.time[inside], config.capital)
    metrics = summarize(
        open_time_ms=timeline.open_time[inside], equity=equity, capital=config.capital, trades=run.trades.iloc[:0],
        open_positions=np.ones(len(equity), np.int64), fees_paid=0.0, funding_paid=0.0, borrow_paid=0.0,
        slippage_paid=0.0, traded_notional=config.capital, benchmark=None,
        periods_per_year=Timeframe.parse("1d").per_year(config.calendar),
    )  # fmt: skip
    return Rival("buy_and_hold", "Buy and hold, without costs", {}, metrics, equity)
