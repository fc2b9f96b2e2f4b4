"""The gate in front of an exchange's host: it closes for every task of the process when the exchange asks for rest.

What the exchange answers is shown to it (`observe`); nobody sends before `passing` returns. It closes after 429 and 418
(and 503) for as long as ``Retry-After`` says, or for longer and longer where the exchange does not say, and when the
weight that the exchange counts comes near its announced limit.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from btbot.errors import Retryable
from btbot.exchange.bans import Bans

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 120.0
BAN_S = 120.0  # Binance's shortest ban
PATIENCE_S = 900.0
JITTER_S = 0.25
FULL = 0.8
_UNTOLD_LIMIT = 1_200  # of a minute; the lowest that Binance ever announced
_USED = "x-mbx-used-weight-1m"
_MINUTE_S = 60.0
_YEAR_S = 366 * 86_400.0


class Gate:
    """The gate of one host.

    Parameters
    ----------
    host
        For messages.
    clock
        Seconds that only go forward.
    utc
        Seconds since 1970.
    sleep
        Waits seconds.
    patience_s
        `passing` raises instead of waiting longer than this.
    bans
        Where refusals are noted for the next process.
    """

    def __init__(
        self,
        host: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        utc: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        rng: Random | None = None,
        patience_s: float = PATIENCE_S,
        bans: Bans | None = None,
    ) -> None:
        self.host = host
        self.weight_limit = _UNTOLD_LIMIT
        self._clock = clock
        self._utc = utc
        self._sleep = sleep
        self._rng = rng or Random()
        self._patience_s = patience_s
        self._bans = bans
        self._open_at = -math.inf
        if bans is not None and (wait := bans.wait_s(host)) > 0.0:
            self._close(wait)
            log.warning("%s has asked to be left alone; nothing is sent %s", host, self._until(wait))
        self._refusals = 0

    @property
    def wait_s(self) -> float:
        """Seconds until the gate opens; 0 if it is open."""
        return max(0.0, self._open_at - self._clock())

    async def passing(self) -> None:
        """Return once the gate is open.

        Raises
        ------
        Retryable
            If it stays closed for longer than anybody would wait.
        """
        while (wait := self.wait_s) > 0.0:
            if wait > self._patience_s:
                raise Retryable(f"{self.host} asks to be left alone {self._until(wait)}; try again then", wait_s=wait)
            await self._sleep(wait + self._rng.uniform(0.0, JITTER_S))

    def announce(self, body: object) -> None:
        """Learn the limit from what was parsed, if it has ``rateLimits``, as Binance's exchangeInfo has."""
        self.weight_limit = _announced(body) or self.weight_limit

    def observe(self, status: int, headers: Mapping[str, str]) -> None:
        """Learn from the beginning of an answer; its body may never come."""
        known = {name.lower(): value for name, value in headers.items()}
        if status in (418, 429) or (status == 503 and "retry-after" in known):
            self.refused(ban=status == 418, retry_after_s=retry_after_s(known.get("retry-after"), self._utc()))
            return
        if status < 400 and self.wait_s == 0.0:
            self._refusals = 0
        used = known.get(_USED, "")
        if used.isdecimal() and int(used) >= FULL * self.weight_limit:
            self._rest_of_minute(int(used), known.get("date"))

    def refused(self, *, ban: bool = False, retry_after_s: float | None = None) -> None:
        """Close: the exchange has refused a request because there were too many, or has no time for anybody."""
        before = self.wait_s
        if before == 0.0:  # what was on its way together is refused together, and counts once
            self._refusals += 1
        wait = retry_after_s
        if wait is None:
            wait = BAN_S if ban else min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self._refusals - 1, 30))
            if before > 0.0:
                return
        self._close(wait)
        if wait > before:
            log.warning("%s asks to be left alone; nothing is sent %s", self.host, self._until(wait))
            if self._bans is not None:
                self._bans.remember(self.host, wait)

    def _rest_of_minute(self, used: int, date: str | None) -> None:
        """Close until the exchange begins to count anew, by the whole minutes of its own clock."""
        stamp = _parsed(date)
        now = self._utc() if stamp is None else stamp
        wait = _MINUTE_S - now % _MINUTE_S
        if wait > self.wait_s:
            log.info(
                "%s: %d of %d weight of this minute used; going on in %.0f s", self.host, used, self.weight_limit, wait
            )
        self._close(wait)

    def _close(self, wait_s: float) -> None:
        self._open_at = max(self._open_at, self._clock() + wait_s)

    def _until(self, wait_s: float) -> str:
        end = datetime.fromtimestamp(self._utc() + wait_s, UTC)
        return f"for {wait_s:.0f} s, until {end:%Y-%m-%d %H:%M:%S} UTC"


class Gates:
    """The gates of all hosts, made when they are first asked for."""

    def __init__(self, make: Callable[[str], Gate] = Gate) -> None:
        self._make = make
        self._gates: dict[str, Gate] = {}

    def of(self, host: str) -> Gate:
        """Give the gate of a host, always the same one."""
        if host not in self._gates:
            self._gates[host] = self._make(host)
        return self._gates[host]


EVERYWHERE = Gates()  # of this process: whoever asks the same host waits at the same gate


@cache
def noting(path: Path) -> Gates:
    """Give the gates of this process that note refusals in a file, see `btbot.exchange.bans`."""
    bans = Bans(path)
    return Gates(lambda host: Gate(host, bans=bans))


def retry_after_s(value: str | None, utc_s: float) -> float | None:
    """Read a ``Retry-After`` header: seconds, or a date; None where there is none or it says nothing.

    Examples
    --------
    >>> retry_after_s("30", 0.0)
    30.0
    >>> retry_after_s("Thu, 01 Jan 1970 00:02:00 GMT", 100.0)
    20.0
    >>> retry_after_s("soon", 0.0) is None
    True
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        stamp = _parsed(value)
        seconds = math.nan if stamp is None else stamp - utc_s
    return min(max(0.0, seconds), _YEAR_S) if math.isfinite(seconds) else None


def _parsed(date: str | None) -> float | None:
    if date is None:
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _announced(body: object) -> int | None:
    """Find the weight of a minute in Binance's exchangeInfo."""
    limits: Any = body.get("rateLimits") if isinstance(body, Mapping) else None
    for limit in limits if isinstance(limits, list) else []:
        if not isinstance(limit, Mapping):
            continue
        form = (limit.get("rateLimitType"), limit.get("interval"), limit.get("intervalNum"))
        if form == ("REQUEST_WEIGHT", "MINUTE", 1) and str(limit.get("limit")).isdecimal():
            return int(limit["limit"])
    return None
