"""``best.yml``: the configuration of a search with its best setting in place, ready to run from any folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from btbot.config import RunConfig, as_yaml, settled, with_setting
from btbot.config.dump import unmasked
from btbot.plugins import available, search_folders, shipped
from btbot.report.layout import printable
from btbot.report.search.finished import labels, rank
from btbot.report.search.given import Overfit, SearchResult
from btbot.report.search.verdict import headline
from btbot.report.search.words import label, settings, shown
from btbot.timeframe import Timeframe

_PLAIN = (str, bool, Real, Decimal, dt.date, Path, Timeframe, type(None))
_SEARCH = ("optimize", "walkforward")


def missing(result: SearchResult) -> str:
    """Return why there can be no ``best.yml``, one sentence; empty if there is one."""
    if result.best_trial is None:
        stood = all(one.ok for one in result.verification)
        why = "No setting could be ranked" if stood else "None of the best settings stood the check against Cerebro"
        return f"{why}, so there is no best.yml."
    objects = list(_objects(unmasked(result.loaded)))
    if objects:
        return (
            f"{', '.join(objects)} came from Python and cannot stand in a file, so there is no best.yml; run the best "
            "setting with btbot.run(btbot.config.with_setting(config, setting))."
        )
    return ""


def render(result: SearchResult, overfit: Overfit | None) -> str:
    """Return the text of ``best.yml``; `missing` must be empty.

    Paths are absolute, and plug-in folders that the search found are named, so that the file means the same
    wherever it is run. What is said about it stands above in comments.
    """
    trial = result.best_trial
    assert trial is not None  # noqa: S101 - the caller asked `missing`
    setting = result.trials.setting(trial)
    config = with_setting(result.loaded, setting)
    content = {key: value for key, value in settled(config).items() if key not in _SEARCH}
    content |= {"name": f"{content['name']}_best", "mode": "backtest"}
    folders = {kind: found for kind in ("strategies", "feeds", "analyzers") if (found := _folders(config, kind))}
    content["plugins"] = folders
    header = "".join(f"# {printable(line)}".rstrip() + "\n" for line in _header(result, overfit, trial, setting))
    return f"{header}\n{as_yaml(content)}"


def _header(result: SearchResult, overfit: Overfit | None, trial: int, setting: Mapping[str, Any]) -> list[str]:
    names = labels(result.trials.dimensions)
    row = result.trials.frame(np.array([trial])).iloc[0]
    goals = ", ".join(f"{label(name)} ({direction})" for name, direction in result.objectives)
    values = ", ".join(f"{label(name)} {shown(name, float(row[name]))}" for name, _ in result.objectives)
    return [
        "The best setting of a search, ready to run: python -m btbot run best.yml",
        "",
        f"search     {result.name}: {len(result.trials):,d} settings by {result.sampler}, seed {result.seed}",
        f"objective  {goals}",
        f"setting    rank {rank(result, trial)}, trial {trial}: {settings(setting, names)}",
        f"result     {values}",
        f"verdict    {headline(overfit)}",
    ]


def _folders(config: RunConfig, kind: str) -> list[str]:
    """Return the folders that hold the plug-ins of the configuration, but for those that come with btbot."""
    named: tuple[str, ...] = getattr(config.plugins, kind)
    known = available(kind, search_folders(kind, config.folder, named))
    used = {_stem(one) for one in _names(config, kind)}
    homes = [found.path.parent for name, found in known.items() if name in used and found.path]
    asked = [(config.folder / one).resolve() for one in named]
    return [str(home) for home in dict.fromkeys([*asked, *homes]) if home != shipped(kind)]


def _names(config: RunConfig, kind: str) -> list[str]:
    if kind == "feeds":
        return [config.feed.name]
    return [one.name for one in getattr(config, kind)]


def _stem(name: str) -> str:
    return name.partition(":")[0]


def _objects(value: Any, key: str = "") -> Iterator[str]:
    """Yield the keys whose values only Python can hold."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _objects(one, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for at, one in enumerate(value):
            yield from _objects(one, f"{key}.{at}")
    elif not isinstance(value, _PLAIN):
        yield key
