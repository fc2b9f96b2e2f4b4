"""The part of the admin port that opens accounts and makes, changes and revokes keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast, get_args

from btbot.errors import ConfigError, did_you_mean
from btbot.exchange.matching import Exchange
from btbot.exchange.units import text
from btbot.paper.accounts import FIRST, Account, Accounts
from btbot.paper.admin_body import Body
from btbot.paper.keys import Key, KeyKind
from btbot.paper.venue import Venue

_FLAGS = ("reading", "trading", "withdrawals")


class KeyCalls:
    """Accounts and keys of a venue."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def calls(self) -> dict[str, Callable[[Body], object]]:
        """Return the calls by method and path."""
        return {
            "GET /accounts": lambda body: [_account(self._accounts.account(name)) for name in self._accounts.names()],
            "POST /accounts": self._add_account,
            "GET /keys": lambda body: [_key(key) for key in self._accounts.keys(None)],
            "POST /keys": self._add_key,
            "POST /keys/change": self._change_key,
            "DELETE /keys": self._remove_key,
        }

    @property
    def _accounts(self) -> Accounts:
        return self._venue.accounts

    def _add_account(self, body: Body) -> dict[str, object]:
        name = body.text("name")
        fees = {fee: body.fraction(fee) for fee in ("maker", "taker", "discount") if body.has(fee)}
        body.end()
        account = self._accounts.add_account(name, fees)
        open_account(self._venue.exchange, account)
        return _account(account)

    def _add_key(self, body: Body) -> dict[str, object]:
        account, kind = body.text("account", FIRST), body.text("kind", "HMAC")
        known = {one.upper(): one for one in get_args(KeyKind)}
        if kind.upper() not in known:
            raise ConfigError(
                f"kind: must be one of {', '.join(known.values())}, was {kind!r}{did_you_mean(kind, known.values())}"
            )
        wanted = self._wanted(body)
        for name in ("api_key", "secret", "public_key"):
            if body.has(name):
                wanted[name] = body.text(name)
        body.end()
        now_ms = self._venue.clock.now_ms()
        key, private = self._accounts.add_key(account, kind=cast(KeyKind, known[kind.upper()]), now_ms=now_ms, **wanted)
        open_account(self._venue.exchange, self._accounts.account(account))
        made = {"secret": key.secret} if key.kind == "HMAC" else {"public_key": key.public_key}
        return _key(key) | made | ({"private_key": private} if private else {})

    def _change_key(self, body: Body) -> dict[str, object]:
        api_key, wanted = body.text("api_key"), self._wanted(body)
        body.end()
        return _key(self._accounts.change_key(api_key, **wanted))

    def _remove_key(self, body: Body) -> dict[str, object]:
        api_key = body.text("api_key")
        body.end()
        self._accounts.remove_key(api_key)
        return {"removed": api_key}

    def _wanted(self, body: Body) -> dict[str, Any]:
        wanted: dict[str, Any] = {name: body.flag(name) for name in _FLAGS if body.has(name)}
        if body.has("name"):
            wanted["name"] = body.text("name")
        if body.has("ips"):
            wanted["ips"] = body.texts("ips")
        return wanted


def open_account(exchange: Exchange, account: Account) -> None:
    """Make an account known to the exchange, with its fees."""
    exchange.open_account(account.name)
    exchange.set_fees(account.name, account.maker, account.taker, account.discount)


def _account(account: Account) -> dict[str, object]:
    fees = {fee: text(getattr(account, fee)) for fee in ("maker", "taker", "discount")}
    return {"name": account.name, **fees}


def _key(key: Key) -> dict[str, object]:
    """Describe a key without its secret."""
    return {
        "account": key.account, "name": key.name, "api_key": key.api_key, "kind": key.kind, "reading": key.reading,
        "trading": key.trading, "withdrawals": key.withdrawals, "ips": list(key.ips), "created_ms": key.created_ms,
    }  # fmt: skip
