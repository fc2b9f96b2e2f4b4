"""What passes between the exchange and its faults at each place where they may strike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from btbot.paper.wire import Reply


@dataclass(slots=True, eq=False)
class Call:
    """One request; the same object is given on arrival and with the answer.

    Attributes
    ----------
    method, path
        ``POST`` and ``/api/v3/order``, or ``WS`` and ``order.place``.
    params
        As they came, all text.
    account
        Empty where the key is unknown or absent.
    planned
        What arrival has decided to do to the answer.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    ip: str = "127.0.0.1"
    number: int = 0
    planned: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Action:
    """What happens to a request that arrived.

    Attributes
    ----------
    reply
        The answer, given without doing anything; None does what was asked.
    park_ms
        How long it waits between the first look at its timestamp and the second, which is right before matching.
    hold_ms
        How long the answer waits after everything is done.
    """

    reply: Reply | None = None
    park_ms: int = 0
    hold_ms: int = 0


@dataclass(frozen=True, slots=True)
class SocketFault:
    """What is wrong with a WebSocket connection from now on.

    Attributes
    ----------
    silent
        Neither data nor answers; pings are still answered.
    dead
        Nothing at all, as when the other machine has stopped: no pongs and no close frame either.
    close
        The code with which it ends now; 1006 is a reset without a closing handshake.
    """

    silent: bool = False
    dead: bool = False
    close: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the streams tell their clients, or do to them, because of a scheduled fault.

    Attributes
    ----------
    kind
        ``terminate`` sends eventStreamTerminated to user subscriptions and ends them, ``shutdown`` sends
        serverShutdown, ``close`` closes the connection with `code`.
    account
        Empty means all.
    """

    kind: Literal["terminate", "shutdown", "close"]
    account: str = ""
    code: int = 1006
    reason: str = ""
