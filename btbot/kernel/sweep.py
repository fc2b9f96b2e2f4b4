"""Many settings of one configuration over the same bars, through the compiled loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from numba.core.errors import NumbaError

from btbot.bars import Bars
from btbot.config import RunConfig
from btbot.engine.broker.terms import Lot
from btbot.engine.build import (
    Hosted,
    exits_of,
    make_lots,
    make_params,
    make_plan,
    make_terms,
    measures,
    refuse_size_without_stop,
    within,
)
from btbot.engine.desk.book import with_levels
from btbot.engine.market import Market, Window
from btbot.exits import Exits
from btbot.indicators import memo, warmth
from btbot.kernel.crossing import crossings
from btbot.kernel.encode import encode_rule, encode_terms
from btbot.kernel.figures import FIGURES
from btbot.kernel.layout import ACCOUNT, BOOK, OUTCOME, RECORD, RULE
from btbot.kernel.loop import run
from btbot.kernel.plans import Desk
from btbot.kernel.reading import address
from btbot.kernel.tape import Axis, Tape, make_tape
from btbot.kernel.trace import Trace, as_fills
from btbot.metrics.daily import daily_returns, day_ends
from btbot.timeframe import Timeframe

FloatArray = npt.NDArray[np.float64]
_SHARED_BYTES = 512 * 2**20  # of indicators
_FIRST_FILLS = 4096
_NOTHING: FloatArray = np.zeros(0)


@dataclass(slots=True, eq=False)
class Terms:
    """One set of exits, sizes and costs, encoded.

    `address` is that of `rows`; ``measured`` says of each symbol whether `measures` has anything for it.
    """

    config: RunConfig
    rows: npt.NDArray[Any]
    exits: list[Exits]
    lots: list[Lot]
    address: int
    optimal: bool
    measured: list[bool]
    rules: dict[tuple[int, float | None, bool, bool], Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Span:
    """The part of the time axis that a window trades: closes ``start:end``, its trading days, its bars."""

    start: int
    end: int
    days: int
    tape: Tape
    bars: list[Bars]


class Sweep:
    """Runs settings through the compiled loop.

    Parameters
    ----------
    config
        The configuration that settings change.
    hosted
        Its strategies; all must be without `obstacle`.
    market
        Its bars.
    """

    def __init__(self, config: RunConfig, hosted: Sequence[Hosted], market: Market) -> None:
        self.config, self.hosted = config, list(hosted)
        self._store, self._shares = memo.Store(_SHARED_BYTES, crossings), True
        self.bars = [self._store.hold(bars) for bars in market.bars.values()]
        self._owner = [next(host for host in self.hosted if number in host.numbers) for number in range(len(self.bars))]
        names = sorted({host.name for host in self.hosted})
        self._groups = [names.index(host.name) for host in self._owner]
        self.axis = Axis(market.bars)
        self._market = market
        self.tape = make_tape(self.axis, market.bars, make_terms(config, market.bars, make_lots(config)))
        symbols = self.axis.symbols
        self._desk = Desk(self.axis)
        self._books = np.zeros(symbols + 1, dtype=BOOK)
        self._account, self._records = np.zeros(1, dtype=ACCOUNT), np.zeros(len(names), dtype=RECORD)
        self._rules, self._outcome = np.zeros(symbols, dtype=RULE), np.zeros(1, dtype=OUTCOME)
        self._day_equity = np.zeros(self.tape.rows["trading_days"][0])
        self._returns = np.zeros((len(names), 0))
        self._last_written: tuple[Any, Any] = (None, None)
        self._last_rules: list[Any] = [None] * symbols
        self._nothing = _NOTHING, _NOTHING, np.zeros((0, 6))
        self._fixed = [
            address(rows)
            for rows in (self._desk.rows, self._account, self._outcome, self._rules, self._books, self._records)
        ]
        self._figures = np.empty(len(FIGURES))
        self._written_to = address(self._figures), address(self._day_equity)
        self._spans: dict[tuple[int | None, int | None], Span] = {}
        self._plans: tuple[Any, list[Any]] = (None, [])

    def figures(self, terms: Terms, params: Sequence[Mapping[str, Any]], window: Window | None = None) -> FloatArray:
        """Return the figures of one setting, float64 of shape (len(FIGURES),).

        Parameters
        ----------
        terms
            From `terms`.
        params
            Parameters of each strategy that differ from its own.
        """
        self._run(terms, params, window, self._nothing)
        return self._figures.copy()

    def daily(self, terms: Terms, params: Sequence[Mapping[str, Any]], window: Window | None = None) -> FloatArray:
        """Return the daily returns of one setting; see `btbot.metrics.daily_returns`."""
        span, equity = self._span(window), self.trace(terms, params, window).equity
        return self._daily(span.start, span.end, equity, terms.config.capital)

    def trace(self, terms: Terms, params: Sequence[Mapping[str, Any]], window: Window | None = None) -> Trace:
        """Return account and fills of one setting."""
        length, room = self.axis.length, _FIRST_FILLS
        while True:
            equity, cash, fills = np.zeros(length), np.zeros(length), np.zeros((room, 6))
            count = self._run(terms, params, window, (equity, cash, fills))
            if count <= room:
                span = self._span(window)
                return Trace(equity[span.start : span.end], cash[span.start : span.end], as_fills(fills[:count]))
            room = count

    def terms(self, config: RunConfig) -> Terms:
        """Encode costs, sizes and exits of a configuration with the same strategies, symbols and bars."""
        rows, exits = encode_terms(config), [exits_of(host, config) for host in self._owner]
        volatility, optimal = config.sizing.name == "volatility_target", config.sizing.name == "optimal_f"
        measured = [volatility or each.needs_atr for each in exits]
        return Terms(config, rows, exits, make_lots(config), address(rows), optimal, measured)

    def _run(
        self,
        terms: Terms,
        params: Sequence[Mapping[str, Any]],
        window: Window | None,
        written: tuple[FloatArray, FloatArray, FloatArray],
    ) -> int:
        span = self._span(window)
        self._share_or_not(terms, params, window)
        if terms.optimal and not self._returns.size:
            self._returns = np.zeros((len(self._returns), self.axis.length * self.axis.symbols))
        self._write_to(self._returns if terms.optimal else _NOTHING, written)
        return int(
            run(
                span.tape.address, self._fixed[0], terms.address, *self._fixed[1:], len(self._records),
                span.start, span.end, span.days,
            )
        )  # fmt: skip

    def _share_or_not(self, terms: Terms, params: Sequence[Mapping[str, Any]], window: Window | None) -> None:
        """Do as `_lay` with shared indicators, unless the strategy cannot bear that they are read-only."""
        if not self._shares:
            return self._lay(terms, params, window)
        try:
            with memo.sharing(self._store):
                return self._lay(terms, params, window)
        except (ValueError, TypeError, NumbaError):
            self._lay(terms, params, window)  # what is raised now is the strategy's own
            self._shares = False

    def _write_to(self, returns: FloatArray, written: tuple[FloatArray, FloatArray, FloatArray]) -> None:
        """Tell the loop where to write returns, equity, cash and fills; empty arrays are left out."""
        if self._last_written[0] is not returns or self._last_written[1] is not written:
            equity, cash, fills = written
            self._outcome[0] = (
                self._returns.shape[1], len(fills), *self._written_to, address(returns),
                address(equity), address(cash), address(fills),
            )  # fmt: skip
            self._last_written = returns, written

    def _lay(self, terms: Terms, params: Sequence[Mapping[str, Any]], window: Window | None) -> None:
        """Write down what the strategies want, and their exits, for the loop to read."""
        plans, atrs, realized = [], [], []
        for number, plan in enumerate(self._wanted(params)):
            host, bars, exits = self._owner[number], self.bars[number], terms.exits[number]
            if window is not None:
                plan = within(plan, self._span(window).bars[number], window)
            if terms.config.sizing.name == "fixed_risk":
                refuse_size_without_stop(host, exits, plan, terms.config)
            atr, volatility = measures(exits, bars, terms.config) if terms.measured[number] else (None, None)
            if atr is not None:
                plan = plan.warm(warmth.first_number(atr))
            rule = self._rule(terms, number, plan)
            if rule is not self._last_rules[number]:
                self._rules[number] = self._last_rules[number] = rule
            plans.append(plan)
            atrs.append(atr)
            realized.append(volatility)
        self._desk.lay(plans, atrs, realized)

    def _rule(self, terms: Terms, number: int, plan: Any) -> Any:
        """Return the record of a symbol's exits, which is the same for most settings."""
        band = getattr(plan, "band", None)
        stops = getattr(plan, "stop_long", None) is not None or getattr(plan, "stop_short", None) is not None
        targets = getattr(plan, "target_long", None) is not None or getattr(plan, "target_short", None) is not None
        key = (number, band, stops, targets)
        if key not in terms.rules:
            terms.rules[key] = encode_rule(
                with_levels(terms.exits[number], plan), terms.lots[number], bar_ms=self.bars[number].timeframe.ms,
                strategy=self._groups[number], band=band,
            )  # fmt: skip
        return terms.rules[key]

    def _wanted(self, params: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return the checked signals of every symbol; those of the last parameters are at hand."""
        key = [{name: (type(value), value) for name, value in given.items()} for given in params]
        if self._plans[0] != key:
            plans: dict[int, Any] = {}
            for host, given in zip(self.hosted, params, strict=True):
                values = make_params(host, given)
                for number in host.numbers:
                    plans[number] = make_plan(host, values, self.bars[number])
            self._plans = key, [plans[number] for number in range(len(self.bars))]
        return self._plans[1]

    def _span(self, window: Window | None) -> Span:
        """Return the part of the axis that a window trades."""
        edges = (None, None) if window is None else (window.start_ms, window.end_ms)
        span = self._spans.get(edges)
        if span is None:
            market = self._market.until(edges[1])
            open_time = self.axis.timeline.open_time
            start = 0 if edges[0] is None else int(np.searchsorted(open_time, edges[0]))
            last = max(int(bars.close_time[-1]) for bars in market.bars.values())
            end = int(np.searchsorted(self.axis.timeline.time, last, side="right"))
            days = len(self._daily(start, end, np.ones(end - start), 1.0))
            tape = self.tape.with_days(day_ends(open_time[start:end])[1] + start)
            span = self._spans[edges] = Span(start, end, days, tape, list(market.bars.values()))
        return span

    def _daily(self, start: int, end: int, equity: FloatArray, capital: float) -> FloatArray:
        per_year = Timeframe.parse("1d").per_year(self.config.calendar)
        open_time = self.axis.timeline.open_time[start:end]
        return daily_returns(open_time, equity, capital, periods_per_year=per_year)[1]
