"""The live market: another exchange's trades and book, as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np

from btbot.bars import Bars
from btbot.exchange.ccxt_public import PublicSource
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.public import PublicEvent
from btbot.exchange.symbols import Symbol
from btbot.paper.candle_memory import Hole
from btbot.paper.market.mirror import Mirror
from btbot.timeframe import Timeframe

_TIMEFRAMES = ("1m", "1h", "1d")
_WAITING = 100_000


class LiveMarket:
    """Follow a source of public events; what comes in is due at once.

    Trades keep the source's time (never backwards). The book is the source's, minus what users took of it until it
    reports the level again.

    Parameters
    ----------
    symbol
        What is traded.
    events
        Where they come from, such as ``PublicSource.events()``.
    start_ms
        Market time at the start.
    history
        Finished bars of one or several timeframes.
    source
        Closed by `close`.

    Attributes
    ----------
    on_arrival
        Called with each event that has come in: something is due.
    """

    def __init__(
        self,
        symbol: Symbol,
        *,
        events: AsyncIterator[PublicEvent],
        start_ms: int,
        history: Sequence[Bars] = (),
        source: PublicSource | None = None,
    ) -> None:
        self.symbol = symbol
        self.start_ms = start_ms
        self.on_arrival: Callable[[], None] = lambda: None
        self._events = events
        self._history = history
        self._source = source
        self._mirror = Mirror(symbol.name)
        self._waiting: deque[PublicEvent] = deque(maxlen=_WAITING)
        self._last_ms = start_ms

    @property
    def holes(self) -> Sequence[Hole]:
        """None: silence is a quiet market."""
        return ()

    async def run(self) -> None:
        """Read the source until it ends.

        Raises
        ------
        ExchangeError
            If the source gives up.
        """
        async for event in self._events:
            self._waiting.append(event)
            self.on_arrival()

    async def close(self) -> None:
        """Close the connections of the source."""
        if self._source is not None:
            await self._source.close()

    def history(self) -> Sequence[Bars]:
        """Give the bars from before the start."""
        return [bars.between(None, self.start_ms - bars.timeframe.ms + 1) for bars in self._history]

    def skip_to(self, market_ms: int) -> None:
        """Do nothing: the live market is where it is."""

    def next_ms(self) -> int | None:
        """Give a time that has passed while something waits, None while nothing does."""
        return self._last_ms if self._waiting else None

    def step(self, exchange: Exchange) -> list[Event]:
        """Let the next event happen."""
        if not self._waiting:
            return []
        event = self._waiting.popleft()
        self._last_ms = max(self._last_ms, event.time_ms)
        return self._mirror.apply(exchange, event, self._last_ms)


async def live_market(pair: str, *, exchange: str = "binance", url: str | None = None) -> LiveMarket:
    """Connect to an exchange's public data.

    Parameters
    ----------
    pair
        Such as ``BTC/USDT``.
    exchange
        As ccxt names it.
    url
        Of another server that speaks Binance's protocol; None is the real one.

    Raises
    ------
    ConfigError, ExchangeError
        If the exchange has no such market, or cannot be reached.
    """
    source = PublicSource(pair, exchange=exchange, url=url)
    try:
        symbol = await source.symbol()
        now_ms = await source.time_ms()
        history = [_bars(pair, text, await source.candles(text)) for text in _TIMEFRAMES]
    except BaseException:
        await source.close()
        raise
    return LiveMarket(symbol, events=source.events(), start_ms=now_ms, history=history, source=source)


def _bars(pair: str, timeframe: str, rows: list[list[float]]) -> Bars:
    columns = np.array(rows, dtype=np.float64).reshape(-1, 6).T
    return Bars(pair, Timeframe.parse(timeframe), columns[0].astype(np.int64), *columns[1:])
