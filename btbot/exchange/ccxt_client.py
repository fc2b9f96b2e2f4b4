"""History of any exchange through ccxt. Needs no key and sends no order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from btbot.errors import ConfigError
from btbot.exchange import ccxt_funding, ccxt_in_process, ccxt_tape
from btbot.exchange.addresses import Addresses, addresses, place
from btbot.exchange.ccxt_configuration import configuration, opened
from btbot.exchange.ccxt_failures import is_broken, refusals, told
from btbot.exchange.ccxt_in_process import HOST, Clock
from btbot.exchange.ccxt_markets import (
    exchange_class,
    known_limit,
    listings,
    timeframe_names,
    unknown_symbol,
    unknown_timeframe,
)
from btbot.exchange.ccxt_rows import book_of, candles_of
from btbot.exchange.ccxt_seam import behind_gate, sent_times
from btbot.exchange.client import BookSnapshot, Candles, FundingRate, Listing, MarketKind, TapeTrade
from btbot.exchange.gate import EVERYWHERE, Gate, Gates
from btbot.timeframe import Timeframe

_BOOK_SIZES = (5, 10, 20, 50, 100, 500, 1000, 5000)
_LISTING_TIMES = 3
_USUAL_LIMIT = 500
_FEW = 100  # no exchange keeps fewer candles than this


class _Manner(NamedTuple):
    """What is said of a page of candles beside its start."""

    end: bool
    limit: bool


# Some exchanges give the newest candles unless they are told where to end, others whenever they are told how many.
_MANNERS = (_Manner(end=False, limit=True), _Manner(end=True, limit=True), _Manner(end=True, limit=False))


class CcxtClient:
    """One kind of market of one exchange.

    Parameters
    ----------
    name
        As ccxt names the exchange.
    market
        Kind of market.
    urls
        Other addresses, see `btbot.exchange.addresses`.
    options
        Further options of the ccxt class.
    timeout_s
        For each answer, as a whole.
    session, clock
        Of an exchange in this process, instead of addresses.
    gates
        Of the process by default, of its own with `clock`.

    Raises
    ------
    ConfigError
        If there is no such exchange, no such market there, or if an address is none.
    """

    def __init__(
        self,
        name: str,
        *,
        market: MarketKind = "spot",
        urls: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        timeout_s: float = 10.0,
        session: Any = None,
        clock: Clock | None = None,
        gates: Gates | None = None,
    ) -> None:
        self.name = name
        self.market: MarketKind = market
        self.rests = False
        self.trades_by_id = name.startswith("binance")
        made = exchange_class(name, market)
        places = addresses(urls) if clock is None else Addresses(f"http://{HOST}", f"ws://{HOST}")
        config = configuration(made(), market, places, options or {}, timeout_s=timeout_s)
        if clock is not None:
            made = ccxt_in_process.in_process(made, session, clock)
            gates = gates or Gates(lambda host: _gate_on(clock, host))
        self._exchange = opened(behind_gate(made, gates or EVERYWHERE), config)
        self._where = name if places.rest is None else f"{name} at {place(places.rest)}"
        self._timeframes = timeframe_names(self._exchange, market)
        self._listings: dict[str, Listing] = {}
        self._names: dict[str, str] = {}
        self._listing = asyncio.Lock()
        self._known_limit = known_limit(self._exchange, market)
        self._manner = _MANNERS[0]

    async def listings(self) -> Mapping[str, Listing]:
        async with self._listing:
            if not self._names:
                with told(self.name, "list of markets"), self._patience():
                    markets = await self._exchange.load_markets() or await self._exchange.load_markets(True)
                    self._listings, self._names = listings(markets.values(), self.market)
        return self._listings

    async def timeframes(self) -> Sequence[Timeframe]:
        return list(self._timeframes)

    async def time_ms(self) -> int:
        if self._exchange.has.get("fetchTime"):
            with told(self.name, "time"):
                return int(await self._exchange.fetch_time())
        return int(self._exchange.milliseconds() + (self._exchange.ahead_ms or 0.0))

    async def market_time_ms(self, symbol: str) -> int | None:
        name = await self._name(symbol)
        if not self._exchange.has.get("fetchTicker"):
            return None
        with told(self.name, f"ticker of {symbol}"):
            time = (await self._exchange.fetch_ticker(name)).get("timestamp")
        return None if time is None else int(time)

    def candle_limit(self, timeframe: Timeframe) -> int:
        return self._known_limit or _USUAL_LIMIT

    async def candles(self, symbol: str, timeframe: Timeframe, start_ms: int, limit: int) -> Candles:
        if timeframe not in self._timeframes:
            raise unknown_timeframe(timeframe, self._where, self._timeframes)
        name = await self._name(symbol)
        count = min(limit, self.candle_limit(timeframe))
        with told(self.name, f"candles of {symbol} {timeframe}"):
            manner = self._manner
            page, sent = await self._page(name, timeframe, start_ms, count, manner)
            late = self._is_late(sent, timeframe, start_ms)
            if (
                late
                and manner == _MANNERS[0]
                and (older := await self._older(name, timeframe, start_ms, count, sent[0]))
            ):
                return older
        full = len(sent) >= (count if self._known_limit else min(count, _FEW))
        return Candles(page.time, page.values, late and full)

    async def trades(
        self, symbol: str, *, start_ms: int | None = None, after_id: str | None = None, limit: int = ccxt_tape.PAGE
    ) -> list[TapeTrade]:
        name = await self._name(symbol)
        if after_id is not None and not self.trades_by_id:
            raise ConfigError(f"{self.name}: trades cannot be asked for by id; ask by time")
        with told(self.name, f"trades of {symbol}"):
            if after_id is not None:
                return await ccxt_tape.after(self._exchange, name, after_id, limit)
            if start_ms is not None:
                return await ccxt_tape.since(self._exchange, name, start_ms, limit, by_id=self.trades_by_id)
            return await ccxt_tape.newest(self._exchange, name, limit)

    async def funding(self, symbol: str, start_ms: int, limit: int) -> list[FundingRate]:
        name = await self._name(symbol)
        with told(self.name, f"funding rates of {symbol}"):
            return await ccxt_funding.rates(self._exchange, name, start_ms, limit)

    async def book(self, symbol: str, levels: int) -> BookSnapshot:
        name = await self._name(symbol)
        size = next((size for size in _BOOK_SIZES if size >= levels), _BOOK_SIZES[-1])
        with told(self.name, f"book of {symbol}"):
            try:
                book = await self._exchange.fetch_order_book(name, size)
            except refusals() as error:  # several exchanges know sizes of their own alone
                if is_broken(error):
                    raise
                book = await self._exchange.fetch_order_book(name)
            now = self._exchange.milliseconds() + (self._exchange.ahead_ms or 0.0)
            return book_of(book, levels, int(now))

    async def close(self) -> None:
        await self._exchange.close()

    @contextmanager
    def _patience(self) -> Iterator[None]:
        """Wait longer for an answer: the list of thousands of markets has megabytes."""
        usual = self._exchange.timeout
        self._exchange.timeout = _LISTING_TIMES * usual
        try:
            yield
        finally:
            self._exchange.timeout = usual

    async def _name(self, symbol: str) -> str:
        """Give ccxt's name of a symbol."""
        known = await self.listings()
        if symbol not in known:
            raise unknown_symbol(symbol, self._where, self.market, known)
        return self._names[symbol]

    async def _page(
        self, name: str, timeframe: Timeframe, start_ms: int, count: int, manner: _Manner
    ) -> tuple[Candles, list[int]]:
        """Give a page, and the times of all candles that were sent, even if ccxt left them out."""
        sent_times.set([])
        more = {"until": start_ms + count * timeframe.ms - 1} if manner.end else {}
        limit = count if manner.limit else None
        rows = await self._exchange.fetch_ohlcv(name, self._timeframes[timeframe], start_ms, limit, more)
        page = candles_of([row for row in rows if row[0] >= start_ms][:count])
        return page, sent_times.get()

    async def _older(self, name: str, timeframe: Timeframe, start_ms: int, count: int, than_ms: int) -> Candles | None:
        """Ask in other manners; give the page if it has older candles, and keep to that manner from then on."""
        for manner in _MANNERS[1:]:
            try:
                page, _ = await self._page(name, timeframe, start_ms, count, manner)
            except refusals() as error:
                if is_broken(error):
                    raise
                continue
            if len(page) and page.time[0] < than_ms:
                self._manner = manner
                return page
        return None

    def _is_late(self, sent: Sequence[int], timeframe: Timeframe, start_ms: int) -> bool:
        """Tell a page that begins too late and reaches the present.

        The market is young; or the exchange gives the newest candles whatever the start, if the page is full as well.
        """
        if not sent or self.name.startswith("binance"):  # which keeps all, and gives the oldest that was asked for
            return False
        return sent[0] > start_ms + timeframe.ms and sent[-1] + 2 * timeframe.ms >= self._exchange.milliseconds()


def _gate_on(clock: Clock, host: str) -> Gate:
    async def sleep(seconds: float) -> None:
        await clock.sleep(1000.0 * seconds)

    def now() -> float:
        return clock.now_ms() / 1000.0

    return Gate(host, clock=now, utc=now, sleep=sleep)
