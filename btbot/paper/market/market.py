"""What drives the exchange from outside: one market for each symbol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from btbot.bars import Bars
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.symbols import Symbol
from btbot.paper.candle_memory import Hole


class Market(Protocol):
    """One symbol's market; it acts on the exchange by supply, withdraw, sweep and print_trade only.

    Attributes
    ----------
    start_ms
        Where the market clock begins.
    holes
        Spans ``[from, to)`` of market time for which the source has no candles.
    """

    symbol: Symbol
    start_ms: int

    @property
    def holes(self) -> Sequence[Hole]: ...

    def next_ms(self) -> int | None:
        """Give the market time of the next thing that happens; None where the data is over (the last prices stay)."""
        ...

    def step(self, exchange: Exchange) -> list[Event]:
        """Do it. Never needs the clock."""
        ...

    def skip_to(self, market_ms: int) -> None:
        """Begin there instead: what is due by then counts as done and as history, without touching an exchange.

        The next step is due at once and only quotes the book around the last price.
        """
        ...

    def history(self) -> Sequence[Bars]:
        """Give the bars from before `start_ms`, finished by then."""
        ...
