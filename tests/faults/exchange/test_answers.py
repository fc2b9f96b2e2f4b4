"""Requests that get no answer, a late one or a wrong one, as ccxt meets them over sockets, and what was done behind."""

import time

import pytest

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")

pytestmark = pytest.mark.xdist_group("faults-requests")  # one server, one import of ccxt
BTC = "BTC/USDT"
PLACE = {"endpoint": "order.place"}


def buy(client, client_id, amount=0.01, price=10_000):
    return client.create_order(BTC, "limit", "buy", amount, price, {"newClientOrderId": client_id})


def find(client, client_id):
    return client.fetch_order(None, BTC, {"origClientOrderId": client_id})


def refused(client, client_id, kind=ccxt.BaseError):
    with pytest.raises(kind) as caught:
        buy(client, client_id)
    return caught.value


@pytest.mark.parametrize("kind", ["drop_before", "hang_before"])
def test_a1_nothing_was_accepted(client, rehearsal, new_id, kind):
    rehearsal.fault(kind, PLACE)
    name = new_id()
    with client.impatient():
        error = refused(client, name, ccxt.NetworkError)
    assert isinstance(error, ccxt.RequestTimeout) == (kind == "hang_before")
    assert rehearsal.accepted(name) == []
    with pytest.raises(ccxt.OrderNotFound):
        find(client, name)
    assert kind in rehearsal.struck()


def test_a2_accepted_and_cut(client, rehearsal, new_id):
    rehearsal.fault("drop_after", PLACE)
    name = new_id()
    refused(client, name, ccxt.NetworkError)
    assert len(rehearsal.accepted(name)) == 1
    assert find(client, name)["status"] == "open"


@pytest.mark.parametrize("do", ["hang_after", {"kind": "hang_after", "ms": 500}])
def test_a3_accepted_and_answered_late_or_never(client, rehearsal, new_id, do):
    rehearsal.fault(do, PLACE)
    name = new_id()
    with client.impatient():
        refused(client, name, ccxt.RequestTimeout)
    assert len(rehearsal.accepted(name)) == 1
    assert find(client, name)["clientOrderId"] == name


def test_a4_accepted_late(client, rehearsal, new_id):
    rehearsal.fault({"kind": "park", "ms": 800}, PLACE)
    name = new_id()
    with client.impatient():
        refused(client, name, ccxt.RequestTimeout)
    with pytest.raises(ccxt.OrderNotFound):
        find(client, name)
    time.sleep(0.6)
    assert find(client, name)["status"] == "open"
    assert len(rehearsal.accepted(name)) == 1


def test_a4_refused_after_waiting_too_long(client, rehearsal, new_id):
    rehearsal.fault({"kind": "park", "ms": 500}, PLACE)
    name = new_id()
    with pytest.raises(ccxt.InvalidNonce):
        client.create_order(BTC, "limit", "buy", 0.01, 10_000, {"newClientOrderId": name, "recvWindow": 400})
    assert rehearsal.accepted(name) == []


def test_a5_half_an_answer(client, rehearsal, new_id):
    rehearsal.fault("truncate", PLACE)
    name = new_id()
    error = refused(client, name)
    # The class says nothing about the outcome: async ccxt gives the one of a definite refusal.
    assert isinstance(error, ccxt.NetworkError) == (client.kind == "sync")
    assert len(rehearsal.accepted(name)) == 1


@pytest.mark.parametrize("kind", ["html", "empty"])
def test_a5_an_answer_that_is_no_json(client, rehearsal, new_id, kind):
    rehearsal.fault(kind, PLACE)
    name = new_id()
    assert buy(client, name)["id"] is None
    assert len(rehearsal.accepted(name)) == 1


def test_a5_the_answer_of_another_order(client, rehearsal, new_id):
    rehearsal.fault("wrong_order", PLACE)
    name = new_id()
    order = buy(client, name)
    assert (order["clientOrderId"], order["side"]) == (f"another-{name}", "sell")
    assert order["id"] != str(rehearsal.accepted(name)[0]["id"])


SERVER_ERRORS = [
    ({"kind": "status", "status": 500}, 500, -1000),
    ({"kind": "status", "status": 502}, 502, None),
    ({"kind": "status", "status": 503}, 503, -1008),
    ({"kind": "status", "status": 504}, 504, -1007),
    ({"kind": "error", "code": -1000}, 500, -1000),
    ({"kind": "error", "code": -1001}, 500, -1001),
    ({"kind": "error", "code": -1006}, 500, -1006),
    ({"kind": "error", "code": -1007}, 504, -1007),
    ({"kind": "error", "code": -1008}, 503, -1008),
]


