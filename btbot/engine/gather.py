"""From the configuration to checked bars: find the feed, read, judge, cut, resample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import backtrader as bt
import numpy as np
import pandas as pd

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
    folders = plugin_folders(config, "feeds")
    cls = plugins.load("feeds", config.feed.name, base=Feed, folders=folders, where=config.where("feed", "name"))
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
    seen: dict[str, Bars] = {}
    for symbol, wanted in timeframes.items():
        feed = cls(**config.feed.params)
        request = Request(
            symbol, Timeframe.parse(wanted), config.folder, config.start_ms, config.end_ms, config.database
        )
        raw = feed.read(request)
        native, found = admit(_within(raw, request), symbol, on_error=config.data.on_error, calendar=config.calendar)
        _refuse_one_for_two(config, native, str(raw.attrs.get("source")), seen)
        findings.extend(found)
        feed.hold(_wanted(native, request))
        feeds[symbol] = feed
    return feeds, findings


def _within(raw: pd.DataFrame, request: Request) -> pd.DataFrame:
    """Return the candles of the wanted span, so that the gate does not judge what the run never sees."""
    if request.start_ms is None and request.end_ms is None:
        return raw
    time = raw["time"].to_numpy()
    inside = np.ones(len(raw), dtype=bool)
    if request.start_ms is not None:
        inside &= time >= request.start_ms
    if request.end_ms is not None:
        inside &= time < request.end_ms
    if not inside.any():
        return raw  # perhaps its times are wrong, which the gate will say
    part = raw[inside]
    part.attrs = dict(raw.attrs)
    if part.attrs.get("lines") is not None:
        part.attrs["lines"] = np.asarray(part.attrs["lines"])[inside]
    return part


def _refuse_one_for_two(config: RunConfig, native: Bars, source: str, seen: dict[str, Bars]) -> None:
    """Refuse a source without symbols that would serve the same candles under two names."""
    other = seen.get(source)
    if other is not None and np.array_equal(other.time, native.time) and np.array_equal(other.close, native.close):
        raise ConfigError(
            f"{config.source}: feed: {source} gives {other.symbol} and {native.symbol} the same candles; name a file "
            "for each, with {symbol} in the path or with paths:, or use a file with a symbol column"
        )
    seen[source] = native


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
