"""How much an address may ask and an account may place, and what happens to those who go on."""

from __future__ import annotations

from dataclasses import dataclass

from btbot.exchange import request_refusals as refusals
from btbot.exchange.refused import Refused

MINUTE_MS = 60_000
DAY_MS = 86_400_000
RAW_MS = 5 * MINUTE_MS
SECONDS_MS = 10_000
TAKER_CREDIT = 1
MAKER_CREDIT = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the exchange.

    Parameters
    ----------
    weight
        Of requests, per address and minute.
    raw_requests
        Per address and five minutes.
    orders_10s, orders_day
        Unfilled orders that an account may place.
    connections
        WebSocket connections, per address and five minutes; the streams count them.
    messages
        That a connection to the market streams may send, per second.
    patience
        Requests above a limit that are only answered with 429; the next one gets the address banned.
    ban_ms, longest_ban_ms
        Of the first ban, and of the longest; each further ban lasts twice as long as the one before.
    forgive_ms
        After so long without a ban the next one is short again.
    """

    weight: int = 6_000
    raw_requests: int = 61_000
    orders_10s: int = 50
    orders_day: int = 160_000
    connections: int = 300
    messages: int = 5
    patience: int = 10
    ban_ms: int = 2 * MINUTE_MS
    longest_ban_ms: int = 3 * DAY_MS
    forgive_ms: int = 3 * DAY_MS


class Limited(Refused):
    """A refusal that says when to come again."""

    def __init__(self, refused: Refused, *, now_ms: int, until_ms: int) -> None:
        super().__init__(refused.code, refused.message, status=refused.status, data=refused.data)
        self.now_ms = now_ms
        self.until_ms = until_ms

    @property
    def retry_after_s(self) -> int:
        """Whole seconds until the request may be sent again, at least 1."""
        return max(1, -((self.now_ms - self.until_ms) // 1000))


class Window:
    """Counts by name in a stretch of time that begins anew at multiples of its length, as Binance's do."""

    def __init__(self, length_ms: int) -> None:
        self.length_ms = length_ms
        self._number = -1
        self._counts: dict[str, int] = {}

    def end_ms(self, now_ms: int) -> int:
        """Give the time at which the counts are 0 again."""
        return (now_ms // self.length_ms + 1) * self.length_ms

    def count(self, name: str, now_ms: int) -> int:
        """Give what was counted in the present stretch."""
        self._turn(now_ms)
        return self._counts.get(name, 0)

    def add(self, name: str, amount: int, now_ms: int) -> int:
        """Count; never below 0. Give the new count."""
        self._turn(now_ms)
        counted = max(0, self._counts.get(name, 0) + amount)
        self._counts[name] = counted
        return counted

    def _turn(self, now_ms: int) -> None:
        number = now_ms // self.length_ms
        if number != self._number:
            self._number = number
            self._counts.clear()


@dataclass(slots=True)
class _Ban:
    until_ms: int
    length_ms: int


class Meter:
    """Counts what addresses ask and accounts place, and bans addresses that do not stop.

    Times are those of the exchange's clock.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._weights = Window(MINUTE_MS)
        self._raw = Window(RAW_MS)
        self._excess = Window(MINUTE_MS)
        self._short = Window(SECONDS_MS)
        self._long = Window(DAY_MS)
        self._bans: dict[str, _Ban] = {}

    def weigh(self, ip: str, weight: int, now_ms: int) -> int:
        """Count a request; give the weight used by its address in this minute.

        Raises
        ------
        Limited
            429 above a limit, 418 while the address is banned.
        """
        if self._bans:
            self._check_ban(ip, now_ms)
        requests = self._raw.add(ip, 1, now_ms)
        used = self._weights.add(ip, weight, now_ms)
        if used > self.limits.weight:
            refused = refusals.too_much_weight(self.limits.weight, "1 MINUTE")
            self._go_on(ip, refused, now_ms, self._weights.end_ms(now_ms))
        if requests > self.limits.raw_requests:
            refused = Refused(-1003, _raw_text(self.limits.raw_requests), status=429)
            self._go_on(ip, refused, now_ms, self._raw.end_ms(now_ms))
        return used

    def used(self, ip: str, now_ms: int) -> int:
        """Give the weight that an address has used in this minute."""
        return self._weights.count(ip, now_ms)

    def place(self, account: str, orders: int, now_ms: int) -> None:
        """Count new orders before they are placed; `take_back` them where they were refused.

        Raises
        ------
        Limited
            429 with -1015 where the account has placed too many.
        """
        for window, limit, interval in self._order_windows():
            if window.count(account, now_ms) + orders > limit:
                refused = refusals.too_many_orders(limit, interval)
                raise Limited(refused, now_ms=now_ms, until_ms=window.end_ms(now_ms))
        self._short.add(account, orders, now_ms)
        self._long.add(account, orders, now_ms)

    def take_back(self, account: str, orders: int, now_ms: int) -> None:
        """Count fewer orders: they were refused, or one was filled for the first time."""
        self._short.add(account, -orders, now_ms)
        self._long.add(account, -orders, now_ms)

    def placed(self, account: str, now_ms: int) -> tuple[int, int]:
        """Give the unfilled orders of the present ten seconds and of the day."""
        return self._short.count(account, now_ms), self._long.count(account, now_ms)

    def _order_windows(self) -> tuple[tuple[Window, int, str], ...]:
        return (
            (self._short, self.limits.orders_10s, "10 SECOND"),
            (self._long, self.limits.orders_day, "1 DAY"),
        )

    def _check_ban(self, ip: str, now_ms: int) -> None:
        ban = self._bans.get(ip)
        if ban is None:
            return
        if now_ms < ban.until_ms:
            raise Limited(refusals.banned(ban.until_ms), now_ms=now_ms, until_ms=ban.until_ms)
        if now_ms >= ban.until_ms + self.limits.forgive_ms:
            del self._bans[ip]

    def _go_on(self, ip: str, refused: Refused, now_ms: int, until_ms: int) -> None:
        """Refuse a request above a limit, and ban the address that has sent too many of them."""
        if self._excess.add(ip, 1, now_ms) <= self.limits.patience:
            raise Limited(refused, now_ms=now_ms, until_ms=until_ms)
        before = self._bans.get(ip)
        length = self.limits.ban_ms if before is None else min(2 * before.length_ms, self.limits.longest_ban_ms)
        self._bans[ip] = _Ban(now_ms + length, length)
        raise Limited(refusals.banned(now_ms + length), now_ms=now_ms, until_ms=now_ms + length)


def _raw_text(limit: int) -> str:
    return (
        f"Too many requests; current limit is {limit} requests per 5 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )
