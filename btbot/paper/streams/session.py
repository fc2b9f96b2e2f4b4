"""One connection: its life, its pings, and how frames leave it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol, cast

from btbot.paper.faults import Faults, Notice
from btbot.paper.venue import Venue
from btbot.paper.wire import Socket

PING_MS = 20_000
PATIENCE_MS = 60_000
LIFE_MS = 24 * 3_600_000
TOO_MUCH = 4 * 2**20
_LOOK_EVERY = 32
POLICY = 1008
_Ping = Callable[[bytes], None]


class Keeper(Protocol):
    """Who has made the session: `btbot.paper.streams.hub.Streams`."""

    venue: Venue
    faults: Faults

    def forget(self, session: Any, /) -> None:
        """Drop a connection that has ended."""
        ...


class StreamSession(ABC):
    """What sessions of market streams and of the ws-api have in common.

    Parameters
    ----------
    number
        Of the connection, for faults and the history.
    micro
        Whether the client wants times in microseconds.

    Attributes
    ----------
    dead
        A fault has cut the cable: nothing is sent any more, not even the answer to a ping or a close.
    due_ms
        When, by the clock, `tick` has something to do next.
    """

    def __init__(self, keeper: Keeper, socket: Socket, path: str, number: str, *, micro: bool = False) -> None:
        self.keeper = keeper
        self.micro = micro
        self.socket = socket
        self.path = path
        self.number = number
        self.account = ""
        self.dead = False
        self.ended = False
        self.sent = 0
        self._clock = keeper.venue.clock
        self.opened_ms = self._clock.now_ms()
        self._ping = cast("_Ping | None", getattr(socket, "ping", None))
        self._buffered = cast("Callable[[], int] | None", getattr(socket, "buffered", None))
        self._ping_ms = self.opened_ms + PING_MS
        self._unanswered: dict[bytes, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def due_ms(self) -> int:
        if self.dead:
            return self._clock.now_ms() + PING_MS
        end = self.opened_ms + LIFE_MS
        return min(self._ping_ms, end) if self._ping is not None else end

    @abstractmethod
    def receive(self, frame: str | bytes) -> None:
        """Take a frame from the client."""

    def closed(self) -> None:
        """Forget the connection, which is gone; requests on their way are carried out all the same."""
        self.ended = True
        self.leave()
        self.keeper.forget(self)

    @abstractmethod
    def leave(self) -> None:
        """Give up what the connection reads; done once more does nothing."""

    def answers_ping(self) -> bool:
        """Return whether the client's pings are answered."""
        return not self._sick(for_ping=True)

    def pinged(self, payload: bytes) -> None:
        """Answer a ping of the client."""
        pong = cast("_Ping | None", getattr(self.socket, "pong", None))
        if not self._sick(for_ping=True) and pong is not None:
            pong(payload)

    def ponged(self, payload: bytes) -> None:
        """Take the answer to a ping: it counts only if it carries what the ping carried."""
        if payload in self._unanswered:
            asked = self._unanswered[payload]
            self._unanswered = {key: ms for key, ms in self._unanswered.items() if ms > asked}

    def tick(self) -> None:
        """Ping, and end the connection where an answer is missing, or after a day."""
        if self.ended or self._sick(for_ping=True):
            return
        now = self._clock.now_ms()
        oldest = next(iter(self._unanswered.values()), now)
        if now - oldest >= PATIENCE_MS:
            self.end(POLICY, "Pong timeout")
        elif now - self.opened_ms >= LIFE_MS:
            self.end(1001, "Connection is valid for 24 hours")
        elif now >= self._ping_ms and self._ping is not None:
            payload = str(now).encode()
            self._unanswered[payload] = now
            self._ping_ms = now + PING_MS
            self._ping(payload)

    def notice(self, notice: Notice) -> None:
        """Do what a scheduled fault does to connections."""
        if notice.kind == "close" and notice.account in ("", self.account):
            self.end(notice.code, notice.reason)

    def end(self, code: int, reason: str = "") -> None:
        """Close the connection."""
        if not self.ended:
            self.ended = True
            if not self.dead:
                self.socket.close(code, reason)
            self.leave()
            self.keeper.forget(self)

    def reply(self, frame: str | bytes) -> None:
        """Send what is not an event."""
        if not self._sick():
            self._send(frame)

    def event(self, kind: str, account: str, stream: str, frame: str) -> None:
        """Send an event, or what faults make of it."""
        if self.ended:
            return
        sent = self.keeper.faults.frames(self.number, kind, account, stream, frame)
        if not sent:
            self._sick()
        for delay_ms, one in sent:
            if delay_ms > 0:
                self._send_later(delay_ms, one)
            else:
                self.reply(one)

    def _send(self, frame: str | bytes) -> None:
        self.sent += 1
        self.socket.send(frame)
        if self.sent % _LOOK_EVERY == 0 and self._buffered is not None and self._buffered() > TOO_MUCH:
            self.end(POLICY, "Too slow")

    def _send_later(self, delay_ms: int, frame: str | bytes) -> None:
        async def wait() -> None:
            await self._clock.sleep(delay_ms)
            self.reply(frame)

        self._keep(asyncio.get_running_loop().create_task(wait()))

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _sick(self, *, for_ping: bool = False) -> bool:
        """Look whether a fault keeps the connection from sending, and end it where one wants that."""
        if self.ended or self.dead:
            return True
        fault = self.keeper.faults.socket(
            self.number, path=self.path, account=self.account, ip=self.socket.ip, frames=self.sent,
            age_ms=self._clock.now_ms() - self.opened_ms,
        )  # fmt: skip
        if fault is None:
            return False
        if fault.dead:
            self.dead = True
        if fault.close is not None:
            self.end(fault.close, fault.reason)
            return True
        return fault.dead or (fault.silent and not for_ping)
