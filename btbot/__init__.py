"""Strategies on Backtrader, from one small file to a live order.

The names below are loaded when first used, so that ``import btbot`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Analyzer": "btbot.analyzer",
    "Bars": "btbot.bars",
    "EquityAnalyzer": "btbot.analyzer",
    "Exits": "btbot.exits",
    "Feed": "btbot.feed",
    "Signals": "btbot.signals",
    "Strategy": "btbot.strategy",
    "Targets": "btbot.signals",
    "Timeframe": "btbot.timeframe",
    "TradesAnalyzer": "btbot.analyzer",
    "optimize": "btbot.runner",
    "run": "btbot.runner",
    "walkforward": "btbot.runner",
}
__all__ = [
    "Analyzer",
    "Bars",
    "EquityAnalyzer",
    "Exits",
    "Feed",
    "Signals",
    "Strategy",
    "Targets",
    "Timeframe",
    "TradesAnalyzer",
    "optimize",
    "run",
    "ta",
    "walkforward",
]


def __getattr__(name: str) -> Any:
    if name == "ta":
        return import_module("btbot.indicators")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'btbot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
