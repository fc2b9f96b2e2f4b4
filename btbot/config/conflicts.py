"""Keys that are each allowed and together are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from btbot.config.document import Keys
from btbot.config.model import RunConfig
from btbot.config.ranges import Range
from btbot.config.search import Optimize
from btbot.errors import did_you_mean
from btbot.exchange.addresses import faults

Conflict = tuple[Keys, str]


def find(config: RunConfig) -> list[Conflict]:
    """Return the path and the text of every conflict."""
    return [conflict for check in _CHECKS for conflict in check(config)]


def _span(config: RunConfig) -> Iterator[Conflict]:
    if config.start and config.end and config.start >= config.end:
        yield (
            ("end",),
            f"must be later than start ({config.start:%Y-%m-%d %H:%M}), was {config.end:%Y-%m-%d %H:%M}",
        )


def _strategies(config: RunConfig) -> Iterator[Conflict]:
    owner: dict[str, int] = {}
    for index, entry in enumerate(config.strategies):
        where: Keys = ("strategies", index)
        for symbol in entry.symbols or config.symbols:
            if symbol not in config.symbols:
                hint = did_you_mean(symbol, config.symbols)
                yield (
                    (*where, "symbols"),
                    f"must be among symbols ({', '.join(config.symbols)}), was {symbol!r}{hint}",
                )
            elif symbol in owner:
                yield (
                    where,
                    (
                        f"must not trade {symbol}, strategies.{owner[symbol]} trades it already; "
                        "give each strategy its own symbols"
                    ),
                )
            else:
                owner[symbol] = index
        if entry.timeframe and entry.timeframe.ms % config.timeframe.ms:
            yield (
                (*where, "timeframe"),
                f"must be a multiple of timeframe ({config.timeframe}), was '{entry.timeframe}'",
            )


def _named_symbols(config: RunConfig) -> Iterator[Conflict]:
    funding = config.costs.funding
    for section, names in (
        (("instruments",), config.instruments),
        (("costs", "funding"), funding if isinstance(funding, dict) else {}),
    ):
        for symbol in names:
            if symbol not in config.symbols:
                hint = did_you_mean(symbol, config.symbols)
                yield (*section, symbol), f"must be among symbols ({', '.join(config.symbols)}){hint}"


def _addresses(config: RunConfig) -> Iterator[Conflict]:
    for keys, text in faults(config.exchange.urls or {}):
        yield ("exchange", "urls", *keys), text


def _sizes(config: RunConfig) -> Iterator[Conflict]:
    percent = getattr(config.sizing, "percent", 0.0)
    if percent > config.leverage:
        yield (
            ("sizing", "percent"),
            (f"must be <= leverage ({config.leverage:g}), was {percent:g}; 0.2 is 20 %"),
        )


def _shorts(config: RunConfig) -> Iterator[Conflict]:
    if config.allow_short and config.mode != "backtest" and config.exchange.market == "spot":
        yield (
            ("allow_short",),
            (
                f"must be false on a spot market in mode {config.mode}, which cannot sell what it lacks; "
                "or write exchange: {market: perpetual}"
            ),
        )


def _stock_fills(config: RunConfig) -> Iterator[Conflict]:
    if config.fills != "stock":
        return
    costs = config.costs
    if costs.maker_fee != costs.taker_fee:
        yield (
            ("costs", "maker_fee"),
            (f"must equal taker_fee ({costs.taker_fee:g}) with fills: stock, was {costs.maker_fee:g}"),
        )
    for name in (
        "slippage_volatility", "impact", "max_volume_share",
        "latency_ms", "latency_bars", "funding", "borrow_rate",
    ):  # fmt: skip
        if getattr(costs, name):
            yield ("costs", name), _NOT_WITH_STOCK
    if config.leverage != 1:
        yield ("leverage",), f"must be 1 with fills: stock, was {config.leverage:g}"
    for symbol, limits in config.instruments.items():
        if limits.step or limits.tick or limits.min_notional:
            yield ("instruments", symbol), _NOT_WITH_STOCK


def _searched_keys(config: RunConfig) -> Iterator[Conflict]:
    for key in config.optimize.space if config.optimize else ():
        section, *below = key.split(".")
        own = below[1:2] == ["params"] and len(below) == 3 if section == "strategies" else section in _SEARCHABLE
        # A section that does not exist is refused with a hint when the space is built.
        if section in RunConfig.model_fields and not own:
            allowed = ", ".join(("strategies.N.params", *_SEARCHABLE))
            yield (
                ("optimize", "space", key),
                f"is the same for all settings; what can be searched are keys of {allowed}",
            )


def _sampler(config: RunConfig) -> Iterator[Conflict]:
    search = config.optimize
    if search is None:
        return
    name = search.sampler.name
    if search.trials is None and name != "grid":
        yield ("optimize", "trials"), f"is missing; {name} needs to know how many settings to try, such as trials: 1000"
    for key, values in search.space.items():
        where: Keys = ("optimize", "space", key)
        if name == "grid" and isinstance(values, Range) and not values.whole and values.step is None:
            yield where, "needs a step for a grid; or write another sampler, such as sampler: random"
        if name == "cma_es" and not isinstance(values, Range):
            yield where, "is a list of choices, and cma_es knows ranges only; write {low, high, step}, or sampler: tpe"
    if name == "cma_es" and len(search.space) < 2:
        yield ("optimize", "sampler"), "cma_es needs at least two ranges; for one write sampler: tpe"


def _objectives(config: RunConfig) -> Iterator[Conflict]:
    search = config.optimize
    if search is None:
        return
    analyzers = [entry.name for entry in config.analyzers]
    for goal in search.objectives:
        if goal.analyzer is not None and goal.analyzer not in analyzers:
            hint = did_you_mean(goal.analyzer, analyzers)
            yield (
                ("optimize", "objective"),
                f"must be among analyzers ({', '.join(analyzers) or 'none yet'}), was {goal.analyzer!r}{hint}",
            )
    names = [goal.name for goal in search.objectives]
    for name in {name for name in names if names.count(name) > 1}:
        yield ("optimize", "objective"), f"must not repeat an objective, {name} is there twice"
    if len(names) > 1:
        yield from _several_objectives(search)
    if len(names) > 3:
        yield (
            ("optimize", "objective"),
            "must have at most three objectives: with more, hardly any setting is worse than another",
        )


def _several_objectives(search: Optimize) -> Iterator[Conflict]:
    if search.sampler.name == "cma_es":
        yield ("optimize", "sampler"), "cma_es knows one objective; for several write sampler: nsga2 or tpe"
    for name in ("prune", "early_stop"):
        if getattr(search, name) is not None:
            yield ("optimize", name), "must be left out with several objectives, between which no setting is the best"


def _workers(config: RunConfig) -> Iterator[Conflict]:
    workers = config.optimize.workers if config.optimize else None
    if workers and workers.address and workers.backend in ("none", "processes"):
        yield (
            ("optimize", "workers", "address"),
            f"must be left out with backend: {workers.backend}, which stays on this machine; or write backend: dask",
        )


def _walkforward(config: RunConfig) -> Iterator[Conflict]:
    if config.walkforward and not config.optimize:
        yield ("walkforward",), "needs optimize beside it, which says what is searched in each window"


_SEARCHABLE = (
    "exits", "sizing", "costs", "risk", "allow_short", "leverage", "maintenance_margin", "capital", "instruments",
)  # fmt: skip
_NOT_WITH_STOCK = "must be left out with fills: stock, whose broker does not know it; or write fills: default"
_CHECKS: tuple[Callable[[RunConfig], Iterator[Conflict]], ...] = (
    _span,
    _strategies,
    _named_symbols,
    _addresses,
    _sizes,
    _shorts,
    _stock_fills,
    _searched_keys,
    _sampler,
    _objectives,
    _workers,
    _walkforward,
)
