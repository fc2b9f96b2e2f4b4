"""What is asked of an exchange when its history is read: the protocol of the client, and the records that it gives.

Nothing here knows ccxt. Times are epoch milliseconds UTC, prices are in quote currency and amounts in base currency.
A client sends each call once; who wants more patience puts `btbot.exchange.retrying.retried` around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from btbot.timeframe import Timeframe

Side = Literal["buy", "sell"]
MarketKind = Literal["spot", "perpetual"]


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """A page of candles as the exchange sent it, oldest first; the last one may still be running.

    Attributes
    ----------
    time
        Open times, shape (n,), strictly increasing.
    values
        Open, high, low, close and volume, shape (n, 5); NaN where the exchange gave none.
    newest_only
        The exchange answers with its newest candles whatever the start: it has nothing older than the first of these,
        though the market may be older. The next pages are asked for as ever.
    """

    time: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    newest_only: bool = False

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True)
class TapeTrade:
    """A trade of the public tape.

    Attributes
    ----------
    trade_id
        As the exchange writes it; unique within the market. Of Binance: the id of the aggregate trade.
    side
        What the taker did.
    """

    time_ms: int
    trade_id: str
    price: float
    amount: float
    side: Side


@dataclass(frozen=True, slots=True)
class FundingRate:
    """A payment between the sides of a perpetual.

    Attributes
    ----------
    rate
        Fraction of the notional that longs pay to shorts; negative the other way round.
    mark_price
        Price of the notional; None where the exchange does not say.
    """

    time_ms: int
    rate: float
    mark_price: float | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A market of the exchange.

    Attributes
    ----------
    symbol
        ``BTC/USDT``, of a perpetual too.
    active
        Whether it trades now; the history of others can often still be had.
    """

    symbol: str
    base: str
    quote: str
    active: bool


@dataclass(frozen=True, slots=True, eq=False)
class BookSnapshot:
    """The order book at one time.

    Attributes
    ----------
    bids, asks
        Price and amount, shape (levels, 2), best first.
    """

    time_ms: int
    bids: npt.NDArray[np.float64]
    asks: npt.NDArray[np.float64]


class HistoryClient(Protocol):
    """One kind of market of one exchange, for reading.

    Every method that asks the exchange raises `Retryable` where the same call may succeed later (its `wait_s` says
    when, if the exchange did), `Rejected` where the exchange said no, and `ConfigError` for names that are not known.

    Attributes
    ----------
    name
        Name of the exchange, such as ``binance``.
    market
        ``spot`` or ``perpetual``.
    rests
        Whether the market closes, at nights and on holidays, so that candles are rightly missing.
    trades_by_id
        Whether `trades` can go on after an id. If not, `after_id` is refused, and the next page is asked for by the
        time of the last trade: what is already known comes again.
    """

    @property
    def name(self) -> str: ...

    @property
    def market(self) -> MarketKind: ...

    @property
    def rests(self) -> bool: ...

    @property
    def trades_by_id(self) -> bool: ...

    async def listings(self) -> Mapping[str, Listing]:
        """Give the markets of this kind by symbol; the first call asks the exchange."""
        ...

    async def timeframes(self) -> Sequence[Timeframe]:
        """Give the lengths of candle that it offers, shortest first."""
        ...

    async def time_ms(self) -> int:
        """Give the exchange's time; this machine's where the exchange does not tell."""
        ...

    async def market_time_ms(self, symbol: str) -> int | None:
        """Give how far a market has gone by the exchange's own word, None where it says nothing.

        A market that is halted, or replayed, is behind the exchange's time.
        """
        ...

    def candle_limit(self, timeframe: Timeframe) -> int:
        """Give the number of candles that one answer holds at most."""
        ...

    async def candles(self, symbol: str, timeframe: Timeframe, start_ms: int, limit: int) -> Candles:
        """Give at most `limit` candles whose open time is `start_ms` or later, the oldest of them.

        No candles means that the exchange answered with none.
        """
        ...

    async def trades(
        self, symbol: str, *, start_ms: int | None = None, after_id: str | None = None, limit: int = 1000
    ) -> list[TapeTrade]:
        """Give trades, oldest first: those after an id, or from a time on, or the newest where neither is given.

        No trades means that there are none from there until now.
        """
        ...

    async def funding(self, symbol: str, start_ms: int, limit: int) -> list[FundingRate]:
        """Give at most `limit` funding rates from `start_ms` on, oldest first."""
        ...

    async def book(self, symbol: str, levels: int) -> BookSnapshot:
        """Give the best `levels` of each side of the book."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
