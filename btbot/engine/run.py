"""One run from configuration to result."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import backtrader as bt

from btbot.bars import Bars
from btbot.config import RunConfig
from btbot.engine.attach import Attached, attach_analyzers, load_analyzers
from btbot.engine.broker.broker import Broker
from btbot.engine.broker.terms import Terms
from btbot.engine.build import (
    Hosted,
    funding_visits,
    host_strategies,
    make_books,
    make_lots,
    make_terms,
)
from btbot.engine.cerebro import Cerebro, Progress
from btbot.engine.desk.desk import Desk
from btbot.engine.desk.sizer import make_sizer
from btbot.engine.desk.venue import StockVenue, Venue
from btbot.engine.desk.watch import RiskWatch
from btbot.engine.ledger import Ledger
from btbot.engine.market import Market, Window, given_market, load_market
from btbot.engine.recorder import Recorder
from btbot.engine.result import assemble
from btbot.engine.timeline import Timeline
from btbot.errors import ConfigError
from btbot.feed import Feed
from btbot.records import RunResult

log = logging.getLogger(__name__)
Prepare = Callable[[bt.Cerebro], Any]


def run(
    config: RunConfig,
    *,
    market: Market | None = None,
    window: Window | None = None,
    progress: Progress | None = None,
    prepare: Prepare | None = None,
) -> RunResult:
    """Run a backtest and return what happened; nothing is written.

    Parameters
    ----------
    config
        From `btbot.config.load_config`.
    market
        Its bars, from `load_market`, for callers that run many configurations on them; read from the feed by default.
    window
        Trade only there; the result begins at its start.
    progress
        Called now and then with the closes done and their number.
    prepare
        Called with the Cerebro before it runs, to add observers, stock analyzers or writers.

    Raises
    ------
    ConfigError, DataError, StrategyError
        If a plug-in is missing, bars are flawed, or signals look ahead. Exceptions of a plug-in come out as they
        are, with a note that names strategy, symbol and bar.
    """
    _refuse_other_modes(config)
    timings: dict[str, float] = {}
    window = window or Window()
    with _timed(timings, "data"):
        hosted = host_strategies(config)
        analyzers = load_analyzers(config)
        market = (load_market(config) if market is None else given_market(config, market)).until(window.end_ms)
    bars = dict(market.bars)
    with _timed(timings, "signals"):
        lots = make_lots(config)
        books, cuts = make_books(hosted, bars, config, lots, window)
        terms = make_terms(config, bars, lots)
    with _timed(timings, "engine"):
        timeline, ledger = Timeline(list(bars.values())), Ledger(list(config.symbols))
        closes = [timeline.spread(number, item.close) for number, item in enumerate(bars.values())]
        recorder = Recorder(timeline, closes)
        sparse = config.engine == "sparse" and all(host.signals for host in hosted)
        broker = _broker(config, terms, ledger)
        desk = _desk(config, books, broker, ledger, terms, timeline, bars, closes) if books else None
        cerebro = Cerebro(
            timeline=timeline, ledger=ledger, recorder=recorder, desk=desk, sparse=sparse, progress=progress,
        )  # fmt: skip
        strategies, attached = _host(cerebro, broker, market.feeds(), hosted, analyzers, prepare)
    with _timed(timings, "metrics"):
        result = assemble(
            config, ledger=ledger, recorder=recorder, timeline=timeline, market=market, books=books,
            engine="sparse" if sparse else "dense", cuts=cuts, start_ms=window.start_ms,
        )  # fmt: skip
        attached.figures(result, strategies)
    _tell(result, timings)
    return result


def _refuse_other_modes(config: RunConfig) -> None:
    if config.mode != "backtest":
        raise ConfigError(
            f"{config.source}: mode: {config.mode} is not there yet; this version runs `mode: backtest` only"
        )


def _tell(result: RunResult, timings: dict[str, float]) -> None:
    result.timings.update(timings)
    log.info("run %s: %s", result.name, ", ".join(f"{name} {seconds:.3f} s" for name, seconds in timings.items()))


@contextmanager
def _timed(timings: dict[str, float], name: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    timings[name] = time.perf_counter() - begin


def _cheats(host: Hosted) -> bool:
    """True for a strategy that trades in ``next_open``, which Backtrader calls only when it cheats on open."""
    return getattr(host.cls, "next_open", None) is not bt.Strategy.next_open


def _broker(config: RunConfig, terms: Terms, ledger: Ledger) -> bt.brokers.BackBroker:
    """Return our broker, or for ``fills: stock`` Backtrader's own as the rules set it."""
    if config.fills == "stock":
        broker = bt.brokers.BackBroker()
        broker.setcommission(commission=config.costs.taker_fee)
        slippage = config.costs.slippage_bps / 10_000.0
        broker.set_slippage_perc(slippage, slip_open=True, slip_limit=True, slip_match=True, slip_out=True)
    else:
        broker = Broker(terms, ledger)
    broker.setcash(config.capital)
    return broker


def _desk(
    config: RunConfig,
    books: list[Any],
    broker: Any,
    ledger: Ledger,
    terms: Terms,
    timeline: Timeline,
    bars: dict[str, Bars],
    closes: list[Any],
) -> Desk:
    watch = RiskWatch(
        config.capital, max_drawdown=config.risk.max_drawdown, max_daily_loss=config.risk.max_daily_loss,
        maintenance_margin=config.maintenance_margin, open_time=timeline.open_time, closes=closes,
        highs=[timeline.worst(number, item, "high") for number, item in enumerate(bars.values())],
        lows=[timeline.worst(number, item, "low") for number, item in enumerate(bars.values())],
    )  # fmt: skip
    sizing = config.sizing.model_dump()
    name = sizing.pop("name")
    return Desk(
        books, broker=broker, venue=StockVenue(broker) if config.fills == "stock" else Venue(broker), ledger=ledger,
        terms=terms, sizer=make_sizer(name, sizing, ledger), sizes_by_stop=name == "fixed_risk", timeline=timeline,
        watch=watch,
        cut=config.fills == "default", visits=funding_visits(terms, timeline),
    )  # fmt: skip


def _host(
    cerebro: Cerebro,
    broker: Any,
    feeds: dict[str, Feed],
    hosted: list[Hosted],
    analyzers: list[Any],
    prepare: Prepare | None,
) -> tuple[list[Any], Attached]:
    """Give Cerebro everything, let it run, return its strategies."""
    cerebro.p.cheat_on_open = any(_cheats(host) for host in hosted)
    cerebro.setbroker(broker)
    for symbol, feed in feeds.items():
        cerebro.adddata(feed, name=symbol)
    for host in hosted:
        cerebro.addstrategy(host.create)
    attached = attach_analyzers(cerebro, analyzers)
    if prepare is not None:
        prepare(cerebro)
    strategies = list(cerebro.run())
    cerebro.book_open_orders()
    return strategies, attached
