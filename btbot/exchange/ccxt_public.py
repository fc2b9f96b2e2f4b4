"""Public data of a real exchange through ccxt.pro: trades, the book, candles. Needs no key and sends no order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from btbot.errors import ConfigError, ExchangeError, did_you_mean
from btbot.exchange.ccxt_settings import settings
from btbot.exchange.public import PublicBook, PublicEvent, PublicTrade, Rows
from btbot.exchange.symbols import Symbol, usual
from btbot.exchange.units import SCALE

log = logging.getLogger(__name__)
_LEVELS = 200
_WAITING = 10_000
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0


class PublicSource:
    """One symbol's public data at one exchange.

    Parameters
    ----------
    pair
        Such as ``BTC/USDT``.
    exchange
        As ccxt names it.
    url
        ``http://127.0.0.1:9001`` for another server that speaks Binance's protocol; None is the real one.
    options
        Further settings of the ccxt class.
    """

    def __init__(
        self, pair: str, *, exchange: str = "binance", url: str | None = None, options: Mapping[str, Any] | None = None
    ) -> None:
        self.pair = pair
        self._client = _client(exchange, url, options or {})

    async def symbol(self) -> Symbol:
        """Give the market with its real rules where the exchange is Binance, with the usual ones elsewhere.

        Raises
        ------
        ConfigError, ExchangeError
            If the exchange has no such market, or cannot be reached.
        """
        markets = await self._asked(self._client.load_markets())
        if self.pair not in markets:
            raise ConfigError(f"{self._client.id} has no market {self.pair}{did_you_mean(self.pair, markets)}")
        info = markets[self.pair].get("info") or {}
        if "filters" in info:
            return Symbol.from_info(info)
        ticker = await self._asked(self._client.fetch_ticker(self.pair))
        return usual(self.pair, float(ticker["last"]))

    async def candles(self, timeframe: str, limit: int = 1_000) -> list[list[float]]:
        """Give the newest finished candles as rows of time, open, high, low, close and volume."""
        rows = await self._asked(self._client.fetch_ohlcv(self.pair, timeframe, limit=limit))
        finished: list[list[float]] = rows[:-1]
        return finished

    async def time_ms(self) -> int:
        """Give the exchange's time."""
        return int(await self._asked(self._client.fetch_time()))

    async def events(self) -> AsyncIterator[PublicEvent]:
        """Give trades and states of the book as they come, for ever; a lost connection is made again.

        Raises
        ------
        ExchangeError
            If the exchange refuses what is asked.
        """
        queue: asyncio.Queue[PublicEvent | ExchangeError] = asyncio.Queue(_WAITING)
        tasks = [asyncio.ensure_future(self._watch(queue, kind)) for kind in ("trades", "book")]
        try:
            while True:
                event = await queue.get()
                if isinstance(event, ExchangeError):
                    raise event
                yield event
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _watch(self, queue: asyncio.Queue[PublicEvent | ExchangeError], kind: str) -> None:
        import ccxt

        wait = _FIRST_WAIT
        while True:
            try:
                for event in await self._next(kind):
                    await queue.put(event)
                wait = _FIRST_WAIT
            except (ccxt.NetworkError, ccxt.ExchangeNotAvailable) as error:
                log.warning("%s: no %s of %s (%s); again in %.0f s", self._client.id, kind, self.pair, error, wait)
                await asyncio.sleep(wait)
                wait = min(_LONGEST_WAIT, wait * 2.0)
            except ccxt.BaseError as error:
                await queue.put(ExchangeError(f"{self._client.id}: {kind} of {self.pair} cannot be had: {error}"))
                return

    async def _next(self, kind: str) -> list[PublicEvent]:
        if kind == "trades":
            return [trade_of(entry) for entry in await self._client.watch_trades(self.pair)]
        return [book_of(await self._client.watch_order_book(self.pair), self._client.milliseconds())]

    async def _asked(self, call: Any) -> Any:
        import ccxt

        try:
            return await call
        except ccxt.BaseError as error:
            raise ExchangeError(f"{self._client.id}: {self.pair} cannot be had: {str(error)[:300]}") from error


def trade_of(entry: Mapping[str, Any]) -> PublicTrade:
    """Read a trade as ccxt gives it.

    Examples
    --------
    >>> trade_of({"timestamp": 5, "price": 100.5, "amount": 0.25, "side": "sell"})
    PublicTrade(time_ms=5, price=10050000000, quantity=25000000, buyer_is_maker=True)
    """
    return PublicTrade(
        int(entry["timestamp"]), _counted(entry["price"]), _counted(entry["amount"]), entry["side"] == "sell"
    )


def book_of(entry: Mapping[str, Any], now_ms: int) -> PublicBook:
    """Read the book as ccxt keeps it; exchanges that give it no time get `now_ms`."""
    number = int(entry.get("nonce") or 0)
    bids, asks = _rows(entry["bids"]), _rows(entry["asks"])
    return PublicBook(int(entry.get("timestamp") or now_ms), bids, asks, True, number, number)


def _rows(levels: Sequence[Sequence[float]]) -> Rows:
    return tuple((_counted(level[0]), _counted(level[1])) for level in levels[:_LEVELS])


def _counted(value: float) -> int:
    counted: int = round(float(value) * SCALE)
    return counted


def _client(exchange: str, url: str | None, options: Mapping[str, Any]) -> Any:
    import ccxt.pro

    if exchange not in ccxt.pro.exchanges:
        raise ConfigError(f"exchange: {exchange!r} has no streams in ccxt{did_you_mean(exchange, ccxt.pro.exchanges)}")
    common: dict[str, Any] = {"enableRateLimit": True, "options": {"fetchMarkets": {"types": ["spot"]}}, **options}
    if url is not None:
        address = url.rstrip("/")
        common = settings(address, address.replace("http", "ws", 1), enableRateLimit=True, **options)
    return getattr(ccxt.pro, exchange)(common)
