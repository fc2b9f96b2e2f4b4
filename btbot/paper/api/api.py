"""The exchange's answers, without sockets: REST requests and methods of the ws-api go the same way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from btbot.exchange.refused import Refused
from btbot.paper.api import rest
from btbot.paper.api.admission import admit
from btbot.paper.api.context import Context
from btbot.paper.api.core import Ask, Core
from btbot.paper.api.endpoint import Endpoint
from btbot.paper.api.formats import Json
from btbot.paper.api.general import rate_limits
from btbot.paper.api.limits import Limited, Limits
from btbot.paper.api.orders import error
from btbot.paper.api.params import from_json, merge
from btbot.paper.api.registry import METHODS, REST
from btbot.paper.api.signing import frame_payload, rest_payload
from btbot.paper.faults import Action, Call, Faults
from btbot.paper.keys import Key
from btbot.paper.venue import Venue
from btbot.paper.wire import Reply, Request

_OWN_METHOD_WEIGHT = 2
_NOTHING = Action()


@dataclass(frozen=True, slots=True)
class Result:
    """What a method of the ws-api gave.

    Attributes
    ----------
    status
        200, or that of an error.
    body
        What stands under ``result``, or under ``error``.
    rate_limits
        With counts, as they stand under ``rateLimits``.
    """

    status: int
    body: object
    rate_limits: list[Json]


Encode = Callable[[Result], bytes]


class Api:
    """REST and the ws-api over one venue; both count against the same limits.

    Parameters
    ----------
    faults
        Asked before anything else, and with every answer.
    """

    def __init__(self, venue: Venue, *, faults: Faults, limits: Limits | None = None) -> None:
        self.venue = venue
        self.faults = faults
        self._core = Core(venue, limits or Limits())
        self.meter = self._core.meter

    async def handle(self, request: Request) -> Reply:
        """Answer a REST request, as far as the faults let it."""
        endpoint = REST.get((request.method, request.path))
        api_key = request.headers.get("x-mbx-apikey", "")
        body = "" if request.method == "GET" else request.body
        refused: Refused | None = None
        try:
            raw = merge(request.query, body)
        except Refused as caught:
            raw, refused = {}, caught
        call = Call(request.method, request.path, raw, self._owner(api_key), request.ip)
        action = self.faults.arrive(call) or _NOTHING
        if action.reply is not None:
            return action.reply
        if endpoint is None:
            reply = rest.unknown(request.method, request.path)
        elif refused is not None:
            reply = self._rest_error(endpoint, request.ip, refused)
        else:
            ask = Ask(endpoint, raw, request.ip, api_key, lambda: rest_payload(request.query, body))
            reply = await self._rest(ask, call.account, request.headers, action.park_ms)
        reply = self.faults.answer(call, reply)
        if action.hold_ms:
            await self.venue.clock.sleep(action.hold_ms)
        return reply

    async def answer(
        self,
        method: str,
        params: Mapping[str, object],
        encode: Encode,
        *,
        ip: str,
        key: Key | None = None,
        run: Callable[[], object] | None = None,
    ) -> Reply:
        """Answer a request of the ws-api, as far as the faults let it.

        Parameters
        ----------
        params
            As they came; numbers, booleans and lists are taken too.
        encode
            Makes the frame.
        key
            Of the session's logon, None before it.
        run
            What answers a method that is not one of `has`, such as ``session.status``.

        Returns
        -------
        The frame as the body, and what the wire does to it; ``drop`` resets the connection, ``hang`` sends nothing.
        """
        raw = from_json(params)
        api_key = raw.get("apiKey", "") or ("" if key is None else key.api_key)
        call = Call("WS", method, raw, self._owner(api_key), ip)
        action = self.faults.arrive(call) or _NOTHING
        if action.reply is not None:
            return self._faulty(action.reply, encode, ip)
        if run is not None:
            result = await self._own(run, ip, action.park_ms)
        else:
            logged_on = key is not None and "signature" not in raw and api_key == key.api_key
            taken = {name: text for name, text in raw.items() if name != "returnRateLimits"}
            ask = Ask(METHODS[method], taken, ip, api_key, lambda: frame_payload(raw), logged_on)
            result = await self._result(ask, call.account, action.park_ms)
        reply = self._faulty(self.faults.answer(call, Reply(result.status, encode(result))), encode, ip)
        if action.hold_ms:
            await self.venue.clock.sleep(action.hold_ms)
        return reply

    def call(self, method: str, params: Mapping[str, object], account: str = "") -> object:
        """Give what a method answers to an account, without limits, signatures and faults.

        Raises
        ------
        Refused
            Where the exchange says no.
        """
        endpoint = METHODS[method]
        raw = from_json(params)
        return self._core.run(endpoint, Context(self.venue, self.meter, self._core.tally, account), raw)

    def has(self, method: str) -> bool:
        """Return whether the ws-api's method is one of those here."""
        return method in METHODS

    def authenticate(self, params: Mapping[str, object], *, ip: str) -> Key:
        """Give the key that signed the parameters of a ws-api request, which must name it.

        Raises
        ------
        Refused
            -1102, -2014, -2015, -1021 or -1022.
        """
        raw = from_json(params)
        return admit(
            self.venue.accounts,
            "USER_DATA",
            raw,
            api_key=raw.get("apiKey", ""),
            ip=ip,
            now_ms=self.venue.server_ms(),
            payload=lambda: frame_payload(raw),
        ).key

    def weigh(self, ip: str, weight: int) -> None:
        """Count a request or a connection of an address.

        Raises
        ------
        Limited
            429 or 418.
        """
        self.meter.weigh(ip, weight, self.venue.clock.now_ms())

    def rate_limits(self, ip: str, account: str = "") -> list[Json]:
        """Give the limits with their counts, those of orders where an account is named."""
        now_ms = self.venue.clock.now_ms()
        weight, seconds, day, _ = rate_limits(self.meter)
        counted = [{**weight, "count": self.meter.used(ip, now_ms)}]
        if account:
            short, long = self.meter.placed(account, now_ms)
            counted = [{**seconds, "count": short}, {**day, "count": long}, *counted]
        return counted

    def _owner(self, api_key: str) -> str:
        """Give the account of a key, empty where nobody has it."""
        key = self.venue.accounts.key(api_key) if api_key else None
        return "" if key is None else key.account

    async def _rest(self, ask: Ask, account: str, headers: Mapping[str, str], park_ms: int) -> Reply:
        try:
            unit = rest.time_unit(headers)
            body = await self._core.do(ask, park_ms)
        except Refused as refused:
            return self._rest_error(ask.endpoint, ask.ip, refused)
        if unit == "MICROSECOND":
            body = rest.in_microseconds(body)
        now_ms = self.venue.clock.now_ms()
        orders = self.meter.placed(account, now_ms) if ask.endpoint.counts_orders else None
        return rest.reply(ask.endpoint, body, used=self.meter.used(ask.ip, now_ms), orders=orders)

    def _rest_error(self, endpoint: Endpoint, ip: str, refused: Refused) -> Reply:
        return rest.failure(endpoint, refused, used=self.meter.used(ip, self.venue.clock.now_ms()))

    async def _result(self, ask: Ask, account: str, park_ms: int) -> Result:
        counted = account if ask.endpoint.counts_orders else ""
        try:
            body = await self._core.do(ask, park_ms)
        except Refused as refused:
            return self._failed(refused, ask.ip, counted)
        return Result(200, body, self.rate_limits(ask.ip, counted))

    async def _own(self, run: Callable[[], object], ip: str, park_ms: int) -> Result:
        try:
            self.weigh(ip, _OWN_METHOD_WEIGHT)
            if park_ms:
                await self.venue.clock.sleep(park_ms)
            return Result(200, run(), self.rate_limits(ip))
        except Refused as refused:
            return self._failed(refused, ip, "")

    def _failed(self, refused: Refused, ip: str, account: str) -> Result:
        body = error(refused)
        if isinstance(refused, Limited):
            body["data"] = {"serverTime": self.venue.server_ms(), "retryAfter": refused.until_ms}
        return Result(refused.status, body, self.rate_limits(ip, account))

    def _faulty(self, reply: Reply, encode: Encode, ip: str) -> Reply:
        """Put a fault's error body into a frame; anything else goes out as it is."""
        try:
            body = json.loads(reply.body) if reply.status >= 400 else None
        except ValueError:
            body = None
        if not isinstance(body, dict) or "code" not in body:
            return reply
        return Reply(reply.status, encode(Result(reply.status, body, self.rate_limits(ip))), wire=reply.wire)
