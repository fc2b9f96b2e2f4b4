"""Logon and the user data subscriptions of one ws-api connection."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from btbot.exchange.refused import Refused
from btbot.exchange.request_refusals import invalid_data, rejected_key, subscription_active, subscription_inactive
from btbot.paper.api import Api
from btbot.paper.keys import Key
from btbot.paper.streams.reports import stream_terminated
from btbot.paper.streams.users import Subscription, UserReader, Users, framed
from btbot.paper.venue import Venue
from btbot.paper.wire import Socket

MAX_IDS = 65_535
_NOT_ED25519 = -4056


class Owner(UserReader, Protocol):
    """The connection."""

    account: str
    opened_ms: int
    shows_limits: bool
    socket: Socket


class Desk(Protocol):
    """Who checks keys and keeps the subscriptions of all connections."""

    venue: Venue
    api: Api
    users: Users


class AccountStream:
    """What a connection is logged on to, and what it listens to.

    Attributes
    ----------
    key
        Of the logon; None before it and after logout.
    """

    def __init__(self, owner: Owner, desk: Desk) -> None:
        self.key: Key | None = None
        self._owner = owner
        self._desk = desk
        self._since_ms = 0
        self._numbers = itertools.count()
        self._active: dict[int, Subscription] = {}
        self._ending: list[Subscription] = []

    def methods(self) -> dict[str, Callable[[Mapping[str, Any]], object]]:
        """Give what answers each method."""
        return {
            "session.logon": self._logon,
            "session.status": lambda params: self._status(),
            "session.logout": self._logout,
            "session.subscriptions": lambda params: [{"subscriptionId": number} for number in self._active],
            "userDataStream.subscribe": self._subscribe,
            "userDataStream.subscribe.signature": self._subscribe_signed,
            "userDataStream.unsubscribe": self._unsubscribe,
        }

    def terminate(self, account: str) -> None:
        """End the subscriptions to an account, to all with an empty name, and tell the client."""
        for subscription in tuple(self._active.values()):
            if account in ("", subscription.account):
                self._end(subscription)
        self.tell_ends()

    def tell_ends(self) -> None:
        """Tell the client which subscriptions have ended; after the answer to the request that ended them."""
        ending, self._ending = self._ending, []
        now = self._desk.venue.market_ms()
        for one in ending:
            frame = framed(stream_terminated(now), one.number, self._owner.micro)
            self._owner.event("user", one.account, "eventStreamTerminated", frame)

    def _logon(self, params: Mapping[str, Any]) -> object:
        key = self._desk.api.authenticate(params, ip=self._owner.socket.ip)
        if key.kind != "Ed25519":
            name = "HMAC_SHA256" if key.kind == "HMAC" else key.kind
            raise Refused(_NOT_ED25519, f"{name} API key is not supported.")
        self.key, self._since_ms = key, self._desk.venue.server_ms()
        self._owner.account = key.account
        return self._status()

    def _logout(self, params: Mapping[str, Any]) -> object:
        self.key = None
        for subscription in tuple(self._active.values()):
            if subscription.by_logon:
                self._end(subscription)
        return self._status()

    def _status(self) -> object:
        return {
            "apiKey": None if self.key is None else self.key.api_key,
            "authorizedSince": None if self.key is None else self._since_ms,
            "connectedSince": self._owner.opened_ms,
            "returnRateLimits": self._owner.shows_limits,
            "serverTime": self._desk.venue.server_ms(),
            "userDataStream": bool(self._active),
        }

    def _subscribe(self, params: Mapping[str, Any]) -> object:
        if self.key is None:
            raise rejected_key()
        return self._begin(self.key.account, by_logon=True)

    def _subscribe_signed(self, params: Mapping[str, Any]) -> object:
        key = self._desk.api.authenticate(params, ip=self._owner.socket.ip)
        if not self._owner.account:
            self._owner.account = key.account
        return self._begin(key.account, by_logon=False)

    def _unsubscribe(self, params: Mapping[str, Any]) -> object:
        number = params.get("subscriptionId")
        if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
            raise invalid_data("subscriptionId")
        ended = [one for one in self._active.values() if number in (None, one.number)]
        if not ended:
            raise subscription_inactive()
        for subscription in ended:
            self._end(subscription)
        return {}

    def _begin(self, account: str, *, by_logon: bool) -> object:
        if any(one.account == account for one in self._active.values()):
            raise subscription_active()
        number = next(self._numbers)
        if number > MAX_IDS:
            raise Refused(-2042, "Maximum subscription ID reached for this connection.")
        subscription = Subscription(self._owner, number, account, by_logon)
        self._active[number] = subscription
        self._desk.users.subscribe(subscription)
        return {"subscriptionId": number}

    def _end(self, subscription: Subscription) -> None:
        del self._active[subscription.number]
        self._desk.users.unsubscribe(subscription)
        self._ending.append(subscription)
