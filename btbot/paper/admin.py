"""What an operator may ask of a running exchange: money, keys, symbols, faults, time, history, its end."""

from __future__ import annotations

import hmac
import inspect
import json
import math
from collections.abc import Callable
from typing import Any, Protocol

from btbot.errors import BtbotError, did_you_mean
from btbot.exchange.commands import Adjust
from btbot.exchange.refused import Refused
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import text
from btbot.paper.accounts import FIRST
from btbot.paper.admin_body import Body
from btbot.paper.admin_keys import KeyCalls
from btbot.paper.history import History
from btbot.paper.pace import Pace
from btbot.paper.settings import is_loopback, speed
from btbot.paper.venue import Venue
from btbot.paper.wire import Reply, Request

Call = Callable[[Body], object]
_LONGEST_MS = 10 * 366 * 86_400_000


class Streams(Protocol):
    """What the admin port asks of the streams."""

    def counts(self) -> dict[str, int]:
        """Sessions, subscriptions and frames."""
        ...

    def tick(self) -> object:
        """Send what is due by now."""
        ...


class Admin:
    """Answers the admin port: JSON in, JSON out, every request with the token.

    Parameters
    ----------
    streams
        Gives the streams' counters; None where there are none.
    stop
        Ends the server.
    """

    def __init__(
        self,
        venue: Venue,
        pace: Pace,
        *,
        token: str,
        history: History,
        streams: Streams | None = None,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._venue = venue
        self._pace = pace
        self._token = token.encode()
        self._history = history
        self._streams = streams
        self._stop = stop
        self._requests = 0
        keys = KeyCalls(venue)
        self._calls: dict[str, Call] = {
            "GET /status": self._status,
            "GET /balances": self._balances,
            "POST /deposit": lambda body: self._adjust(body, 1),
            "POST /withdraw": lambda body: self._adjust(body, -1),
            **keys.calls(),
            "GET /symbols": self._symbols,
            "POST /symbols": self._change_symbol,
            "DELETE /symbols": self._remove_symbol,
            "GET /faults": lambda body: self._venue.faults.list(),
            "POST /faults": lambda body: {"id": self._venue.faults.add(body.rest())},
            "DELETE /faults": self._remove_faults,
            "POST /speed": self._speed,
            "POST /pause": lambda body: self._time(body, self._pace.pause),
            "POST /resume": lambda body: self._time(body, self._pace.resume),
            "POST /advance": self._advance,
            "GET /history": lambda body: [json.loads(line) for line in self._history.tail(body.count("tail", 100))],
            "POST /shutdown": self._shutdown,
        }

    async def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self._requests += 1
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        name = f"{request.method} {request.path.rstrip('/') or '/'}"
        call = self._calls.get(name)
        if call is None:
            return _json(
                404, {"error": f"there is no {name}{did_you_mean(name, self._calls)}", "calls": [*self._calls]}
            )
        try:
            body = Body.of(request)
            answer = call(body)
            if inspect.isawaitable(answer):
                answer = await answer
            body.end()
        except BtbotError as error:
            return _json(400, {"error": str(error)})
        except Refused as error:
            return _json(400, {"error": error.message, "code": error.code})
        return _json(200, answer)

    def _refusal(self, request: Request) -> Reply | None:
        """Refuse whoever has no token, and pages in a browser whatever they have."""
        host = request.headers.get("host", "").rpartition(":")
        name = (host[0] if host[1] and not host[2].endswith("]") else request.headers.get("host", "")).strip("[]")
        if not is_loopback(name) or "origin" in request.headers:
            return _json(403, {"error": "the admin port answers this machine alone, and no browser pages"})
        given = request.headers.get("authorization", "")
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), self._token):
            return _json(
                401, {"error": "the header 'Authorization: Bearer TOKEN' is missing or wrong; see admin_token"}
            )
        return None

    def _status(self, body: Body) -> dict[str, object]:
        venue = self._venue
        fast = math.isinf(self._pace.speed)
        return {
            "clock_ms": venue.clock.now_ms(),
            "server_ms": venue.server_ms(),
            "market_ms": venue.market_ms(),
            "speed": "max" if fast else self._pace.speed,
            "paused": self._pace.paused,
            "ended": bool(venue.markets) and venue.next_market_ms() is None,
            "symbols": {name: symbol.status for name, symbol in venue.exchange.symbols.items()},
            "last_prices": {name: text(price) for name, price in venue.exchange.last_price.items()},
            "accounts": venue.accounts.names(),
            "faults": len(venue.faults.list()),
            "streams": {} if self._streams is None else self._streams.counts(),
            "admin_requests": self._requests,
        }

    def _balances(self, body: Body) -> dict[str, object]:
        account = self._venue.accounts.account(body.text("account", FIRST)).name
        found = self._venue.exchange.balances(account)
        return {
            asset: {"free": text(balance.free), "locked": text(balance.locked)}
            for asset, balance in found.items()
            if balance.free or balance.locked
        }

    def _adjust(self, body: Body, sign: int) -> dict[str, object]:
        account = self._venue.accounts.account(body.text("account", FIRST)).name
        asset, amount = body.asset("asset"), body.amount("amount")
        body.end()
        self._venue.execute(Adjust(account, asset, sign * amount), request={"admin": "adjust"})
        balance = self._venue.exchange.balances(account)[asset]
        return {"account": account, "asset": asset, "free": text(balance.free), "locked": text(balance.locked)}

    def _symbols(self, body: Body) -> list[dict[str, Any]]:
        return [symbol.info() for symbol in self._venue.exchange.symbols.values()]

    def _change_symbol(self, body: Body) -> dict[str, Any]:
        """List a symbol, or change status and filters of one, in the words of exchangeInfo."""
        name = body.text("symbol").upper().replace("/", "")
        known = self._venue.exchange.symbols.get(name)
        if known is None:
            info: dict[str, Any] = {"symbol": name, "baseAsset": body.asset("base"), "quoteAsset": body.asset("quote")}
            info |= {"status": "TRADING", "filters": []}
        else:
            info = known.info()
        if body.has("status"):
            info["status"] = body.text("status")
        if body.has("filters"):
            info["filters"] = _merged(info["filters"], body.mappings("filters"))
        body.end()
        symbol = _symbol(info)
        self._venue.set_symbol(symbol)
        return symbol.info()

    def _remove_symbol(self, body: Body) -> dict[str, object]:
        name = body.text("symbol").upper().replace("/", "")
        body.end()
        if name not in self._venue.exchange.symbols:
            raise Refused(-1121, "Invalid symbol.")
        self._venue.remove_symbol(name)
        return {"removed": name}

    def _remove_faults(self, body: Body) -> dict[str, object]:
        if not body.has("id"):
            body.end()
            self._venue.faults.clear()
            return {"removed": "all"}
        number = body.count("id")
        body.end()
        if not self._venue.faults.remove(number):
            raise Refused(-1102, f"there is no fault {number}")
        return {"removed": number}

    def _speed(self, body: Body) -> dict[str, object]:
        wanted = speed(str(body.value("speed")))
        return self._time(body, lambda: self._pace.set_speed(wanted))

    def _time(self, body: Body, change: Callable[[], None]) -> dict[str, object]:
        body.end()
        change()
        fast = math.isinf(self._pace.speed)
        return {
            "market_ms": self._venue.market_ms(),
            "speed": "max" if fast else self._pace.speed,
            "paused": self._pace.paused,
        }

    async def _advance(self, body: Body) -> dict[str, object]:
        span = body.count("ms", least=1)
        body.end()
        if span > _LONGEST_MS:
            raise Refused(-1102, f"ms: at most ten years ({_LONGEST_MS}), was {span}")
        events = await self._pace.move(span)
        if self._streams is not None:
            self._streams.tick()
        return {"market_ms": self._venue.market_ms(), "events": events}

    def _shutdown(self, body: Body) -> dict[str, object]:
        body.end()
        self._stop()
        return {"stopping": True}


def _merged(present: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the fields that are given into the filters of the same type; a type that was not there comes last."""
    found = {one["filterType"]: dict(one) for one in present}
    for one in wanted:
        kind = one.get("filterType")
        if not isinstance(kind, str):
            raise Refused(-1102, "filters: each needs a filterType such as PRICE_FILTER")
        found.setdefault(kind, {}).update(one)
    return list(found.values())


def _symbol(info: dict[str, Any]) -> Symbol:
    try:
        return Symbol.from_info(info)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(-1102, f"that makes no symbol: {error}") from error


def _json(status: int, body: object) -> Reply:
    return Reply(status, json.dumps(body, separators=(",", ":")).encode() + b"\n", {"Cache-Control": "no-store"})
