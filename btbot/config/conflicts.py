"""Keys that are each allowed and together are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from btbot.config.document import Keys
from btbot.config.model import RunConfig
from btbot.errors import did_you_mean

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


_NOT_WITH_STOCK = "must be left out with fills: stock, whose broker does not know it; or write fills: default"
_CHECKS: tuple[Callable[[RunConfig], Iterator[Conflict]], ...] = (
    _span,
    _strategies,
    _named_symbols,
    _sizes,
    _shorts,
    _stock_fills,
)
