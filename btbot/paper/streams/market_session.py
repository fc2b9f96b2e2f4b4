"""A connection for market streams: raw at ``/ws``, wrapped in their names at ``/stream``.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from btbot.paper.faults import Notice
from btbot.paper.streams.feed import Reader
from btbot.paper.streams.frames import encode, in_microseconds
from btbot.paper.streams.names import is_stream
from btbot.paper.streams.reports import server_shutdown
from btbot.paper.streams.session import POLICY, Keeper, StreamSession
from btbot.paper.wire import Socket

MAX_STREAMS = 1024
MAX_MESSAGES = 5
_SECOND = 1_000
_COUNTED = 10_000  # a larger limit is none
_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_LARGEST_ID = 2**63
_TEXT_ID = re.compile(r"[\w.-]{1,36}", re.ASCII)
_METHOD = re.compile(r'"method"\s*:\s*"(?:[^"\\]|\\.)*"')


class Mistake(Exception):
    """A message that cannot be obeyed, with the code and text of Binance."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


class Feeder(Keeper, Protocol):
    """Who gives events to sessions that have subscribed."""

    def subscribe(self, reader: Reader, name: str, /) -> None: ...

    def unsubscribe(self, reader: Reader, name: str, /) -> None: ...


class MarketSession(StreamSession):
    """Subscriptions of one client to market streams.

    Parameters
    ----------
    names
        Subscribed from the start, as the address says.
    combined
        Whether events come wrapped; the client can change it.
    messages
        How many the client may send in a second.
    """

    def __init__(
        self,
        feeder: Feeder,
        socket: Socket,
        path: str,
        number: str,
        *,
        names: Iterable[str],
        combined: bool,
        micro: bool = False,
        messages: int = MAX_MESSAGES,
    ) -> None:
        super().__init__(feeder, socket, path, number, micro=micro)
        self.combined = combined
        self._feeder = feeder
        self._names: dict[str, None] = {}
        self._heard: deque[int] = deque(maxlen=min(messages, _COUNTED))
        self._messages = messages
        self._do: dict[str, Callable[[list[object]], object]] = {
            "SUBSCRIBE": self._subscribe,
            "UNSUBSCRIBE": self._unsubscribe,
            "LIST_SUBSCRIPTIONS": self._list,
            "SET_PROPERTY": self._set_property,
            "GET_PROPERTY": self._get_property,
        }
        self._subscribe(list(names))

    def receive(self, frame: str | bytes) -> None:
        """Take a command of the client."""
        if self._is_too_fast():
            return
        raw = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        number: dict[str, object] = {}
        try:
            message = _read(raw)
            number = {"id": _id(message)}
            method = _method(raw, message)
            answer: dict[str, object] = {"result": self._do[method](_params(message)), **number}
        except Mistake as mistake:
            answer = {"error": {"code": mistake.code, "msg": mistake.message}, **number}
        self.reply(encode(answer))

    def market(self, stream: str, frame: str) -> None:
        """Send an event of a stream."""
        self.event("market", "", stream, frame)

    def pinged(self, payload: bytes) -> None:
        if not self._is_too_fast():
            super().pinged(payload)

    def ponged(self, payload: bytes) -> None:
        if not self._is_too_fast():
            super().ponged(payload)

    def notice(self, notice: Notice) -> None:
        """Announce a shutdown; whatever else is for accounts alone or for all connections."""
        super().notice(notice)
        if notice.kind == "shutdown" and not self.ended:
            payload = server_shutdown(self.keeper.venue.market_ms())
            event = encode(in_microseconds(payload) if self.micro else payload)
            name = "!serverShutdown"
            frame = f'{{"stream":"{name}","data":{event}}}' if self.combined else event
            self.event("market", "", name, frame)

    def leave(self) -> None:
        for name in self._names:
            self._feeder.unsubscribe(self, name)
        self._names.clear()

    def _subscribe(self, params: Sequence[object]) -> None:
        names = _names(params)
        if len(self._names.keys() | names) > MAX_STREAMS:
            raise Mistake(4, "Too many subscriptions")
        for name in names:
            self._names[name] = None
            self._feeder.subscribe(self, name)

    def _unsubscribe(self, params: Sequence[object]) -> None:
        for name in _names(params):
            if name in self._names:
                del self._names[name]
                self._feeder.unsubscribe(self, name)

    def _list(self, params: Sequence[object]) -> list[str]:
        if params:
            raise Mistake(2, "Invalid request: too many parameters")
        return list(self._names)

    def _set_property(self, params: Sequence[object]) -> None:
        _property(params, 2)
        if len(params) < 2 or not isinstance(params[1], bool):
            raise Mistake(1, "Invalid value type: expected Boolean")
        self.combined = params[1]

    def _get_property(self, params: Sequence[object]) -> bool:
        _property(params, 1)
        return self.combined

    def _is_too_fast(self) -> bool:
        """Count a message of the client, and end the connection at the sixth within a second."""
        if self.ended:
            return True
        now = self._clock.now_ms()
        if len(self._heard) == self._messages and now - self._heard[0] < _SECOND:
            self.end(POLICY, "Too many requests")
            return True
        self._heard.append(now)
        return False


def _read(raw: str) -> dict[str, object]:
    try:
        message = json.loads(raw)
    except ValueError as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise Mistake(3, f"Invalid JSON: expected value at line {line} column {column}") from error
    except RecursionError as error:
        raise Mistake(3, "Invalid JSON: recursion limit exceeded at line 1 column 128") from error
    if not isinstance(message, dict):
        raise Mistake(2, f"Invalid request: missing field `method` at {_end(raw)}")
    return message


def _method(raw: str, message: dict[str, object]) -> str:
    method = message.get("method")
    if method is None:
        raise Mistake(2, f"Invalid request: missing field `method` at {_end(raw)}")
    if method not in _METHODS:
        found = _METHOD.search(raw)
        expected = ", ".join(f"`{name}`" for name in _METHODS)
        where = _end(raw if found is None else raw[: found.end()])
        raise Mistake(2, f"Invalid request: unknown variant `{method}`, expected one of {expected} at {where}")
    return str(method)


def _id(message: dict[str, object]) -> object:
    number = message.get("id", False)
    if number is None or (isinstance(number, str) and _TEXT_ID.fullmatch(number)):
        return number
    if isinstance(number, int) and not isinstance(number, bool) and -_LARGEST_ID <= number < _LARGEST_ID:
        return number
    raise Mistake(2, "Invalid request: request ID must be an unsigned integer")


def _params(message: dict[str, object]) -> list[object]:
    params = message.get("params")
    if params is None:
        return []
    if not isinstance(params, list):
        raise Mistake(2, "Invalid request: invalid type, expected a sequence")
    return params


def _names(params: Sequence[object]) -> dict[str, None]:
    names: dict[str, None] = {}
    for name in params:
        if not isinstance(name, str) or not is_stream(name):
            raise Mistake(2, "Invalid request: invalid stream")
        names[name] = None
    return names


def _property(params: Sequence[object], most: int) -> None:
    if len(params) > most:
        raise Mistake(2, "Invalid request: too many parameters")
    if not params or not isinstance(params[0], str):
        raise Mistake(2, "Invalid request: property name must be a string")
    if params[0] != "combined":
        raise Mistake(0, "Unknown property")


def _end(raw: str) -> str:
    """Say where a text ends, as the exchange's parser does."""
    line = raw.count("\n") + 1
    return f"line {line} column {len(raw) - (raw.rfind(chr(10)) + 1)}"
