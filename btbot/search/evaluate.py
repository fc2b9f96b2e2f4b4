"""Many settings of one configuration on the same bars: compiled, or through Cerebro where that cannot be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot import engine
from btbot.config import RunConfig
from btbot.config.setting import with_setting
from btbot.engine.build import host_strategies
from btbot.engine.timeline import Timeline
from btbot.kernel import FIGURES, Trace, fills_of, obstacle
from btbot.kernel.sweep import Sweep, Terms
from btbot.metrics.daily import daily_returns
from btbot.metrics.moments import kurtosis, skewness
from btbot.records import RunResult
from btbot.search.variants import Variants, moves_data
from btbot.timeframe import Timeframe

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Setting = Mapping[str, Any]


class Evaluator:
    """Evaluates settings of a configuration.

    Parameters
    ----------
    config
        The configuration that the settings change.
    market
        Its bars; read from the feed by default.

    Attributes
    ----------
    obstacle
        Why settings go through Cerebro, in one sentence; empty if the compiled kernel serves them.
    time, open_time
        int64 of shape (m,): closes and opens of the run's timeline, epoch milliseconds UTC.
    """

    def __init__(self, config: RunConfig, market: engine.Market | None = None) -> None:
        self.config = with_setting(config, {"proof": "none", "report": []})
        self.market = engine.load_market(config) if market is None else market
        timeline = Timeline(list(self.market.bars.values()))
        self.time: IntArray = timeline.time
        self.open_time: IntArray = timeline.open_time
        self._hosted_strategies = host_strategies(self.config)
        self.obstacle = obstacle(self.config, self._hosted_strategies) or self._uncounted_objective()
        self._objectives = self._places()
        self._variants: Variants | None = None

    def _uncounted_objective(self) -> str:
        goals = self.config.optimize.objectives if self.config.optimize is not None else ()
        for goal in goals:
            if goal.analyzer:
                return f"objective {goal.analyzer} is an analyzer, which needs the result of a whole run"
            if goal.metric not in FIGURES:
                return f"objective {goal.metric} is not among the figures that the compiled kernel counts"
        return ""

    def _places(self) -> IntArray:
        searched = self.config.optimize is not None and not self.obstacle
        goals = self.config.optimize.objectives if searched else ()  # type: ignore[union-attr]
        return np.array([FIGURES.index(str(goal.metric)) for goal in goals], dtype=np.int64)

    def figures(self, setting: Setting, window: engine.Window | None = None) -> FloatArray:
        """Return the figures of one setting, float64 of shape (len(FIGURES),); NaN where there is none.

        Raises
        ------
        BtbotError
            If the setting is not allowed; an exception of the strategy comes out as it is.
        """
        served = self._served(setting, window)
        if served is None:
            return hosted_figures(self._hosted(setting, window)[0])
        sweep, terms, params = served
        return sweep.figures(terms, params, window)

    def objective(self, setting: Setting, window: engine.Window | None = None) -> tuple[FloatArray, FloatArray]:
        """Return the values of ``optimize.objective``, NaN where undefined, and the figures."""
        if not self.obstacle:
            figures = self.figures(setting, window)
            return figures[self._objectives], figures
        section = self.config.optimize
        assert section is not None  # noqa: S101 - the caller has one, or asks for figures
        result, _ = self._hosted(setting, window)
        values = [
            result.figures.get(goal.analyzer) if goal.analyzer else result.metrics.get(str(goal.metric))
            for goal in section.objectives
        ]
        return np.array([_number(value) for value in values]), hosted_figures(result)

    def daily(self, setting: Setting, window: engine.Window | None = None) -> FloatArray:
        """Return the daily returns of one setting, float64 of shape (d,); see `btbot.metrics.daily_returns`."""
        served = self._served(setting, window)
        if served is None:
            return _daily(self._hosted(setting, window)[0])
        sweep, terms, params = served
        return sweep.daily(terms, params, window)

    def trace(self, setting: Setting, window: engine.Window | None = None) -> Trace:
        """Return account and fills of one setting."""
        served = self._served(setting, window)
        if served is None:
            return self._hosted(setting, window)[1]
        sweep, terms, params = served
        return sweep.trace(terms, params, window)

    def _served(
        self, setting: Setting, window: engine.Window | None
    ) -> tuple[Sweep, Terms, Sequence[Mapping[str, Any]]] | None:
        """Return what the compiled loop takes for a setting, None if it has to go through Cerebro."""
        if self.obstacle:
            return None
        if self._variants is None:
            self._variants = Variants(self.config, self._hosted_strategies, self.market)
        return self._variants.of(setting, window)

    def _hosted(self, setting: Setting, window: engine.Window | None) -> tuple[RunResult, Trace]:
        config = with_setting(self.config, setting)
        return hosted(config, engine.load_market(config) if moves_data(setting) else self.market, window)


def hosted(config: RunConfig, market: engine.Market, window: engine.Window | None = None) -> tuple[RunResult, Trace]:
    """Run a configuration through Cerebro; return its result, and account and fills as arrays."""
    hosts: list[Any] = []
    result = engine.run(config, market=market, window=window, prepare=hosts.append)
    table = result.equity
    trace = Trace(
        table["equity"].to_numpy(np.float64), table["cash"].to_numpy(np.float64), fills_of(hosts[0].ledger.fills)
    )
    return result, trace


def hosted_figures(result: RunResult) -> FloatArray:
    """Return the figures of a finished run as `Evaluator.figures` does."""
    daily = _daily(result)
    moments = {
        "daily_mean": float(np.mean(daily)) if len(daily) else math.nan,
        "daily_deviation": float(np.std(daily, ddof=1)) if len(daily) > 1 else math.nan,
        "daily_skewness": skewness(daily),
        "daily_kurtosis": kurtosis(daily),
    }
    known = {**result.metrics, **moments}
    return np.array([_number(known[name]) for name in FIGURES])


def _daily(result: RunResult) -> FloatArray:
    days = Timeframe.parse("1d").per_year(result.config["calendar"])
    shortest = min(item.timeframe.ms for item in result.bars.values())
    open_time = (
        result.equity["time"].dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64) - shortest
    )
    equity = result.equity["equity"].to_numpy(np.float64)
    return daily_returns(open_time, equity, float(result.metrics["capital"]), periods_per_year=days)[1]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
