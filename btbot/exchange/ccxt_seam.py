"""Where ccxt meets the wire: a class derived from any exchange's, with the gate in front and a strict look at answers.

ccxt itself stays as it is. It makes an empty list or text of an answer that has no JSON, and drops candles without a
time; here both are errors, and so is whatever it takes for a refusal though the connection broke.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from btbot.errors import Rejected, Retryable
from btbot.exchange.addresses import place
from btbot.exchange.gate import Gate, Gates

sent_times: ContextVar[list[int]] = ContextVar("sent_times")
"""Times of all that the exchange sent in the latest answer of this task, before ccxt cut it to what was asked."""
_SHOWN = 200
_MAY_PASS = (408, 425)
_TOO_MANY = re.compile("too (many|frequent)|rate.?limit", re.IGNORECASE)


def behind_gate(exchange_class: type, gates: Gates) -> type:
    """Derive a class from one of `ccxt.async_support`."""
    return type(exchange_class.__name__, (_Seam, exchange_class), {"_gates": gates})


class _Seam:
    """What is mixed into a class of ccxt; the names and arguments of its methods are ccxt's."""

    id: str
    session: Any
    _gates: Gates
    ahead_ms: float | None = None  # of the exchange's clock over this machine's, by its latest answer

    def open(self, *lazy: Any) -> None:
        super().open(*lazy)  # type: ignore[misc]
        if self.session is not None and not isinstance(self.session, _Watched):
            self.session = _Watched(self.session, self._gates)

    async def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        await self._gates.of(place(url)).passing()
        return await super().fetch(url, method, headers, body)  # type: ignore[misc]

    def handle_errors(
        self, code: int, reason: str, url: str, method: str, headers: Any, body: str, response: Any, *request: Any
    ) -> Any:
        from ccxt import DDoSProtection, RateLimitExceeded

        gate = self._gates.of(place(url))
        gate.announce(response)
        self._note_time(headers)
        where = f"{self.id}: {method} {_bare(url)}"
        if code == 403 and _TOO_MANY.search(body):
            gate.refused(ban=True)
            raise Retryable(f"{where} was answered with status {code}: {_shown(body)}", wait_s=gate.wait_s)
        _check_status(code, where, body, wait_s=gate.wait_s)
        if code < 300 and response is None:
            raise Retryable(f"{where} was answered with {_described(body)} instead of JSON")
        try:
            super().handle_errors(code, reason, url, method, headers, body, response, *request)  # type: ignore[misc]
        except (DDoSProtection, RateLimitExceeded) as error:
            gate.refused()  # with a status of success, as several exchanges do
            raise Retryable(f"{where}: {_shown(body)}", wait_s=gate.wait_s) from error
        if code >= 400:
            raise Rejected(f"{where} was answered with status {code}: {_shown(body)}")

    def parse_ohlcvs(
        self,
        ohlcvs: Any,
        market: Any = None,
        timeframe: str = "1m",
        since: int | None = None,
        limit: int | None = None,
        tail: bool = False,
    ) -> Any:
        rows = super().parse_ohlcvs(_listed(ohlcvs), market, timeframe)  # type: ignore[misc]
        sent_times.set(_times([row[0] for row in rows]))
        return self.filter_by_since_limit(rows, since, limit, 0, tail)  # type: ignore[attr-defined]

    def parse_trades(
        self, trades: Any, market: Any = None, since: int | None = None, limit: int | None = None, params: Any = None
    ) -> Any:
        listed = trades if isinstance(trades, Mapping) else _listed(trades)
        rows = super().parse_trades(listed, market, None, None, params or {})  # type: ignore[misc]
        sent_times.set(_times([row["timestamp"] for row in rows]))
        return self.filter_by_since_limit(rows, since, limit, "timestamp")  # type: ignore[attr-defined]

    def _note_time(self, headers: Mapping[str, str]) -> None:
        try:
            date = parsedate_to_datetime(headers["Date"])
        except (KeyError, TypeError, ValueError):
            return
        self.ahead_ms = 1000.0 * date.timestamp() - self.milliseconds()  # type: ignore[attr-defined]


class _Watched:
    """A session whose answers the gates see as soon as they begin."""

    def __init__(self, session: Any, gates: Gates) -> None:
        self._session = session
        self._gates = gates

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._session, name)
        if name not in ("get", "post", "put", "patch", "delete"):
            return found

        def request(url: Any, **options: Any) -> Any:
            return _seen(found(url, **options), self._gates.of(place(str(url))))

        return request


@asynccontextmanager
async def _seen(pending: Any, gate: Gate) -> AsyncIterator[Any]:
    async with pending as response:
        gate.observe(response.status, response.headers)
        yield response


def _check_status(code: int, where: str, body: str, *, wait_s: float) -> None:
    if code in (418, 429):
        raise Retryable(
            f"{where} was answered with status {code}, too many requests: wait {wait_s:.0f} s", wait_s=wait_s
        )
    if code >= 500 or code in _MAY_PASS:
        raise Retryable(f"{where} was answered with status {code}: {_shown(body)}", wait_s=wait_s or None)
    if code in (403, 451):
        raise Rejected(
            f"{where} was answered with status {code}: {_shown(body)}; the exchange does not serve this machine's "
            "address or country: ask another exchange, or give exchange: {urls: {rest: ...}} a server that may"
        )


def _listed(rows: Any) -> list[Any]:
    if rows is None or isinstance(rows, list):
        return rows or []
    raise Retryable(f"was answered with {type(rows).__name__} instead of a list")


def _times(times: list[Any]) -> list[int]:
    """Check that every row has a time: ccxt leaves out those that have none."""
    for one in times:
        if not isinstance(one, int) or one <= 0:
            raise Retryable(f"was answered with a row whose time is {one!r}")
    return times


def _bare(url: str) -> str:
    """Leave out what was asked, where a signature would be, and passwords."""
    return f"{place(url)}{urlsplit(url).path}"


def _described(body: str) -> str:
    if not body:
        return "nothing"
    return f"a page ({_shown(body, 60)!r})" if body.lstrip().startswith("<") else f"{_shown(body, 60)!r}"


def _shown(body: str, letters: int = _SHOWN) -> str:
    text = " ".join(body.split())
    return text if len(text) <= letters else f"{text[:letters]}..."
