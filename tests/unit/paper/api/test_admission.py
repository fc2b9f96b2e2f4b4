"""Keys, permissions, addresses (errors.md: -2014, -2015, -1102, -1022)."""

from __future__ import annotations

import json

import pytest
from api_client import Client

REJECTED = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}
ORDER = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "10000",
}  # fmt: skip


def test_a_signed_call_needs_a_key(client: Client) -> None:
    reply = client.ask("GET", "/api/v3/account", client.sign({}))
    assert (reply.status, json.loads(reply.body)) == (401, {"code": -2014, "msg": "API-key format invalid."})


@pytest.mark.parametrize("text", ["with space", "a-b", "schlüssel", "${KEY}"])
def test_a_key_is_letters_and_digits(client: Client, text: str) -> None:
    reply = client.ask("GET", "/api/v3/account", client.sign({}), x_mbx_apikey=text)
    assert (reply.status, json.loads(reply.body)["code"]) == (401, -2014)


def test_an_unknown_key_is_rejected(client: Client) -> None:
    reply = client.ask("GET", "/api/v3/account", client.sign({}), x_mbx_apikey="x" * 64)
    assert (reply.status, json.loads(reply.body)) == (401, REJECTED)


def test_a_signed_call_needs_a_signature(client: Client) -> None:
    query = client.sign({}).partition("&signature")[0]
    reply = client.ask("GET", "/api/v3/account", query, x_mbx_apikey=client.key.api_key)
    assert json.loads(reply.body) == {
        "code": -1102, "msg": "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    }  # fmt: skip


def test_a_wrong_signature_is_refused(client: Client) -> None:
    query = client.sign({}).partition("&signature")[0] + "&signature=" + "0" * 64
    reply = client.ask("GET", "/api/v3/account", query, x_mbx_apikey=client.key.api_key)
    assert (reply.status, json.loads(reply.body)["code"]) == (400, -1022)


def test_a_key_that_may_not_trade_can_read(client: Client) -> None:
    client.venue.accounts.change_key(client.key.api_key, trading=False)
    assert client.order(**{**ORDER}) == REJECTED
    assert client.last.status == 401
    assert client.signed("GET", "account")["canTrade"] is False
    assert client.venue.exchange.open_orders("alice") == []


def test_a_key_that_may_not_read_can_trade(client: Client) -> None:
    client.venue.accounts.change_key(client.key.api_key, reading=False)
    assert client.signed("GET", "account") == REJECTED
    assert client.order(**{**ORDER})["status"] == "NEW"


@pytest.mark.parametrize(("ips", "status"), [(("10.0.0.0/8",), 401), (("127.0.0.1",), 200), ((), 200)])
def test_a_key_may_be_bound_to_addresses(client: Client, ips: tuple[str, ...], status: int) -> None:
    client.venue.accounts.change_key(client.key.api_key, ips=ips)
    client.signed("GET", "account")
    assert client.last.status == status


def test_accounts_see_their_own_orders_only(client: Client) -> None:
    key, _ = client.venue.accounts.add_key("bob", name="other")
    client.venue.exchange.open_account("bob")
    placed = client.order(**{**ORDER})
    bob = Client(client.api, client.clock, key)
    assert bob.signed("GET", "openOrders") == []
    assert bob.signed("GET", "order", symbol="BTCUSDT", orderId=placed["orderId"])["code"] == -2013
    assert bob.signed("DELETE", "order", symbol="BTCUSDT", orderId=placed["orderId"])["code"] == -2011
    assert len(client.signed("GET", "openOrders")) == 1


def test_a_revoked_key_is_rejected(client: Client) -> None:
    client.venue.accounts.remove_key(client.key.api_key)
    assert client.signed("GET", "account") == REJECTED


def test_public_calls_need_no_key_and_take_any(client: Client) -> None:
    assert client.ask("GET", "/api/v3/ping", x_mbx_apikey="nobody").status == 200
