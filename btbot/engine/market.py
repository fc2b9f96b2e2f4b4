"""The checked bars of a run, read once and used by many, and the part of them that is traded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from btbot.bars import Bars
from btbot.config import RunConfig
from btbot.engine.gather import gather
from btbot.errors import ConfigError, DataError
from btbot.feed import Feed
from btbot.records import Finding


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The part of the bars in which is traded; what lies before only warms the indicators up.

    Parameters
    ----------
    start_ms, end_ms
        Half-open span of bar opens, epoch milliseconds UTC; None is open-ended. Bars from `end_ms` on are not seen.
    flat_at_end
        True: nothing is entered at the last two closes, and what is held is sold at the open of the last bar.
    closed
        Half-open spans of bar opens inside the window in which nothing is held: what is held is sold at the open of
        the bar before.
    """

    start_ms: int | None = None
    end_ms: int | None = None
    flat_at_end: bool = False
    closed: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.start_ms is not None and self.end_ms is not None and self.start_ms >= self.end_ms:
            raise ConfigError(f"a window must end after it starts; start_ms is {self.start_ms}, end_ms {self.end_ms}")


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Checked bars of every symbol.

    Parameters
    ----------
    bars
        By symbol, in the order of the run's symbols.
    findings
        What the data gate saw.
    synthetic
        True if any of them are made up.
    """

    bars: Mapping[str, Bars]
    findings: list[Finding] = field(default_factory=list)
    synthetic: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 over every symbol's bars, as hexadecimal text; of one symbol that of its bars."""
        parts = [bars.fingerprint for bars in self.bars.values()]
        return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()

    def until(self, end_ms: int | None) -> Market:
        """Return the market without the bars that open at `end_ms` or later."""
        if end_ms is None:
            return self
        kept = {symbol: bars.between(None, end_ms) for symbol, bars in self.bars.items()}
        for symbol, bars in kept.items():
            if not len(bars):
                when = np.datetime64(end_ms, "ms")
                raise DataError(f"{symbol}: no bar before {when}Z; choose a later window, or leave the symbol out")
        return Market(kept, self.findings, self.synthetic)

    def feeds(self) -> dict[str, Feed]:
        """Return a feed for Cerebro that holds the bars of each symbol."""
        feeds = {}
        for symbol, bars in self.bars.items():
            feeds[symbol] = Feed()
            feeds[symbol].hold(bars)
        return feeds


def timeframes(config: RunConfig) -> dict[str, str]:
    """Return the timeframe of each symbol that a strategy trades, in the order of ``symbols``."""
    chosen = {symbol: str(config.timeframe) for symbol in config.symbols}
    for entry in config.strategies:
        for symbol in entry.symbols or config.symbols:
            chosen[symbol] = str(entry.timeframe or config.timeframe)
    return chosen


def load_market(config: RunConfig) -> Market:
    """Read the bars of a configuration and let the data gate judge them.

    Raises
    ------
    ConfigError, DataError
        If the feed is missing or its bars are flawed.
    """
    feeds, findings = gather(config, timeframes(config))
    bars = {symbol: feed.held for symbol, feed in feeds.items()}
    return Market(bars, findings, any(feed.synthetic for feed in feeds.values()))


def given_market(config: RunConfig, market: Market) -> Market:
    """Check that a market has what the configuration trades.

    Raises
    ------
    ConfigError
        If symbols or timeframes differ.
    """
    wanted = timeframes(config)
    held = {symbol: str(bars.timeframe) for symbol, bars in market.bars.items()}
    if list(wanted.items()) != list(held.items()):
        raise ConfigError(f"{config.source}: the given bars are {held}, the configuration trades {wanted}")
    return market