@pytest.mark.parametrize("effect", ["none", "done"])
@pytest.mark.parametrize(("do", "status", "code"), SERVER_ERRORS)
def test_a6_errors_of_the_server_with_and_without_effect(client, rehearsal, new_id, do, status, code, effect):
    rehearsal.fault({**do, "effect": effect}, PLACE)
    name = new_id()
    refused(client, name)
    assert len(rehearsal.accepted(name)) == (effect == "done")
    assert rehearsal.codes()[-1] == (status, code, "ok")


def test_a6_a_coin_decides(client, rehearsal, new_id):
    rehearsal.fault({"kind": "error", "code": -1007, "effect": "coin"}, PLACE)
    names = [new_id() for _ in range(24)]
    for name in names:
        refused(client, name)
    assert 4 <= sum(len(rehearsal.accepted(name)) for name in names) <= 20


@pytest.mark.parametrize("status", [403, 451])
def test_a7_turned_away(client, rehearsal, new_id, status):
    rehearsal.fault({"kind": "status", "status": status})
    name = new_id()
    refused(client, name)
    with pytest.raises(ccxt.BaseError):
        client.fetch_time()
    assert rehearsal.accepted(name) == []
    assert {one[0] for one in rehearsal.codes()} == {status}


def test_a8_a_limit_then_a_ban(client, rehearsal, new_id):
    rehearsal.fault({"kind": "rate_limit", "retry_after": 1, "ban": 1}, {"endpoint": "time", "nth": 1})
    with pytest.raises(ccxt.DDoSProtection):
        client.fetch_time()
    assert client.raw.last_response_headers["Retry-After"] == "1"
    # ccxt does not wait by itself: the next request, of whatever kind, is the offence.
    error = refused(client, new_id(), ccxt.DDoSProtection)
    assert "418" in str(error)
    assert client.raw.last_response_headers["Retry-After"] == "1"
    time.sleep(1.05)
    assert client.fetch_time() > 0
    assert [one[0] for one in rehearsal.codes()] == [429, 418, 200]


@pytest.mark.parametrize(("status", "retry_after"), [(429, 7), (418, 120)])
def test_a8_a_limit_without_memory(client, rehearsal, status, retry_after):
    rehearsal.fault({"kind": "status", "status": status, "retry_after": retry_after}, {"times": 1})
    with pytest.raises(ccxt.DDoSProtection):
        client.fetch_time()
    assert client.raw.last_response_headers["Retry-After"] == str(retry_after)
    assert client.fetch_time() > 0


def test_a9_a_ban_leaves_the_stop_unplaced(client, rehearsal, new_id):
    rehearsal.fault({"kind": "status", "status": 418, "retry_after": 120}, {"type": "STOP_LOSS*"})
    name = new_id()
    with pytest.raises(ccxt.DDoSProtection):
        client.create_order(BTC, "STOP_LOSS", "sell", 0.01, None, {"stopPrice": 5000, "newClientOrderId": name})
    assert rehearsal.accepted(name) == []
    assert client.fetch_order_book(BTC)["symbol"] == BTC


def test_a10_a_byte_a_second(client, rehearsal):
    if client.kind == "sync":
        pytest.skip("its time-out is one of silence between bytes: the answer comes, after half a minute")
    rehearsal.fault("slow", {"endpoint": "time"})
    with client.impatient(), pytest.raises(ccxt.RequestTimeout):
        client.fetch_time()


def test_a10_some_seconds_without_a_network(client, rehearsal):
    rehearsal.fault("hang_before", {"before_ms": 300})
    with client.impatient(400), pytest.raises(ccxt.RequestTimeout):
        client.fetch_time()
    assert client.fetch_time() > 0


def test_pages_that_are_empty_or_short(client, rehearsal, new_id):
    names = [new_id(), new_id()]
    for name in names:
        buy(client, name)
    rehearsal.fault("empty_page", {"endpoint": "openOrders.status", "nth": 1})
    rehearsal.fault({"kind": "short_page", "keep": 1}, {"endpoint": "openOrders.status", "nth": 2})
    assert [len(client.fetch_open_orders(BTC)) for _ in range(3)] == [0, 1, 2]


def test_orders_that_are_not_visible_yet(client, rehearsal, new_id):
    name = new_id()
    rehearsal.fault({"kind": "error", "code": -2013}, {"endpoint": "order.status", "client_id": name, "times": 2})
    buy(client, name)
    for _ in range(2):
        with pytest.raises(ccxt.OrderNotFound):
            find(client, name)
    assert find(client, name)["status"] == "open"
