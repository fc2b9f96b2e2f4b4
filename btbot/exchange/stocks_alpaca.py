"""History of American stocks from Alpaca's market data API, for which an account gives keys."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from btbot.errors import ConfigError, Rejected, Retryable, did_you_mean
from btbot.exchange.client import BookSnapshot, Candles, FundingRate, Listing, MarketKind, TapeTrade
from btbot.exchange.stocks_prices import ADJUSTMENTS, adjustment_of, midnights, regular_hours
from btbot.timeframe import Timeframe

DATA, LIVE, PAPER = "https://data.alpaca.markets", "https://api.alpaca.markets", "https://paper-api.alpaca.markets"
KEY, SECRET = "APCA_API_KEY_ID", "APCA_API_SECRET_KEY"
_NAMES = {"1m": "1Min", "5m": "5Min", "15m": "15Min", "30m": "30Min", "1d": "1Day"}  # what sessions consist of
_DAY_MS = 86_400_000
_LARGEST_PAGE = 10_000
_RECENT_MS = 16 * 60_000  # an account without a subscription is refused the last 15 minutes
_WAIT_S = 60.0  # the limit is one of requests a minute


class AlpacaClient:
    """Read stocks at Alpaca; a `btbot.exchange.client.HistoryClient`.

    A bar of a day opens at 00:00 UTC of its session's date; shorter ones are those of regular trading hours alone. The
    adjustment of prices is part of the name: ``alpaca`` for splits, ``alpaca-adjusted`` for splits and dividends,
    ``alpaca-raw`` for nothing. All exchanges' trades are counted (the feed ``sip``).

    Parameters
    ----------
    key, secret
        Of an account, a paper one too.
    urls
        Other addresses: ``data`` and ``trading``, or ``rest`` for both.
    """

    market: MarketKind = "spot"
    trades_by_id = False
    rests = True  # at nights, weekends and holidays

    def __init__(
        self,
        name: str = "alpaca",
        *,
        key: str,
        secret: str,
        urls: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        self.name = name
        self._adjustment = adjustment_of(name)
        self._headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}
        given = dict(urls or {})
        self._data = given.get("data", given.get("rest", DATA)).rstrip("/")
        usual = PAPER if key.startswith("PK") else LIVE
        self._trading = given.get("trading", given.get("rest", usual)).rstrip("/")
        self._timeout_s = timeout_s
        self._session: Any = None
        self._listings: Mapping[str, Listing] | None = None

    def __repr__(self) -> str:
        return f"AlpacaClient({self.name!r})"

    async def listings(self) -> Mapping[str, Listing]:
        """Give all American stocks that Alpaca knows; errors of every call are those of `HistoryClient`."""
        if self._listings is None:
            assets = await self._asked(f"{self._trading}/v2/assets", {"asset_class": "us_equity"}, list)
            with _read("stocks"):
                self._listings = {
                    name: Listing(name, name, "USD", active)
                    for name, active in ((str(one["symbol"]), one["status"] == "active") for one in assets)
                }
        return self._listings

    async def timeframes(self) -> Sequence[Timeframe]:
        """Give the lengths of bar of which a session consists without a rest."""
        return [Timeframe.parse(name) for name in _NAMES]

    async def time_ms(self) -> int:
        """Give the time of Alpaca's clock."""
        answer = await self._asked(f"{self._trading}/v2/clock", {}, dict)
        with _read("a time"):
            return _milliseconds(answer["timestamp"])

    async def market_time_ms(self, symbol: str) -> int | None:
        """Give None: the market follows the clock."""
        return None

    def candle_limit(self, timeframe: Timeframe) -> int:
        """Give the number of bars that one answer holds at most."""
        return _LARGEST_PAGE

    async def candles(self, symbol: str, timeframe: Timeframe, start_ms: int, limit: int) -> Candles:
        """Give at most `limit` bars that open at `start_ms` or later, the oldest of them."""
        name = _NAMES.get(str(timeframe))
        if name is None:
            raise ConfigError(f"{self.name}: timeframe {timeframe} is not offered; there are {', '.join(_NAMES)}")
        if symbol not in await self.listings():
            raise ConfigError(f"{self.name} has no stock {symbol}{did_you_mean(symbol, await self.listings())}")
        end_ms = time.time_ns() // 1_000_000 - _RECENT_MS
        found: list[tuple[int, list[float]]] = []
        # Midnight of New York is up to five hours later than that of UTC, under which a day is known here.
        query: dict[str, str] = {
            "timeframe": name,
            "start": _text(start_ms),
            "end": _text(end_ms),
            "limit": str(_LARGEST_PAGE),
            "adjustment": ADJUSTMENTS[self._adjustment],
            "feed": "sip",
            "sort": "asc",
        }
        while start_ms < end_ms and len(found) < limit:
            answer = await self._asked(f"{self._data}/v2/stocks/{symbol}/bars", query, dict)
            found += [row for row in _rows(answer, timeframe) if row[0] >= start_ms]
            if not answer.get("next_page_token"):
                break
            query["page_token"] = str(answer["next_page_token"])
        return _page(found[:limit])

    async def trades(
        self, symbol: str, *, start_ms: int | None = None, after_id: str | None = None, limit: int = 1000
    ) -> list[TapeTrade]:
        """Refuse: a stock's tape does not say which side was the taker's."""
        raise ConfigError(f"{self.name}: trades of stocks cannot be downloaded; candles can")

    async def funding(self, symbol: str, start_ms: int, limit: int) -> list[FundingRate]:
        """Refuse: stocks have no funding."""
        raise ConfigError(f"{self.name}: stocks have no funding; leave out --funding")

    async def book(self, symbol: str, levels: int) -> BookSnapshot:
        """Refuse: there is no book."""
        raise ConfigError(f"{self.name}: books of stocks cannot be downloaded; candles can")

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _asked(self, url: str, query: Mapping[str, str], wanted: type) -> Any:
        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout_s)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        place = f"{self.name}: {url.partition('://')[2]}"
        try:
            async with self._session.get(url, params=query) as answer:
                if answer.status != 200:
                    raise _refusal(place, answer.status, await answer.text(), answer.headers)
                content = await answer.json(content_type=None)
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise Retryable(f"{place}: not reached ({str(error) or 'no answer in time'})") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Retryable(f"{place}: no answer that can be read ({error})") from error
        if not isinstance(content, wanted):
            raise Retryable(f"{place}: answered {str(content)[:80]!r} instead of a {wanted.__name__}")
        return content


