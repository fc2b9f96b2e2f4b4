"""The admin port without its socket, over a whole exchange on a virtual clock."""

import asyncio
import json

import pytest

from btbot.paper.admin import Admin
from btbot.paper.assembly import assemble
from btbot.paper.clock import VirtualClock
from btbot.paper.settings import MarketSettings, ServerSettings, deposits
from btbot.paper.wire import Request

TOKEN = "t" * 40
HEADERS = {"host": "127.0.0.1:9002", "authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def stopped():
    return []


@pytest.fixture
def whole():
    settings = ServerSettings(
        (MarketSettings("BTC/USDT", "empty", price=100.0),), deposits=deposits(["USDT=1000"]), start_ms=1_000_000
    )
    made = assemble(settings, VirtualClock(5_000_000))
    yield made
    made.close()


@pytest.fixture
def admin(whole, stopped):
    return Admin(
        whole.venue, whole.pace, token=TOKEN, history=whole.history, streams=whole.streams,
        stop=lambda: stopped.append(True),
    )  # fmt: skip


@pytest.fixture
def call(admin):
    def ask(method, path, query="", headers=HEADERS, **body):
        request = Request(method, path, query, json.dumps(body) if body else "", headers)
        reply = asyncio.run(admin.handle(request))
        return reply.status, json.loads(reply.body)

    return ask


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1"},
        {"host": "127.0.0.1", "authorization": "Bearer "},
        {"host": "127.0.0.1", "authorization": f"Bearer {TOKEN}x"},
        {"host": "127.0.0.1", "authorization": f"Basic {TOKEN}"},
        {"host": "127.0.0.1", "authorization": TOKEN},
        {"host": "127.0.0.1", "authorization": "Bearer é"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/status"), ("POST", "/shutdown"), ("GET", "/nowhere")])
def test_nothing_is_answered_without_the_token(call, stopped, headers, method, path):
    status, body = call(method, path, headers=headers)
    assert (status, body) == (
        401,
        {"error": "the header 'Authorization: Bearer TOKEN' is missing or wrong; see admin_token"},
    )
    assert stopped == []


@pytest.mark.parametrize(
    "more", [{"host": "evil.example:9002"}, {"host": ""}, {"origin": "http://127.0.0.1:9002"}, {"origin": "null"}]
)
def test_browsers_and_rebound_names_are_refused_even_with_the_token(call, more):
    status, body = call("GET", "/status", headers={**HEADERS, **more})
    assert (status, body) == (403, {"error": "the admin port answers this machine alone, and no browser pages"})


@pytest.mark.parametrize("host", ["localhost:9002", "[::1]:9002", "127.0.0.1", "[::1]"])
def test_all_names_of_this_machine_are_answered(call, host):
    assert call("GET", "/status", headers={**HEADERS, "host": host})[0] == 200


def test_status_tells_both_clocks_and_what_there_is(call):
    status, body = call("GET", "/status")
    assert status == 200
    assert {name: body[name] for name in ("clock_ms", "market_ms", "speed", "paused", "symbols", "accounts", "faults")} == {
        "clock_ms": 5_000_000, "market_ms": 1_000_000, "speed": 1.0, "paused": False,
        "symbols": {"BTCUSDT": "TRADING"}, "accounts": ["default"], "faults": 0,
    }  # fmt: skip


def test_deposits_and_withdrawals_change_balances(call):
    assert call("POST", "/deposit", asset="btc", amount="0.25") == (
        200,
        {"account": "default", "asset": "BTC", "free": "0.25000000", "locked": "0.00000000"},
    )
    assert call("POST", "/withdraw", asset="USDT", amount=400)[1]["free"] == "600.00000000"
    assert call("GET", "/balances")[1] == {
        "USDT": {"free": "600.00000000", "locked": "0.00000000"},
        "BTC": {"free": "0.25000000", "locked": "0.00000000"},
    }
    assert call("POST", "/withdraw", asset="USDT", amount=601) == (
        400,
        {"error": "Account has insufficient balance for requested action.", "code": -2010},
    )
    assert call("POST", "/deposit", account="nobody", asset="USDT", amount=1) == (
        400,
        {"error": "there is no account 'nobody', only default"},
    )


def test_accounts_and_keys_are_made_changed_and_revoked(call, whole):
    assert call("POST", "/accounts", name="alice", maker="0", taker="0.0005") == (
        200,
        {"name": "alice", "maker": "0.00000000", "taker": "0.00050000", "discount": "0.75000000"},
    )
    assert whole.venue.exchange.fee_rates("alice", "BTCUSDT").taker == 50_000
    status, key = call("POST", "/keys", account="alice", name="bot", withdrawals=True, ips=["127.0.0.1"])
    assert (status, key["kind"], key["withdrawals"], len(key["secret"])) == (200, "HMAC", True, 64)
    assert key["created_ms"] == 5_000_000
    assert call("POST", "/keys/change", api_key=key["api_key"], trading=False)[1]["trading"] is False
    assert "secret" not in json.dumps(call("GET", "/keys")[1])
    assert call("DELETE", "/keys", api_key=key["api_key"])[0] == 200
    assert whole.accounts.key(key["api_key"]) is None
    assert "PRIVATE KEY" in call("POST", "/keys", kind="ed25519")[1]["private_key"]
    assert call("POST", "/keys", kind="DSA")[1] == {
        "error": "kind: must be one of HMAC, RSA, Ed25519, was 'DSA'; did you mean 'RSA'?"
    }
    assert [one["name"] for one in call("GET", "/accounts")[1]] == ["default", "alice"]


def test_a_new_account_of_a_key_can_trade_at_once(call, whole):
    call("POST", "/keys", account="bob")
    assert call("POST", "/deposit", account="bob", asset="USDT", amount=5)[0] == 200


def test_symbols_are_halted_changed_listed_and_removed(call, whole):
    assert call("POST", "/symbols", symbol="BTC/USDT", status="HALT")[1]["status"] == "HALT"
    assert whole.venue.exchange.symbols["BTCUSDT"].status == "HALT"
    status, info = call(
        "POST", "/symbols", symbol="BTCUSDT", filters=[{"filterType": "PRICE_FILTER", "tickSize": "0.5"}]
    )
    assert status == 200
    (price,) = [one for one in info["filters"] if one["filterType"] == "PRICE_FILTER"]
    assert price["tickSize"] == "0.50000000"
    assert whole.venue.exchange.symbols["BTCUSDT"].tick == 50_000_000
    status, info = call("POST", "/symbols", symbol="ETHUSDT", base="ETH", quote="USDT")
    assert (status, info["baseAsset"], info["status"]) == (200, "ETH", "TRADING")
    assert call("DELETE", "/symbols", symbol="BTCUSDT")[0] == 200
    assert [one["symbol"] for one in call("GET", "/symbols")[1]] == ["ETHUSDT"]
    assert call("DELETE", "/symbols", symbol="BTCUSDT") == (400, {"error": "Invalid symbol.", "code": -1121})


def test_faults_are_added_listed_and_removed(call):
    assert call("POST", "/faults", when={"endpoint": "order.place"}, do="drop_before") == (200, {"id": 1})
    assert len(call("GET", "/faults")[1]) == 1
    assert call("DELETE", "/faults", id=1) == (200, {"removed": 1})
    assert call("DELETE", "/faults", id=1) == (400, {"error": "there is no fault 1", "code": -1102})
    call("POST", "/faults", do="drop_before")
    assert call("DELETE", "/faults") == (200, {"removed": "all"})
    assert call("GET", "/faults")[1] == []
    status, body = call("POST", "/faults", do="drop_befor")
    assert status == 400
    assert "drop_before" in body["error"]


def test_time_is_paused_advanced_and_sped_up(call, whole):
    assert call("POST", "/pause")[1] == {"market_ms": 1_000_000, "speed": 1.0, "paused": True}
    asyncio.run(whole.venue.clock.advance(1_000))
    assert call("GET", "/status")[1]["market_ms"] == 1_000_000
    assert call("POST", "/advance", ms=500)[1] == {"market_ms": 1_000_500, "events": 0}
    assert call("POST", "/speed", speed=10)[1] == {"market_ms": 1_000_500, "speed": 10.0, "paused": True}
    assert call("POST", "/resume")[1]["paused"] is False
    asyncio.run(whole.venue.clock.advance(1_000))
    assert call("GET", "/status")[1]["market_ms"] == 1_010_500
    assert call("POST", "/advance", ms=1_000)[1]["market_ms"] == 1_011_500
    asyncio.run(whole.venue.clock.advance(100))
    assert call("POST", "/speed", speed="max")[1] == {"market_ms": 1_012_500, "speed": "max", "paused": False}
    assert call("POST", "/speed", speed=0)[0] == 400
    assert call("POST", "/advance", ms=10**15)[0] == 400


def test_history_is_the_exchange_s_own_account(call):
    call("POST", "/deposit", asset="BTC", amount="2")
    status, lines = call("GET", "/history", "tail=2")
    assert status == 200
    assert [line["what"] for line in lines] == ["transfer", "balance"]


def test_shutdown_stops_the_server(call, stopped):
    assert call("POST", "/shutdown") == (200, {"stopping": True})
    assert stopped == [True]


def test_mistakes_name_what_is_there(call):
    status, body = call("GET", "/statsu")
    assert (status, body["error"]) == (404, "there is no GET /statsu; did you mean 'GET /status'?")
    assert "POST /deposit" in body["calls"]
    assert call("POST", "/deposit", asset="BTC", amount="2", acount="x") == (
        400,
        {"error": "acount: is no field here; allowed are account, asset, amount; did you mean 'account'?"},
    )
    assert call("GET", "/balances")[1] == {"USDT": {"free": "1000.00000000", "locked": "0.00000000"}}


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/pause"), ("POST", "/shutdown"), ("DELETE", "/faults"), ("POST", "/keys"), ("POST", "/accounts")],
)
def test_a_field_that_nobody_knows_leaves_everything_as_it_is(call, whole, stopped, method, path):
    call("POST", "/faults", do="drop_before")
    before = call("GET", "/status")[1]
    status, body = call(method, path, name="new", nonsense=1)
    assert status == 400
    assert "is no field here" in body["error"]
    after = call("GET", "/status")[1]
    for figures in (before, after):
        figures.pop("admin_requests")
    assert after == before
    assert (stopped, len(whole.accounts.keys(None))) == ([], 1)
