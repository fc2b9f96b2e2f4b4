"""What a plug-in of each kind must be a subclass of."""

from __future__ import annotations

from btbot.analyzer import Analyzer
from btbot.feed import Feed
from btbot.strategy import Strategy

# A plain strategy or analyzer of Backtrader is as good a plug-in as one of ours.
BASES: dict[str, type] = {
    "strategies": Strategy.__mro__[1],
    "feeds": Feed,
    "analyzers": Analyzer.__mro__[1],
}