@contextmanager
def _read(what: str) -> Iterator[None]:
    """Tell an answer of another form than Alpaca's."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Retryable(f"alpaca: answered {what} that cannot be read ({error!r})") from error


def _refusal(place: str, status: int, text: str, headers: Mapping[str, str]) -> Retryable | Rejected | ConfigError:
    said = " ".join(text.split())[:200]
    if status == 429:
        return Retryable(f"{place}: too many requests", wait_s=_wait_s(headers))
    if status >= 500:
        return Retryable(f"{place}: answered {status}: {said}")
    if status == 401 or (status == 403 and "subscription" not in said):
        return ConfigError(f"{place}: refuses the keys ({status}); correct {KEY} and {SECRET}")
    return Rejected(f"{place}: refused ({status}): {said}")


def _wait_s(headers: Mapping[str, str]) -> float:
    """Return how long to wait after too many requests; the header is the second at which the minute begins anew."""
    try:
        return min(max(float(headers["X-RateLimit-Reset"]) - time.time(), 1.0), _WAIT_S)
    except (KeyError, ValueError):
        return _WAIT_S


def _rows(answer: Mapping[str, Any], timeframe: Timeframe) -> list[tuple[int, list[float]]]:
    with _read("bars"):
        bars = answer.get("bars") or []
        times = np.array([_milliseconds(bar["t"]) for bar in bars], np.int64)
        values = [[float(bar[name]) for name in "ohlcv"] for bar in bars]
    if timeframe.ms >= _DAY_MS:
        return list(zip(midnights(times, "America/New_York").tolist(), values, strict=True))
    kept = regular_hours(times)
    return [(int(at), row) for at, row, keep in zip(times, values, kept, strict=True) if keep]


def _page(rows: Sequence[tuple[int, list[float]]]) -> Candles:
    times = np.array([at for at, _ in rows], np.int64)
    if (np.diff(times) <= 0).any():
        raise Retryable("alpaca: answered bars that are not in the order of time")
    return Candles(times, np.array([values for _, values in rows], np.float64).reshape(-1, 5))


def _milliseconds(text: str) -> int:
    # Seconds may have nine decimals, of which Python reads six.
    head, dot, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return round(dt.datetime.fromisoformat(head + dot + rest[:digits][:6] + rest[digits:]).timestamp() * 1_000)


def _text(time_ms: int) -> str:
    return dt.datetime.fromtimestamp(time_ms / 1_000, dt.UTC).isoformat().replace("+00:00", "Z")
