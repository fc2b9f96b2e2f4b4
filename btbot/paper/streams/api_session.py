"""A connection to the ws-api: requests and their answers, logon, and the user data stream.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/websocket-api
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from btbot.exchange.refused import Refused
from btbot.exchange.request_refusals import invalid_json, unsupported_operation
from btbot.paper.api import Api, Result
from btbot.paper.api.rest import in_microseconds as result_in_microseconds
from btbot.paper.faults import Notice
from btbot.paper.streams.account_stream import AccountStream
from btbot.paper.streams.frames import encode, in_microseconds
from btbot.paper.streams.reports import server_shutdown
from btbot.paper.streams.session import Keeper, StreamSession
from btbot.paper.streams.users import Users
from btbot.paper.wire import Socket

_VERSION = "v3/"
_BAD = {
    "id": "Invalid 'id' in JSON request; expected an integer, a string, or null.",
    "method": "Invalid 'method' in JSON request; expected a string.",
    "params": "Invalid 'params' in JSON request; expected an object.",
}
_FIRST_ERROR = 400
_INVALID = -1135


class Desk(Keeper, Protocol):
    """Who answers requests and keeps the subscriptions of accounts."""

    api: Api
    users: Users


@dataclass(frozen=True, slots=True)
class _Request:
    number: object
    method: str
    params: Mapping[str, Any]


class ApiSession(StreamSession):
    """One client of the ws-api.

    Parameters
    ----------
    shows_limits
        Whether answers carry the state of the rate limits where the request does not say.
    """

    def __init__(
        self, desk: Desk, socket: Socket, path: str, number: str, *, shows_limits: bool = True, micro: bool = False
    ) -> None:
        super().__init__(desk, socket, path, number, micro=micro)
        self.shows_limits = shows_limits
        self._desk = desk
        self._stream = AccountStream(self, desk)
        self._own: dict[str, Callable[[Mapping[str, Any]], object]] = self._stream.methods()

    def receive(self, frame: str | bytes) -> None:
        """Take a request of the client and begin to answer it."""
        if self.ended:
            return
        try:
            request = _read(frame)
        except Refused as refused:
            body = {"code": refused.code, "msg": refused.message}
            self.reply(_frame(_id_of(frame), refused.status, body, is_error=True, limits=None))
            return
        self._keep(asyncio.get_running_loop().create_task(self._serve(request)))

    def notice(self, notice: Notice) -> None:
        """End user data, or announce a shutdown."""
        super().notice(notice)
        if self.ended:
            return
        if notice.kind == "terminate":
            self._stream.terminate(notice.account)
        elif notice.kind == "shutdown":
            payload = server_shutdown(self.keeper.venue.market_ms())
            event = encode({"event": in_microseconds(payload) if self.micro else payload})
            self.event("user", self.account, "serverShutdown", event)

    def leave(self) -> None:
        self._desk.users.forget(self)

    async def _serve(self, request: _Request) -> None:
        """Answer a request, as far as the faults let it."""
        api = self._desk.api
        run: Callable[[], object] | None = None
        if request.method in self._own:
            run = partial(self._own[request.method], request.params)
        elif not api.has(request.method):
            run = _no_such_method
        key = None if "apiKey" in request.params else self._stream.key
        encode_it = partial(self._frame_of, request)
        reply = await api.answer(request.method, request.params, encode_it, ip=self.socket.ip, key=key, run=run)
        if reply.wire in ("drop", "truncate"):
            self.end(1006)
        elif reply.wire != "hang":
            self.reply(reply.body.decode("utf-8", "replace"))
        self._stream.tell_ends()

    def _frame_of(self, request: _Request, result: Result) -> bytes:
        limits = result.rate_limits if self._wants_limits(request) else None
        failed = result.status >= _FIRST_ERROR
        body = result_in_microseconds(result.body) if self.micro and not failed else result.body
        return _frame(request.number, result.status, body, is_error=failed, limits=limits).encode()

    def _wants_limits(self, request: _Request) -> bool:
        wanted = request.params.get("returnRateLimits", self.shows_limits)
        return wanted in (True, "true", "TRUE")


def _frame(number: object, status: int, body: object, *, is_error: bool, limits: object) -> str:
    frame: dict[str, object] = {"id": number, "status": status, "error" if is_error else "result": body}
    if limits is not None:
        frame["rateLimits"] = limits
    return encode(frame)


def _no_such_method() -> object:
    raise unsupported_operation()


def _read(frame: str | bytes) -> _Request:
    """Read a request.

    Raises
    ------
    Refused
        Where it has not the form of one.
    """
    message = _parsed(frame)
    if not isinstance(message, dict):
        raise invalid_json()
    number, method, params = message.get("id", False), message.get("method"), message.get("params")
    if isinstance(number, (bool, float, list, dict)):
        raise Refused(_INVALID, _BAD["id"])
    if not isinstance(method, str):
        raise Refused(_INVALID, _BAD["method"])
    if params is not None and not isinstance(params, dict):
        raise Refused(_INVALID, _BAD["params"])
    return _Request(number, method.removeprefix(_VERSION), params or {})


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _id_of(frame: str | bytes) -> object:
    """Give the id of a message that is wrong in another place, null where it has none that could be given back."""
    message = _parsed(frame)
    number = message.get("id") if isinstance(message, dict) else None
    return number if isinstance(number, (int, str)) and not isinstance(number, bool) else None
