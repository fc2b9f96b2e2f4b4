"""History of stocks from Yahoo through yfinance, which needs no key."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from btbot.errors import ConfigError, Rejected, Retryable
from btbot.exchange.client import BookSnapshot, Candles, FundingRate, Listing, MarketKind, TapeTrade
from btbot.exchange.stocks_prices import FloatArray, IntArray, adjusted, adjustment_of, as_sent, midnights
from btbot.timeframe import Timeframe

_DAY_MS = 86_400_000
_REACH_DAYS = {"1m": 29, "2m": 59, "5m": 59, "15m": 59, "30m": 59, "1h": 729, "1d": None}  # as far back as Yahoo goes
_FIRST_MS = -2_208_988_800_000  # 1900
_SPAN_DAYS = {"1m": 7}  # what one answer holds at most
_EVERYTHING = 100_000  # an answer has no limit of rows
_COLUMNS = ["Open", "High", "Low", "Close", "Volume"]
_LATE_MS = 16 * 60_000
_WAIT_S = 60.0  # Yahoo does not say how long
_TICKER = re.compile(r"[A-Z0-9^][A-Z0-9.=^-]{0,20}")


class YahooClient:
    """Read stocks, funds and indices at Yahoo; a `btbot.exchange.client.HistoryClient`.

    A bar of a day opens at 00:00 UTC of its session's date; shorter ones are those of regular trading hours. Prices and
    volumes of ``yfinance`` are adjusted for splits, those of ``yfinance-adjusted`` for splits and dividends: after a
    split or a dividend all that was before it has other prices, which are found at the seam of the next download.

    Parameters
    ----------
    urls
        ``rest``, where a server stands in for all of Yahoo's.
    """

    market: MarketKind = "spot"
    trades_by_id = False
    rests = True  # at nights, weekends and holidays

    def __init__(
        self, name: str = "yfinance", *, urls: Mapping[str, str] | None = None, timeout_s: float = 10.0
    ) -> None:
        self.name = name
        if adjustment_of(name) == "raw":
            raise ConfigError(
                "exchange: Yahoo adjusts all its prices for splits: there is no yfinance-raw; alpaca-raw is"
            )
        self._with_dividends = adjustment_of(name) == "adjusted"
        self._url = dict(urls or {}).get("rest")
        self._timeout_s = timeout_s
        self._session: Any = None
        self._turn = asyncio.Lock()  # yfinance keeps one session and one set of cookies a process

    def __repr__(self) -> str:
        return f"YahooClient({self.name!r})"

    async def listings(self) -> Mapping[str, Listing]:
        """Give a mapping that holds every ticker that may be one: Yahoo has no list of them."""
        return _Tickers()

    async def timeframes(self) -> Sequence[Timeframe]:
        """Give the lengths of bar that Yahoo has."""
        return [Timeframe.parse(name) for name in _REACH_DAYS]

    async def time_ms(self) -> int:
        """Give this machine's time: Yahoo does not tell its own."""
        return _now_ms()

    async def market_time_ms(self, symbol: str) -> int | None:
        """Give the time that Yahoo's bars have reached: some places' are late by up to 15 minutes."""
        return _now_ms() - _LATE_MS

    def candle_limit(self, timeframe: Timeframe) -> int:
        """Give the number of bars that one answer holds at most."""
        return _EVERYTHING

    async def candles(self, symbol: str, timeframe: Timeframe, start_ms: int, limit: int) -> Candles:
        """Give at most `limit` bars that open at `start_ms` or later, the oldest of them."""
        name = str(timeframe)
        if name not in _REACH_DAYS:
            raise ConfigError(f"{self.name}: timeframe {name} is not offered; there are {', '.join(_REACH_DAYS)}")
        _checked(self.name, symbol)
        now_ms, reach = _now_ms(), _REACH_DAYS[name]
        oldest_ms = -(2**62) if reach is None else now_ms - reach * _DAY_MS
        found, cursor = Candles(np.empty(0, np.int64), np.empty((0, 5))), max(start_ms, oldest_ms)
        while not len(found) and cursor < now_ms:
            end_ms = min(cursor + _SPAN_DAYS[name] * _DAY_MS, now_ms) if name in _SPAN_DAYS else now_ms
            async with self._turn:
                found = await asyncio.to_thread(self._ask, symbol, name, cursor, end_ms)
            cursor = end_ms
        rows = slice(int(np.searchsorted(found.time, start_ms)), None)
        return Candles(found.time[rows][:limit], found.values[rows][:limit], newest_only=start_ms < oldest_ms)

    async def trades(
        self, symbol: str, *, start_ms: int | None = None, after_id: str | None = None, limit: int = 1000
    ) -> list[TapeTrade]:
        """Refuse: Yahoo has no trades."""
        raise ConfigError(f"{self.name}: trades of stocks cannot be downloaded; candles can")

    async def funding(self, symbol: str, start_ms: int, limit: int) -> list[FundingRate]:
        """Refuse: stocks have no funding."""
        raise ConfigError(f"{self.name}: stocks have no funding; leave out --funding")

    async def book(self, symbol: str, levels: int) -> BookSnapshot:
        """Refuse: Yahoo has no books."""
        raise ConfigError(f"{self.name}: books of stocks cannot be downloaded; candles can")

    async def close(self) -> None:
        """Close the connections of a server that stands in for Yahoo."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _ask(self, symbol: str, interval: str, start_ms: int, end_ms: int) -> Candles:
        import yfinance
        from yfinance.data import YfData
        from yfinance.exceptions import YFException, YFPricesMissingError, YFRateLimitError, YFTickerMissingError

        place = f"{self.name}: {symbol} {interval}"
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"yfinance\.")  # not the user's code
        logging.getLogger("yfinance").setLevel(logging.CRITICAL)  # what it has to say is raised, and told below
        yfinance.config.debug.hide_exceptions = False
        # It keeps answers, those that were broken too: asked again, it would give them again.
        YfData.cache_get.cache_clear()
        # Those of a day carry the moment at which their session opens, later than 00:00 UTC of its date or, in the far
        # east, before it.
        early_ms = start_ms - _DAY_MS if interval == "1d" else start_ms
        early_ms = max(early_ms, _FIRST_MS) or 1_000  # second 0 it takes for no start at all
        try:
            frame = yfinance.Ticker(symbol, session=self._opened()).history(
                interval=interval, start=_moment(early_ms), end=_moment(end_ms), auto_adjust=False,
                timeout=self._timeout_s,
            )  # fmt: skip
        except YFRateLimitError as error:
            raise Retryable(f"{place}: too many requests", wait_s=_WAIT_S) from error
        except YFPricesMissingError as error:
            if (reason := str(error.rationale)).startswith(("no price data", "Data doesn't exist")):
                return Candles(np.empty(0, np.int64), np.empty((0, 5)))
            raise Rejected(f"{place}: Yahoo says: {reason}; check the ticker on finance.yahoo.com") from error
        except YFTickerMissingError as error:
            raise _unknown(self.name, symbol) from error
        except (YFException, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            if getattr(getattr(error, "response", None), "status_code", None) == 404:
                raise _unknown(self.name, symbol) from error
            raise Retryable(f"{place}: {_told(error)}") from error
        return self._read(frame, interval)

    def _read(self, frame: Any, interval: str) -> Candles:
        times: IntArray = frame.index.tz_convert("UTC").as_unit("ms").asi8.astype(np.int64)
        if interval == "1d":
            times = midnights(times, str(frame.index.tz))
        values: FloatArray = frame[_COLUMNS].to_numpy(np.float64)
        values = np.hstack([as_sent(values[:, :4]), values[:, 4:]])  # volumes are whole numbers
        if self._with_dividends:
            values = adjusted(values, as_sent(frame["Adj Close"].to_numpy(np.float64)))
        return Candles(times, values)

    def _opened(self) -> Any:
        if self._url is not None and self._session is None:
            self._session = _standing_in(self._url)
        return self._session


class _Tickers(Mapping[str, Listing]):
    """Every ticker that may be one; which ones are, Yahoo says when it is asked for their prices."""

    def __getitem__(self, symbol: str) -> Listing:
        if not _TICKER.fullmatch(symbol):
            raise KeyError(symbol)
        return Listing(symbol, symbol, "USD", True)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _unknown(name: str, symbol: str) -> ConfigError:
    return ConfigError(f"{name} has no {symbol}; look the ticker up on finance.yahoo.com")


def _told(error: Exception) -> str:
    said = str(error).partition(". See https://curl")[0][:200]
    if isinstance(error, OSError) and not isinstance(error, ValueError):
        return f"not reached ({said})"
    # yfinance stumbles where it expects JSON of a certain form and meets a page or nothing.
    return f"no answer that can be read ({type(error).__name__}: {said})"


def _checked(name: str, symbol: str) -> None:
    if not _TICKER.fullmatch(symbol):
        raise ConfigError(f"{name}: {symbol!r} is no ticker; write it as Yahoo does, such as AAPL, BRK-B or ^GSPC")


def _standing_in(url: str) -> Any:
    """Return a session whose every request goes to one address, whatever host it was meant for."""
    import requests
    from requests.adapters import HTTPAdapter

    class Elsewhere(HTTPAdapter):  # type: ignore[misc]
        def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
            _, _, rest = str(request.url).partition("://")
            _, slash, path = rest.partition("/")
            request.url = url.rstrip("/") + slash + path
            return super().send(request, *arguments, **options)

    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Elsewhere())
    return session


def _moment(time_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(time_ms / 1_000, dt.UTC)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
