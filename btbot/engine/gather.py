"""From the configuration to checked bars: find the feed, read, judge, cut, resample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import backtrader as bt

from btbot import plugins
from btbot.bars import Bars
from btbot.config import RunConfig
from btbot.data.gate import admit
from btbot.errors import ConfigError, DataError, did_you_mean
from btbot.feed import Feed, Request
from btbot.records import Finding
from btbot.timeframe import Timeframe

_HOST_PARAMS = frozenset(bt.feed.DataBase.params._getkeys())


def plugin_folders(config: RunConfig, kind: str) -> list[Path]:
    """Return the folders in which plug-ins of a kind are searched, best first."""
    return plugins.search_folders(kind, config.folder, getattr(config.plugins, kind))


def check_params(cls: type, given: Mapping[str, Any], *, where: str, hidden: frozenset[str] = frozenset()) -> None:
    """Refuse parameters that a plug-in does not have; Backtrader itself would ignore them.

    Raises
    ------
    ConfigError
        Naming the closest parameter.
    """
    allowed = [name for name in cls.params._getkeys() if name not in hidden]  # type: ignore[attr-defined]
    for name in given:
        if name not in allowed:
            raise ConfigError(
                f"{where}: unknown parameter {name!r}; "
                f"allowed are {', '.join(allowed) or 'none'}{did_you_mean(name, allowed)}"
            )


def feed_class(config: RunConfig) -> type[Feed]:
    """Return the configured feed plug-in, its parameters checked."""
    cls = plugins.load("feeds", config.feed.name, base=Feed, folders=plugin_folders(config, "feeds"))
    check_params(cls, config.feed.params, where=f"{config.source}: feed {config.feed.name}", hidden=_HOST_PARAMS)
    return cls


def gather(config: RunConfig, timeframes: Mapping[str, str]) -> tuple[dict[str, Feed], list[Finding]]:
    """Return a feed that holds checked bars for each symbol, with all findings.

    Parameters
    ----------
    timeframes
        Symbol to the timeframe that its strategy wants.

    Raises
    ------
    DataError
        If bars are flawed, or none are left in the configured span.
    """
    cls = feed_class(config)
    feeds: dict[str, Feed] = {}
    findings: list[Finding] = []
    for symbol, wanted in timeframes.items():
        feed = cls(**config.feed.params)
        request = Request(symbol, Timeframe.parse(wanted), config.folder, config.start_ms, config.end_ms)
        native, found = admit(feed.read(request), symbol, on_error=config.data.on_error, calendar=config.calendar)
        findings.extend(found)
        feed.hold(_wanted(native, request))
        feeds[symbol] = feed
    return feeds, findings


def _wanted(native: Bars, request: Request) -> Bars:
    """Return the part of the bars that the run asked for, at its timeframe."""
    bars = native.between(request.start_ms, request.end_ms).resample(request.timeframe)
    if not len(bars):
        span = f"{native.stamp(0)} to {native.stamp(-1)}" if len(native) else "nothing"
        raise DataError(
            f"{request.symbol}: no finished {request.timeframe} bar between start and end; the source has {span} "
            f"in bars of {native.timeframe}; widen start and end, or choose a finer timeframe"
        )
    return bars
