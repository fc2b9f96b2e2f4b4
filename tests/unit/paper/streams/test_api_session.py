"""The ws-api: frames of answers and errors, logon, user data subscriptions (web-socket-api.md)."""

import asyncio
import base64

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

WEIGHT = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000}


async def ask(world, wire, method, params=None, number=1):
    wire.say({"id": number, "method": method} | ({} if params is None else {"params": params}))
    await world.pass_ms(0)
    (answer,) = wire.take()
    return answer


def ed25519(world, account="alice"):
    """Give a key of that kind and what signs parameters with it."""
    key, pem = world.accounts.add_key(account, kind="Ed25519")
    private = load_pem_private_key(pem.encode(), password=None)

    def signed(**params):
        params = {"apiKey": key.api_key, "timestamp": world.clock.now_ms(), **params}
        payload = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
        return {**params, "signature": base64.b64encode(private.sign(payload.encode())).decode()}

    return key, signed


def test_ping_and_time_as_documented(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        assert await ask(world, wire, "ping", number="922bcc6e-9de8-440d-9e84-7c80933a8d0d") == {
            "id": "922bcc6e-9de8-440d-9e84-7c80933a8d0d", "status": 200, "result": {},
            "rateLimits": [{**WEIGHT, "count": 3}],
        }  # fmt: skip
        answer = await ask(world, wire, "v3/time", number=None)
        assert list(answer) == ["id", "status", "result", "rateLimits"]
        assert (answer["id"], answer["result"]) == (None, {"serverTime": world.clock.now_ms()})

    asyncio.run(main())


def test_rate_limits_are_hidden_on_request(world):
    async def main():
        quiet, loud = world.connect("/ws-api/v3", "returnRateLimits=false"), world.connect("/ws-api/v3")
        assert "rateLimits" not in await ask(world, quiet, "time")
        assert "rateLimits" in await ask(world, quiet, "time", {"returnRateLimits": True})
        assert "rateLimits" in await ask(world, loud, "time")
        quiet_once = await ask(world, loud, "time", {"returnRateLimits": False})
        assert (quiet_once["status"], "rateLimits" in quiet_once) == (200, False)
        signed = await ask(world, loud, "account.status", world.signed(returnRateLimits="false"))
        assert (signed["status"], "rateLimits" in signed) == (200, False)

    asyncio.run(main())


def test_an_order_and_the_error_of_the_documentation(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        order = {
            "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "price": "90", "quantity": "1", "timeInForce": "GTC",
        }  # fmt: skip
        placed = await ask(world, wire, "order.place", world.signed(**order))
        assert (placed["status"], placed["result"]["status"], placed["result"]["orderId"]) == (200, "NEW", 1)
        assert [(one["rateLimitType"], one["interval"]) for one in placed["rateLimits"]] == [
            ("ORDERS", "SECOND"), ("ORDERS", "DAY"), ("REQUEST_WEIGHT", "MINUTE"),
        ]  # fmt: skip
        refused = await ask(world, wire, "order.place", world.signed(**order | {"quantity": "9000"}), number="x")
        assert (refused["id"], refused["status"]) == ("x", 400)
        assert refused["error"] == {"code": -2010, "msg": "Account has insufficient balance for requested action."}
        found = await ask(world, wire, "order.status", world.signed(symbol="BTCUSDT", orderId=1))
        assert found["result"]["origQty"] == "1.00000000"
        gone = await ask(world, wire, "order.cancel", world.signed(symbol="BTCUSDT", orderId=1))
        assert gone["result"]["status"] == "CANCELED"

    asyncio.run(main())


@pytest.mark.parametrize(
    "method", ["depth", "klines", "uiKlines", "trades.recent", "trades.aggregate", "avgPrice", "ticker.24hr", "ticker.price", "ticker.book"]
)  # fmt: skip
def test_market_methods(world, method):
    async def main():
        world.book()
        world.trade(10, "100")
        await world.pass_ms(20)
        params = {"symbol": "BTCUSDT"} | ({"interval": "1m"} if "lines" in method else {})
        answer = await ask(world, world.connect("/ws-api/v3"), method, params)
        assert answer["status"] == 200, answer
        assert answer["result"] == world.api.call(method, params)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("message", "number", "code", "text"),
    [
        ("nonsense", None, -1135, "Invalid JSON Request"),
        ("[]", None, -1135, "Invalid JSON Request"),
        ('{"id":1,"method":7}', 1, -1135, "Invalid 'method' in JSON request; expected a string."),
        ('{"id":1}', 1, -1135, "Invalid 'method' in JSON request; expected a string."),
        ('{"id":"a","method":"time","params":[]}', "a", -1135, "Invalid 'params' in JSON request; expected an object."),
        ('{"id":{},"method":"time"}', None, -1135, "Invalid 'id' in JSON request; expected an integer, a string, or null."),
        ('{"method":"time"}', None, -1135, "Invalid 'id' in JSON request; expected an integer, a string, or null."),
    ],
)  # fmt: skip
def test_messages_that_are_no_requests(world, message, number, code, text):
    async def main():
        wire = world.connect("/ws-api/v3")
        wire.say(message)
        await world.pass_ms(0)
        assert wire.take() == [{"id": number, "status": 400, "error": {"code": code, "msg": text}}]
        assert wire.closed is None

    asyncio.run(main())


def test_unknown_methods(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        for method in ("nothing", "userDataStream.start", "userDataStream.ping"):
            answer = await ask(world, wire, method)
            assert (answer["status"], answer["error"]["code"]) == (400, -1020)

    asyncio.run(main())


def test_subscription_by_signature_as_ccxt_sends_it(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        answer = await ask(
            world, wire, "userDataStream.subscribe.signature", world.signed("alice", recvWindow=10000), number="1"
        )
        assert (answer["id"], answer["status"], answer["result"]) == ("1", 200, {"subscriptionId": 0})
        world.place(price="90")
        assert [frame["event"]["e"] for frame in wire.take()] == ["executionReport", "outboundAccountPosition"]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("spoil", "status", "code"),
    [
        ({"signature": "0" * 64}, 400, -1022),
        ({"apiKey": "x" * 64}, 401, -2015),
        ({"timestamp": 5}, 400, -1021),
        ({"signature": None}, 400, -1102),
    ],
)
def test_subscriptions_that_are_refused(world, spoil, status, code):
    async def main():
        wire = world.connect("/ws-api/v3")
        params = {name: value for name, value in (world.signed() | spoil).items() if value is not None}
        answer = await ask(world, wire, "userDataStream.subscribe.signature", params)
        assert (answer["status"], answer["error"]["code"]) == (status, code)
        world.place(price="90")
        assert wire.take() == []

    asyncio.run(main())


def test_one_subscription_for_each_account_and_many_accounts_on_a_connection(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        method = "userDataStream.subscribe.signature"
        assert (await ask(world, wire, method, world.signed()))["result"] == {"subscriptionId": 0}
        again = await ask(world, wire, method, world.signed())
        assert again["error"] == {"code": -2035, "msg": "User Data Stream subscription already active."}
        assert (await ask(world, wire, method, world.signed("bob")))["result"] == {"subscriptionId": 1}
        listed = await ask(world, wire, "session.subscriptions")
        assert listed["result"] == [{"subscriptionId": 0}, {"subscriptionId": 1}]
        world.place("bob", price="90")
        assert {frame["subscriptionId"] for frame in wire.take()} == {1}

    asyncio.run(main())


def test_unsubscribe_ends_with_an_event(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        for account in ("alice", "bob"):
            await ask(world, wire, "userDataStream.subscribe.signature", world.signed(account))
        wire.say({"id": 2, "method": "userDataStream.unsubscribe", "params": {"subscriptionId": 1}})
        await world.pass_ms(0)
        answer, event = wire.take()
        assert (answer["id"], answer["result"]) == (2, {})
        assert event == {
            "subscriptionId": 1, "event": {"e": "eventStreamTerminated", "E": world.venue.market_ms()},
        }  # fmt: skip
        world.place("bob", price="90")
        assert wire.take() == []
        world.place("alice", price="90")
        assert len(wire.take()) == 2
        wire.say({"id": 3, "method": "userDataStream.unsubscribe"})
        await world.pass_ms(0)
        assert [frame.get("subscriptionId") for frame in wire.take()] == [None, 0]
        refused = await ask(world, wire, "userDataStream.unsubscribe")
        assert refused["error"] == {"code": -2036, "msg": "User Data Stream subscription not active."}

    asyncio.run(main())


def test_session_logon_status_logout(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        begun = world.clock.now_ms()
        key, signed = ed25519(world)
        empty = {
            "apiKey": None, "authorizedSince": None, "connectedSince": begun, "returnRateLimits": True,
            "serverTime": begun, "userDataStream": False,
        }  # fmt: skip
        assert (await ask(world, wire, "session.status"))["result"] == empty
        await world.pass_ms(100)
        on = (await ask(world, wire, "session.logon", signed()))["result"]
        assert on == {**empty, "apiKey": key.api_key, "authorizedSince": begun + 100, "serverTime": begun + 100}
        subscribed = await ask(world, wire, "userDataStream.subscribe")
        assert subscribed["result"] == {"subscriptionId": 0}
        assert (await ask(world, wire, "session.status"))["result"]["userDataStream"] is True
        placed = await ask(world, wire, "account.status", {"timestamp": world.clock.now_ms()})
        assert placed["status"] == 200
        order = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "price": "90",
            "quantity": "1",
            "timeInForce": "GTC",
        }
        wire.say({"id": 9, "method": "order.place", "params": {**order, "timestamp": world.clock.now_ms()}})
        await world.pass_ms(0)
        kinds = [frame.get("event", {}).get("e", frame.get("status")) for frame in wire.take()]
        assert sorted(map(str, kinds)) == ["200", "executionReport", "outboundAccountPosition"]
        wire.say({"id": 10, "method": "session.logout"})
        await world.pass_ms(0)
        off, ended = wire.take()
        assert off["result"]["apiKey"] is None
        assert off["result"]["userDataStream"] is False
        assert ended["event"]["e"] == "eventStreamTerminated"
        refused = await ask(world, wire, "account.status", {"timestamp": world.clock.now_ms()})
        assert refused["status"] == 401

    asyncio.run(main())


def test_a_logon_opens_no_door_to_another_account(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        _, signed = ed25519(world)
        await ask(world, wire, "session.logon", signed())
        params = {"apiKey": world.keys["bob"].api_key, "timestamp": world.clock.now_ms()}
        refused = await ask(world, wire, "account.status", params)
        assert (refused["status"], refused["error"]["code"]) == (400, -1102)
        own = await ask(world, wire, "account.status", world.signed("bob"))
        assert own["status"] == 200

    asyncio.run(main())


def test_logout_leaves_signed_subscriptions(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        _, signed = ed25519(world)
        await ask(world, wire, "session.logon", signed())
        await ask(world, wire, "userDataStream.subscribe.signature", world.signed("bob"))
        await ask(world, wire, "userDataStream.subscribe")
        wire.say({"id": 1, "method": "session.logout"})
        await world.pass_ms(0)
        assert [frame.get("subscriptionId") for frame in wire.take()] == [None, 1]
        assert (await ask(world, wire, "session.subscriptions"))["result"] == [{"subscriptionId": 0}]

    asyncio.run(main())


@pytest.mark.parametrize(("kind", "name"), [("HMAC", "HMAC_SHA256"), ("RSA", "RSA")])
def test_logon_takes_ed25519_keys_alone(world, kind, name):
    async def main():
        wire = world.connect("/ws-api/v3")
        if kind == "HMAC":
            params = world.signed()
        else:
            from cryptography.hazmat.primitives.asymmetric import padding
            from cryptography.hazmat.primitives.hashes import SHA256

            key, pem = world.accounts.add_key("alice", kind="RSA")
            private = load_pem_private_key(pem.encode(), password=None)
            payload = f"apiKey={key.api_key}&timestamp={world.clock.now_ms()}"
            signature = base64.b64encode(private.sign(payload.encode(), padding.PKCS1v15(), SHA256())).decode()
            params = {"apiKey": key.api_key, "timestamp": world.clock.now_ms(), "signature": signature}
        answer = await ask(world, wire, "session.logon", params)
        assert answer["error"] == {"code": -4056, "msg": f"{name} API key is not supported."}

    asyncio.run(main())


def test_subscribe_needs_a_logon(world):
    async def main():
        answer = await ask(world, world.connect("/ws-api/v3"), "userDataStream.subscribe")
        assert (answer["status"], answer["error"]["code"]) == (401, -2015)

    asyncio.run(main())


def test_answers_come_in_the_order_of_the_requests(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        for number in range(20):
            wire.say({"id": number, "method": "time" if number % 2 else "ping"})
        await world.pass_ms(0)
        assert [frame["id"] for frame in wire.take()] == list(range(20))

    asyncio.run(main())


def test_too_much_weight(world):
    async def main():
        wire = world.connect("/ws-api/v3")
        for number in range(310):
            wire.say({"id": number, "method": "exchangeInfo"})
            await world.pass_ms(0)
        answers = wire.take()
        refused = [answer for answer in answers if answer["status"] == 429]
        assert refused
        error = refused[0]["error"]
        assert error["code"] == -1003
        assert error["data"]["retryAfter"] > error["data"]["serverTime"]

    asyncio.run(main())


def test_shutdown_and_terminate(world):
    async def main():
        alice, bob = world.user(), world.user("bob")
        await world.pass_ms(1)
        alice.take(), bob.take()
        world.streams.shutdown()
        event = {"event": {"e": "serverShutdown", "E": world.venue.market_ms()}}
        assert alice.take() == bob.take() == [event]
        world.streams.terminate("alice")
        assert [frame["event"]["e"] for frame in alice.take()] == ["eventStreamTerminated"]
        world.place("alice", price="90")
        world.place("bob", price="90")
        assert alice.take() == []
        assert len(bob.take()) == 2
        alice.say({"id": 1, "method": "userDataStream.subscribe.signature", "params": world.signed()})
        await world.pass_ms(0)
        assert alice.take()[0]["result"] == {"subscriptionId": 1}
        world.streams.close(1012, "bob", "restart")
        assert (alice.closed, bob.closed) == (None, (1012, "restart"))

    asyncio.run(main())


@pytest.mark.parametrize("method", ["order.place", "userDataStream.subscribe.signature"])
@pytest.mark.parametrize(
    ("deed", "done"), [("drop_before", False), ("drop_after", True), ("hang_before", False), ("hang_after", True)]
)
def test_faults_of_requests(world, method, deed, done):
    async def main():
        world.faults.add({"when": {"endpoint": method}, "do": deed})
        wire = world.connect("/ws-api/v3")
        order = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "price": "90",
            "quantity": "1",
            "timeInForce": "GTC",
        }
        wire.say({"id": 1, "method": method, "params": world.signed(**(order if method == "order.place" else {}))})
        await world.pass_ms(10)
        assert [frame for frame in wire.take() if "id" in frame] == []
        assert wire.closed == ((1006, "") if deed.startswith("drop") else None)
        if method == "order.place":
            assert len(world.exchange.open_orders("alice")) == done

    asyncio.run(main())


def test_a_request_on_its_way_is_carried_out_though_the_client_has_gone(world):
    async def main():
        world.faults.add({"when": {"endpoint": "order.place"}, "do": {"kind": "park", "ms": 2_000}})
        wire = world.connect("/ws-api/v3")
        order = {
            "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "price": "90", "quantity": "1", "timeInForce": "GTC",
        }  # fmt: skip
        wire.say({"id": 1, "method": "order.place", "params": world.signed(**order)})
        await world.pass_ms(500)
        wire.session.closed()
        assert world.exchange.open_orders("alice") == []
        await world.pass_ms(2_000)
        assert len(world.exchange.open_orders("alice")) == 1
        assert wire.frames == []

    asyncio.run(main())


def test_an_answer_that_is_held_back(world):
    async def main():
        world.faults.add({"when": {"endpoint": "session.status"}, "do": {"kind": "hang_after", "ms": 500}})
        wire = world.connect("/ws-api/v3")
        wire.say({"id": 1, "method": "session.status"})
        wire.say({"id": 2, "method": "time"})
        await world.pass_ms(100)
        assert [frame["id"] for frame in wire.take()] == [2]
        await world.pass_ms(400)
        assert [frame["id"] for frame in wire.take()] == [1]

    asyncio.run(main())
