"""The ways in: REST, the ws-api, handlers alone; what faults may do at each."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from api_client import NOW_MS, Client, make

from btbot.exchange.refused import Refused
from btbot.paper.api import Limited, Limits, Result
from btbot.paper.faults import Action, Call, Faults
from btbot.paper.keys import Key
from btbot.paper.wire import Reply, Request

ORDER = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1.0000", "price": "19000.0",
}  # fmt: skip


def frame(result: Result) -> bytes:
    name = "result" if result.status == 200 else "error"
    return json.dumps({"status": result.status, name: result.body, "rateLimits": result.rate_limits}).encode()


def ask(client: Client, method: str, params: dict[str, object], key: Key | None = None, **more: Any) -> Any:
    reply = asyncio.run(client.api.answer(method, params, frame, ip="127.0.0.1", key=key, **more))
    return json.loads(reply.body)


def signed(client: Client, **params: object) -> dict[str, object]:
    """Sign as web-socket-api.md says: over the sorted parameters."""
    params = {**params, "apiKey": client.key.api_key, "timestamp": client.clock.now_ms()}
    payload = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return {**params, "signature": hmac.new(client.key.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()}


def test_a_public_method(book: Client) -> None:
    assert ask(book, "ticker.price", {"symbol": "BTCUSDT"}) == {
        "status": 200, "result": {"symbol": "BTCUSDT", "price": "20000.00000000"},
        "rateLimits": [
            {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000, "count": 2},
        ],
    }  # fmt: skip
    assert len(ask(book, "ticker.price", {"symbols": ["BTCUSDT", "ETHBTC"]})["result"]) == 2
    assert len(ask(book, "depth", {"symbol": "BTCUSDT", "limit": 1})["result"]["bids"]) == 1


def test_methods_and_paths_give_the_same(book: Client) -> None:
    for method, path in (("depth", "depth"), ("ticker.24hr", "ticker/24hr"), ("trades.recent", "trades")):
        assert ask(book, method, {"symbol": "BTCUSDT"})["result"] == book.public(path, symbol="BTCUSDT")


def test_a_signed_method(book: Client) -> None:
    found = ask(book, "order.place", signed(book, **ORDER))
    assert (found["status"], found["result"]["status"]) == (200, "NEW")
    assert [(one["rateLimitType"], one["interval"], one["count"]) for one in found["rateLimits"]] == [
        ("ORDERS", "SECOND", 1), ("ORDERS", "DAY", 1), ("REQUEST_WEIGHT", "MINUTE", 1),
    ]  # fmt: skip
    order = {"symbol": "BTCUSDT", "orderId": found["result"]["orderId"]}
    assert ask(book, "order.status", signed(book, **order))["result"] == book.signed("GET", "order", **order)
    assert ask(book, "order.cancel", signed(book, **order))["result"]["status"] == "CANCELED"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"quantity": "2.0000"}, 400, -1022),
        ({"signature": "0" * 64}, 400, -1022),
        ({"apiKey": "x" * 64}, 401, -2015),
        ({"apiKey": None}, 401, -2014),
        ({"timestamp": None}, 400, -1102),
        ({"signature": None}, 400, -1102),
        ({"timestamp": NOW_MS - 5_001}, 400, -1021),
    ],
)
def test_signed_methods_that_are_refused(book: Client, change: dict[str, object], status: int, code: int) -> None:
    found = ask(book, "order.place", {**signed(book, **ORDER), **change})
    assert (found["status"], found["error"]["code"]) == (status, code)
    assert book.venue.exchange.open_orders("alice") == []


def test_a_logon_opens_no_other_account(book: Client) -> None:
    bob, _ = book.venue.accounts.add_key("bob")
    found = ask(book, "order.place", {**ORDER, "timestamp": NOW_MS, "apiKey": bob.api_key}, book.key)
    assert found["error"] == {
        "code": -1102, "msg": "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    }  # fmt: skip
    mine = ask(book, "order.place", {**ORDER, "timestamp": NOW_MS, "apiKey": book.key.api_key}, book.key)
    assert mine["result"]["status"] == "NEW"


def test_after_a_logon_nothing_needs_to_be_signed(book: Client) -> None:
    found = ask(book, "order.place", dict(ORDER), book.key)
    assert (found["status"], found["error"]["code"]) == (400, -1102)  # a timestamp is needed all the same
    assert ask(book, "order.place", {**ORDER, "timestamp": NOW_MS}, book.key)["result"]["status"] == "NEW"
    late = ask(book, "order.place", {**ORDER, "timestamp": NOW_MS - 100, "recvWindow": 50}, book.key)
    assert late["error"]["code"] == -1021


def test_a_signature_after_a_logon_is_checked_all_the_same(book: Client) -> None:
    assert ask(book, "account.status", {**signed(book), "signature": "0" * 64}, book.key)["error"]["code"] == -1022


def test_a_key_that_was_revoked_after_the_logon(book: Client) -> None:
    book.venue.accounts.remove_key(book.key.api_key)
    assert ask(book, "account.status", {"timestamp": NOW_MS}, book.key)["error"]["code"] == -2015


def test_rate_limits_may_be_asked_for_with_any_method(book: Client) -> None:
    assert ask(book, "ping", {"returnRateLimits": False})["status"] == 200
    assert ask(book, "account.status", signed(book, returnRateLimits="false"))["status"] == 200
    assert ask(book, "ping", {"x": 1})["error"] == {
        "code": -1101, "msg": "Too many parameters; expected '0' and received '1'.",
    }  # fmt: skip


def test_methods_of_the_streams_are_counted_and_refused_alike(book: Client) -> None:
    found = ask(book, "session.status", {}, run=lambda: {"apiKey": None})
    assert (found["result"], found["rateLimits"][0]["count"]) == ({"apiKey": None}, 2)

    def refuse() -> object:
        raise Refused(-2035, "User Data Stream subscription already active.")

    assert ask(book, "userDataStream.subscribe", {}, run=refuse)["error"] == {
        "code": -2035, "msg": "User Data Stream subscription already active.",
    }  # fmt: skip


def test_limits_are_shared_and_say_when_to_come_again() -> None:
    client = make(Limits(weight=30, patience=1))
    client.public("exchangeInfo")
    refused = ask(client, "exchangeInfo", {})
    assert (refused["status"], refused["error"]["code"]) == (429, -1003)
    assert refused["error"]["data"] == {"serverTime": NOW_MS, "retryAfter": NOW_MS + 40_000}
    banned = ask(client, "ping", {})
    assert (banned["status"], banned["error"]["data"]["retryAfter"]) == (418, NOW_MS + 120_000)
    assert client.ask("GET", "/api/v3/ping").status == 418


def test_orders_count_together() -> None:
    client = make(Limits(orders_10s=1))
    client.limit("BUY", "0.1", "100")
    found = ask(client, "order.place", signed(client, **ORDER))
    assert (found["status"], found["error"]["code"]) == (429, -1015)
    assert found["error"]["data"]["retryAfter"] == NOW_MS + 10_000


def test_a_handler_alone(book: Client) -> None:
    api = book.api
    assert api.call("order.place", {**ORDER, "quantity": 1}, "alice")["status"] == "NEW"
    assert api.call("time", {}) == {"serverTime": NOW_MS}
    with pytest.raises(Refused, match="Invalid symbol"):
        api.call("depth", {"symbol": "NOPE"})
    assert (api.has("order.place"), api.has("session.logon")) == (True, False)


def test_whose_parameters_they_are(book: Client) -> None:
    assert book.api.authenticate(signed(book), ip="127.0.0.1").account == "alice"
    for change, code in (({"signature": "0" * 64}, -1022), ({"apiKey": ""}, -2014), ({"timestamp": 1}, -1021)):
        with pytest.raises(Refused) as caught:
            book.api.authenticate({**signed(book), **change}, ip="127.0.0.1")
        assert caught.value.code == code


def test_connections_are_weighed() -> None:
    client = make(Limits(weight=3))
    client.api.weigh("1.1.1.1", 2)
    with pytest.raises(Limited) as caught:
        client.api.weigh("1.1.1.1", 2)
    assert caught.value.status == 429
    assert client.api.rate_limits("1.1.1.1")[0]["count"] == 4


# Faults


class Scripted(Faults):
    """Does the same to every call, and keeps them."""

    def __init__(self, action: Action | None = None, change: Callable[[Reply], Reply] = lambda reply: reply) -> None:
        super().__init__()
        self.action, self.change = action, change
        self.calls: list[Call] = []
        self.answered: list[Call] = []

    def arrive(self, call: Call) -> Action | None:
        self.calls.append(call)
        return self.action

    def answer(self, call: Call, reply: Reply) -> Reply:
        self.answered.append(call)
        return self.change(reply)


def test_faults_see_every_call_and_its_answer() -> None:
    faults = Scripted()
    client = make(faults=faults)
    client.limit("BUY", "0.1", "100")
    client.ask("GET", "/api/v3/nowhere")
    ask(client, "ping", {})
    assert [(call.method, call.path, call.account) for call in faults.calls] == [
        ("POST", "/api/v3/order", "alice"), ("GET", "/api/v3/nowhere", ""), ("WS", "ping", ""),
    ]  # fmt: skip
    assert faults.calls[0].params["price"] == "100"
    assert all(one is other for one, other in zip(faults.calls, faults.answered, strict=True))


@pytest.mark.parametrize("wire", ["drop", "hang", "ok"])
def test_a_fault_may_answer_instead(wire: Any) -> None:
    client = make(faults=Scripted(Action(reply=Reply(503, b"<html>", wire=wire))))
    reply = client.ask("POST", "/api/v3/order", "", client.sign(dict(ORDER)), x_mbx_apikey=client.key.api_key)
    assert (reply.status, reply.body, reply.wire) == (503, b"<html>", wire)
    assert client.venue.exchange.open_orders("alice") == []


def test_a_fault_may_change_the_answer_to_what_was_done() -> None:
    client = make(faults=Scripted(change=lambda reply: replace(reply, wire="drop")))
    reply = client.ask("POST", "/api/v3/order", "", client.sign(dict(ORDER)), x_mbx_apikey=client.key.api_key)
    assert (reply.status, reply.wire) == (200, "drop")
    assert len(client.venue.exchange.open_orders("alice")) == 1


def test_an_error_of_a_fault_becomes_a_frame() -> None:
    error = Reply(503, b'{"code":-1008,"msg":"Server is currently overloaded."}')
    client = make(faults=Scripted(Action(reply=error)))
    found = ask(client, "ping", {})
    assert (found["status"], found["error"]) == (503, {"code": -1008, "msg": "Server is currently overloaded."})


def test_an_error_of_a_fault_after_all_was_done_becomes_a_frame_too() -> None:
    error = Reply(500, b'{"code":-1006,"msg":"Execution status unknown."}')
    client = make(faults=Scripted(change=lambda reply: error))
    found = ask(client, "order.place", {**ORDER, "timestamp": NOW_MS}, client.key)
    assert (found["status"], found["error"]["code"]) == (500, -1006)
    assert len(client.venue.exchange.open_orders("alice")) == 1


@pytest.mark.parametrize("body", [b"not JSON", b"[1]", b'{"no":"code"}'])
def test_anything_else_of_a_fault_goes_out_as_it_is(body: bytes) -> None:
    client = make(faults=Scripted(Action(reply=Reply(500, body))))
    reply = asyncio.run(client.api.answer("ping", {}, frame, ip="127.0.0.1"))
    assert reply.body == body


@pytest.mark.parametrize("rest", [True, False])
def test_an_answer_may_be_held_back_after_everything_is_done(rest: bool) -> None:
    client = make(faults=Scripted(Action(hold_ms=3_000)))

    async def run() -> tuple[bool, bool, Reply]:
        if rest:
            text = client.sign(dict(ORDER))
            request = Request("POST", "/api/v3/order", "", text, {"x-mbx-apikey": client.key.api_key})
            task = asyncio.create_task(client.api.handle(request))
        else:
            params = {**ORDER, "timestamp": NOW_MS}
            task = asyncio.create_task(client.api.answer("order.place", params, frame, ip="", key=client.key))
        await asyncio.sleep(0)
        await client.clock.advance(2_999)
        before = task.done()
        placed = bool(client.venue.exchange.open_orders("alice"))
        await client.clock.advance(1)
        return before, placed, await task

    before, placed, reply = asyncio.run(run())
    assert (before, placed, reply.status) == (False, True, 200)


def test_a_method_may_wait_too() -> None:
    client = make(faults=Scripted(Action(park_ms=1_000)))

    async def run() -> tuple[bool, Reply]:
        task = asyncio.create_task(client.api.answer("session.status", {}, frame, ip="", run=lambda: "done"))
        await asyncio.sleep(0)
        before = task.done()
        await client.clock.advance(1_000)
        return before, await task

    before, reply = asyncio.run(run())
    assert (before, json.loads(reply.body)["result"]) == (False, "done")


def test_what_the_journal_keeps_of_a_request_has_no_secrets(client: Client) -> None:
    kept: list[Any] = []

    class Journal:
        def append(self, events: Any, *, request: Any = None) -> None:
            kept.append(request)

    client.venue._journal = Journal()
    client.limit("BUY", "0.1", "100")
    (request,) = kept
    assert request["call"] == "order.place"
    assert request["params"].keys() == {"symbol", "side", "type", "timeInForce", "quantity", "price", "timestamp"}
