"""Analyzer plug-ins: which ones Cerebro hosts, and their figures after the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import backtrader as bt

from btbot import plugins
from btbot.analyzer import Analyzer, figure, label
from btbot.config import RunConfig
from btbot.engine.gather import check_params, plugin_folders
from btbot.records import RunResult


@dataclass(frozen=True, slots=True)
class Chosen:
    """One entry of ``analyzers:`` with its class."""

    name: str
    cls: type
    params: dict[str, Any]

    @property
    def hosted(self) -> bool:
        """True if Cerebro must call it during the run."""
        return not issubclass(self.cls, Analyzer) or self.cls.every_bar


@dataclass(frozen=True, slots=True)
class Attached:
    """The analyzers of a run."""

    chosen: list[Chosen]

    def figures(self, result: RunResult, strategies: list[Any]) -> None:
        """Put the figure and label of every analyzer into the result."""
        for item in self.chosen:
            if not item.hosted:
                result.figures[item.name] = figure(item.cls(**item.params), result, name=item.name)
            else:
                for strategy in strategies:
                    name = item.name if len(strategies) == 1 else f"{item.name} ({strategy._btbot_name})"
                    analyzer = strategy.analyzers.getbyname(item.name)
                    result.figures[name] = figure(analyzer, result, name=name)
                    result.labels[name] = label(item.cls)
            result.labels[item.name] = label(item.cls)


def load_analyzers(config: RunConfig) -> list[Chosen]:
    """Load every configured analyzer and check its parameters."""
    folders = plugin_folders(config, "analyzers")
    chosen = []
    for position, entry in enumerate(config.analyzers):
        where = config.where("analyzers", position, "name")
        cls = plugins.load("analyzers", entry.name, base=bt.Analyzer, folders=folders, where=where)
        check_params(cls, entry.params, where=f"{config.source}: analyzers.{position}.params of {entry.name}")
        chosen.append(Chosen(entry.name, cls, dict(entry.params)))
    return chosen


def attach_analyzers(cerebro: bt.Cerebro, chosen: list[Chosen]) -> Attached:
    """Give Cerebro those that it must call."""
    for item in chosen:
        if item.hosted:
            cerebro.addanalyzer(item.cls, _name=item.name, **item.params)
    return Attached(chosen)
