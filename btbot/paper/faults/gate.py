"""Who may not come in for now: after a 429, during a ban, and while the exchange is away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from btbot.paper.faults import texts
from btbot.paper.wire import Reply

LONGEST_BAN_S = 3 * 24 * 3600
_TOO_MUCH = (
    "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
    "Please use WebSocket Streams for live updates to avoid polling the API."
)
_BANNED = (
    "Way too much request weight used; IP banned until {until}. "
    "Please use WebSocket Streams for live updates to avoid bans."
)


@dataclass(slots=True)
class _Client:
    until_ms: int = 0
    banned: bool = False
    next_ban_s: int = 0


class Gate:
    """The state that `rate_limit`, `maintenance` and `restart` leave behind."""

    def __init__(self) -> None:
        self._clients: dict[str, _Client] = {}
        self._down_until_ms = 0
        self._down: Literal["maintenance", "restart"] = "maintenance"

    def limit(self, ip: str, now_ms: int, *, retry_after: int, ban: int) -> Reply:
        """Turn a client away for `retry_after` seconds; should it come earlier, `check` bans it."""
        client = self._clients.setdefault(ip, _Client(next_ban_s=ban))
        client.until_ms, client.banned = now_ms + retry_after * 1000, False
        return texts.error(-1003, _TOO_MUCH, status=429, headers={"Retry-After": str(retry_after)})

    def go_down(self, how: Literal["maintenance", "restart"], until_ms: int) -> None:
        """Be away until then."""
        self._down, self._down_until_ms = how, until_ms

    def is_down(self, now_ms: int) -> bool:
        return now_ms < self._down_until_ms

    def check(self, ip: str, now_ms: int) -> Reply | None:
        """Return the answer to a request that may not come in, else None."""
        if now_ms < self._down_until_ms:
            if self._down == "restart":
                return Reply(503, b"", wire="drop")
            return texts.error(-1008, "Service Unavailable.", status=503)
        client = self._clients.get(ip)
        if client is None or now_ms >= client.until_ms:
            return None
        if not client.banned:
            client.banned, client.until_ms = True, now_ms + client.next_ban_s * 1000
            client.next_ban_s = min(client.next_ban_s * 2, LONGEST_BAN_S)
        left = -(-(client.until_ms - now_ms) // 1000)
        return texts.error(-1003, _BANNED.format(until=client.until_ms), status=418, headers={"Retry-After": str(left)})

    def clear(self) -> None:
        """Let everybody in again."""
        self._clients.clear()
        self._down_until_ms = 0
