"""From the sections of the configuration to the objects of a run. Below this point nobody sees the configuration."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import backtrader as bt
import numpy as np
import numpy.typing as npt

from btbot import indicators, plugins
from btbot.bars import Bars
from btbot.config import RunConfig
from btbot.config.sections import StrategyEntry
from btbot.engine.broker.terms import Lot, Terms
from btbot.engine.desk.book import Book
from btbot.engine.funding import charged
from btbot.engine.gather import check_params, plugin_folders
from btbot.engine.market import Window
from btbot.engine.proof import check_no_lookahead
from btbot.engine.timeline import Timeline
from btbot.errors import BtbotError, ConfigError, StrategyError
from btbot.exits import Exits
from btbot.indicators import warmth
from btbot.signals import Signals, Targets, checked
from btbot.strategy import Strategy

log = logging.getLogger(__name__)
FloatArray = npt.NDArray[np.float64]
_VOLATILITY_BARS = 20  # returns behind the bar volatility that slippage and impact are measured in


@dataclass(frozen=True, slots=True)
class Hosted:
    """One entry of ``strategies:`` with its class.

    Attributes
    ----------
    numbers
        Positions of its symbols in the run.
    signals
        True for a `Strategy` whose signals the desk trades, False for a strategy that trades by itself.
    """

    name: str
    cls: type
    params: dict[str, Any]
    symbols: tuple[str, ...]
    numbers: tuple[int, ...]
    signals: bool

    def create(self, *datas: Any, **_: Any) -> Any:
        """Make the instance with its own datas; Cerebro calls this in the place of the class."""
        strategy = self.cls(*[datas[number] for number in self.numbers], **self.params)
        strategy._btbot_name, strategy._btbot_numbers = self.name, self.numbers
        return strategy


def host_strategies(config: RunConfig) -> list[Hosted]:
    """Load every configured strategy and check its parameters."""
    folders = plugin_folders(config, "strategies")
    hosted = []
    for position, entry in enumerate(config.strategies):
        where = config.where("strategies", position, "name")
        cls = plugins.load("strategies", entry.name, base=bt.Strategy, folders=folders, where=where)
        check_params(cls, entry.params, where=f"{config.source}: strategies.{position}.params of {entry.name}")
        symbols = tuple(symbol for symbol in config.symbols if symbol in (entry.symbols or config.symbols))
        numbers = tuple(config.symbols.index(symbol) for symbol in symbols)
        hosted.append(Hosted(_label(entry), cls, dict(entry.params), symbols, numbers, _trades_signals(cls)))
    _refuse_limits_without_effect(config, hosted)
    idle = sorted({"sizing", "exits"} & config.model_fields_set)
    if idle and not any(host.signals for host in hosted):
        log.warning("%s: %s without effect: the strategies send their own orders", config.source, " and ".join(idle))
    return hosted


def _refuse_limits_without_effect(config: RunConfig, hosted: list[Hosted]) -> None:
    limits = [name for name in ("max_drawdown", "max_daily_loss") if getattr(config.risk, name) is not None]
    plain = [host.name for host in hosted if not host.signals]
    if limits and plain:
        raise ConfigError(
            f"{config.source}: risk.{limits[0]} cannot be enforced on {', '.join(plain)}, which sends its own orders; "
            "remove the limit, or write the strategy with signals()"
        )


def _label(entry: StrategyEntry) -> str:
    return entry.name.rsplit("/", 1)[-1].removesuffix(".py")


def _trades_signals(cls: type) -> bool:
    """True for a strategy whose signals are traded for it, False for one that trades in its own ``next``."""
    if not issubclass(cls, Strategy) or cls.next is not Strategy.next:
        return False
    if not isinstance(inspect.getattr_static(cls, "signals"), staticmethod):
        raise StrategyError(f"strategy {cls.__name__}: put @staticmethod above `def signals(bars, p):`, without self")
    for name in ("prenext", "nextstart"):
        if getattr(cls, name) is not getattr(Strategy, name):
            raise StrategyError(
                f"strategy {cls.__name__}: has its own {name}() but no next(); trade in next(), or give signals() "
                f"and leave {name}() out"
            )
    return True


def make_books(
    hosted: list[Hosted], bars: Mapping[str, Bars], config: RunConfig, lots: list[Lot], window: Window
) -> tuple[list[Book], int]:
    """Compute the signals of every symbol; return its books and how many look-ahead cuts were tried."""
    books, cuts = [], 0
    for host in hosted:
        if not host.signals:
            continue
        params = make_params(host)
        for symbol, number in zip(host.symbols, host.numbers, strict=True):
            candles = bars[symbol]
            plan = make_plan(host, params, candles)
            cuts += check_no_lookahead(
                lambda part, host=host, params=params: make_plan(host, params, part),  # type: ignore[misc]
                plan, candles, strategy=host.name, proof=config.proof,
            )  # fmt: skip
            books.append(_book(host, number, candles, within(plan, candles, window), config, lots[number]))
    return sorted(books, key=lambda book: book.number), cuts


def make_params(host: Hosted, changed: Mapping[str, Any] | None = None) -> Any:
    """Return the parameters of a strategy as its ``signals`` gets them, some of them changed."""
    params = host.cls.params()  # type: ignore[attr-defined]
    for values in (host.params, changed or {}):
        for name, value in values.items():
            setattr(params, name, value)
    return params


def make_plan(host: Hosted, params: Any, bars: Bars) -> Signals | Targets:
    """Return what a strategy wants, checked, from the bar on at which all its indicators are warm."""
    try:
        with warmth.watch() as found:
            plan = checked(host.cls.signals(bars, params), len(bars))  # type: ignore[attr-defined]
        return plan.warm(warmth.warm_from(found, len(bars)))
    except Exception as error:
        if isinstance(error, BtbotError):
            raise type(error)(f"strategy {host.name}, {bars.symbol}: {error}") from error
        error.add_note(f"in signals() of strategy {host.name}, {bars.symbol}, {len(bars)} bars")
        raise


def within(plan: Signals | Targets, bars: Bars, window: Window) -> Signals | Targets:
    """Return the plan without what it wants outside the window."""
    if window.start_ms is not None:
        plan = plan.warm(int(np.searchsorted(bars.time, window.start_ms)))
    for span in window.closed:
        first, until = np.searchsorted(bars.time, span).tolist()
        plan = plan.resting(first, until) if first < until else plan
    return plan.resting(len(bars), len(bars)) if window.flat_at_end else plan


def _book(host: Hosted, number: int, bars: Bars, plan: Any, config: RunConfig, lot: Lot) -> Book:
    rules = exits_of(host, config)
    refuse_size_without_stop(host, rules, plan, config)
    atr, realized = measures(rules, bars, config)
    return Book(
        number,
        host.name,
        bars,
        plan if atr is None else plan.warm(warmth.first_number(atr)),  # before that there would be no stop
        rules,
        allow_short=config.allow_short,
        lot=lot,
        atr=atr,
        realized=realized,
    )


def exits_of(host: Hosted, config: RunConfig) -> Exits:
    """Return what a strategy declares, and the configuration over it."""
    return _declared_exits(host).merged(Exits(**config.exits.model_dump(exclude_none=True)))


def refuse_size_without_stop(host: Hosted, rules: Exits, plan: Any, config: RunConfig) -> None:
    """Raise ConfigError if sizes are measured by a stop that the position would not have."""
    if config.sizing.name == "fixed_risk" and not _stops_at_once(rules, plan):
        raise ConfigError(
            f"{config.source}: sizing fixed_risk needs the distance of a stop, but {host.name} has none at the entry; "
            "add exits.stop, or exits.trailing without after_*, for example `exits: {stop: {atr: 2.0}}`"
        )


def measures(rules: Exits, bars: Bars, config: RunConfig) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the ATR of the exits and the volatility of the sizing, where they are asked for."""
    realized = None
    if config.sizing.name == "volatility_target":
        per_year = bars.timeframe.per_year(config.calendar)
        realized = indicators.realized_volatility(bars.close, config.sizing.lookback, periods_per_year=per_year)
    return indicators.atr(bars, rules.atr_period or 14) if rules.needs_atr else None, realized


def _declared_exits(host: Hosted) -> Exits:
    declared = host.cls.exits  # type: ignore[attr-defined]
    if isinstance(declared, Exits):
        return declared
    raise StrategyError(
        f"strategy {host.name}: exits must be Exits(...), was {declared!r}; "
        "write `exits = Exits(stop={'atr': 2.0})` after `from btbot import Exits`"
    )


def _stops_at_once(rules: Exits, plan: Any) -> bool:
    """True if a position has a stop from its entry on."""
    trailing = rules.trailing or {}
    if rules.stop or (trailing and not trailing.get("after_percent") and not trailing.get("after_atr")):
        return True
    levels = getattr(plan, "stop_long", None) is not None or getattr(plan, "stop_short", None) is not None
    return levels and rules.stop is None


def make_lots(config: RunConfig) -> list[Lot]:
    """Return step, tick and minimum of each symbol."""
    lots = []
    for symbol in config.symbols:
        limits = config.instruments.get(symbol)
        lots.append(
            Lot(float(limits.step), float(limits.tick), float(limits.min_notional)) if limits is not None else Lot()
        )
    return lots


def make_terms(config: RunConfig, bars: Mapping[str, Bars], lots: list[Lot]) -> Terms:
    """Return what trading costs and permits."""
    costs = config.costs
    volatility: list[FloatArray] | None = None
    if costs.slippage_volatility or costs.impact:
        volatility = [
            indicators.realized_volatility(item.close, _VOLATILITY_BARS, periods_per_year=1.0) for item in bars.values()
        ]
    return Terms(
        maker_fee=costs.maker_fee, taker_fee=costs.taker_fee, slippage_bps=costs.slippage_bps, lots=lots,
        slippage_volatility=costs.slippage_volatility, impact=costs.impact,
        max_volume_share=costs.max_volume_share or 0.0, latency_ms=costs.latency_ms, latency_bars=costs.latency_bars,
        borrow_rate=costs.borrow_rate, leverage=config.leverage, maintenance_margin=config.maintenance_margin,
        volatility=volatility, funding=charged(config, bars),
    )  # fmt: skip


def funding_visits(terms: Terms, timeline: Timeline) -> npt.NDArray[np.int64]:
    """Return the closes at which funding falls due for any symbol."""
    due = [
        np.searchsorted(timeline.at[number], np.flatnonzero(rates))
        for number, rates in enumerate(terms.funding or ())
        if rates is not None
    ]
    return np.unique(np.concatenate(due)) if due else np.zeros(0, dtype=np.int64)
