"""What passes between a transport (sockets, or ccxt in process) and the exchange behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(slots=True)
class Request:
    """An HTTP request as it arrived. `path` without query, `query` and `body` raw, `headers` with lower-case names."""

    method: str
    path: str
    query: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    ip: str = "127.0.0.1"


@dataclass(slots=True)
class Reply:
    """The answer, and what the wire does to it.

    Attributes
    ----------
    wire
        ``ok``; ``drop`` closes the connection instead of answering; ``hang`` never answers and leaves it open;
        ``truncate`` sends the headers of the whole body but half of it, then closes; ``slow`` sends a byte a second.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    wire: Literal["ok", "drop", "hang", "truncate", "slow"] = "ok"


class Socket(Protocol):
    """One WebSocket connection as the exchange sees it."""

    ip: str

    def send(self, frame: str | bytes) -> None:
        """Queue a frame (text for str, binary for bytes); never waits."""
        ...

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code; 1006 means without a closing handshake (reset)."""
        ...


class Session(Protocol):
    """What the exchange keeps of a connection. Made by `btbot.paper.streams.open_session`."""

    def receive(self, frame: str | bytes) -> None:
        """Take a frame from the client."""
        ...

    def closed(self) -> None:
        """The connection is gone."""
        ...
