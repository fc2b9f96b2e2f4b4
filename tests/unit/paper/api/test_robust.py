"""Whatever is sent, the answer is one of Binance's: never an exception."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any
from urllib.parse import quote_plus

import pytest
from api_client import Client, make, symbol

from btbot.paper.api import Limits, Result
from btbot.paper.api.endpoint import Endpoint
from btbot.paper.api.registry import METHODS, REST
from btbot.paper.wire import Request

WEIRD = (
    "", "0", "-1", "1e5", "NaN", "null", "true", "[]", '["BTCUSDT"]', "{}", "BTCUSDT", "ETHBTC", "btcusdt", "١٢٣", "１",
    "9" * 20, "9" * 400, "0." + "0" * 30, "1.23456789", "%00", "a=b&c", "\x00", "漢字", "LIMIT", "MARKET", "STOP_LOSS",
    "BUY", "SELL", "GTC", "IOC", "1m", "1M", "15", "0.1", "20000", "25000", "1700000000000", "TRADING", "FULL",
)  # fmt: skip
LIKELY = {
    "symbol": ("BTCUSDT", "ETHBTC"), "side": ("BUY", "SELL"), "interval": ("1m", "1h", "1M"), "limit": ("1", "1000"),
    "type": ("LIMIT", "MARKET", "STOP_LOSS", "TAKE_PROFIT_LIMIT", "LIMIT_MAKER"), "timeInForce": ("GTC", "IOC", "FOK"),
    "quantity": ("0.1", "1", "0.001"), "price": ("20000", "19000.5", "21000"), "stopPrice": ("19000", "21000"),
    "orderId": ("1", "2", "3"), "orderListId": ("0", "1"), "newQty": ("0.05", "0.5"),
}  # fmt: skip


def text_for(name: str, rng: random.Random) -> str:
    likely = next((texts for key, texts in LIKELY.items() if name.lower().endswith(key.lower())), ())
    return rng.choice(likely) if likely and rng.random() < 0.85 else rng.choice(WEIRD)


def params_for(endpoint: Endpoint, rng: random.Random) -> dict[str, str]:
    names = [name for name in endpoint.required if rng.random() < 0.97]
    names += [name for name in endpoint.takes if name not in endpoint.required and rng.random() < 0.15]
    if rng.random() < 0.05:
        names.append(rng.choice(("surprise", "timestamp", "a b", "")))
    return {name: text_for(name, rng) for name in names}


def market() -> Client:
    client = make(Limits(10**9, 10**9, 10**9, 10**9), (symbol(max_algo_orders=0), symbol("ETHBTC", "ETH", "BTC")))
    for step in range(1, 50):
        client.venue.exchange.supply("BTCUSDT", "SELL", (20000 + step) * 10**8, 10**8, 0)
        client.venue.exchange.supply("BTCUSDT", "BUY", (20000 - step) * 10**8, 10**8, 0)
    client.trade("20000", "1")
    return client


def check_error(body: Any) -> None:
    assert isinstance(body["code"], int)
    assert -3000 < body["code"] <= -1000
    assert isinstance(body["msg"], str)


@pytest.mark.parametrize("seed", range(3))
def test_any_rest_request_is_answered(seed: int) -> None:
    rng = random.Random(seed)
    client = market()
    served = dict.fromkeys(REST, 0)
    for _ in range(1200):
        (verb, path), endpoint = rng.choice(list(REST.items()))
        params = params_for(endpoint, rng)
        if endpoint.security == "NONE":
            text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in params.items())
        else:
            text = client.sign(dict(params))
        reply = client.ask(
            verb, path, *(("", text) if verb in ("POST", "PUT") else (text,)), x_mbx_apikey=client.key.api_key
        )
        body = json.loads(reply.body)
        if reply.status == 200:
            served[verb, path] += 1
        else:
            assert reply.status in (400, 401, 409)
            check_error(body)
        if rng.random() < 0.1:
            client.sweep(rng.choice(("BUY", "SELL")), str(rng.randint(19000, 21000)), "0.5")
            client.wait(rng.randint(0, 100_000))
    assert sum(count > 0 for count in served.values()) > len(served) * 0.65
    assert not any(client.venue.exchange.ledger.totals().values())


@pytest.mark.parametrize("seed", range(3))
def test_any_frame_is_answered(seed: int) -> None:
    rng = random.Random(seed)
    client = market()
    values = (*WEIRD, None, True, 1, 0.1, 1e300, -5, [], ["BTCUSDT"], {"a": 1})

    def encode(result: Result) -> bytes:
        return json.dumps({"status": result.status, "body": result.body, "limits": result.rate_limits}).encode()

    async def run() -> None:
        for _ in range(1200):
            method, endpoint = rng.choice(list(METHODS.items()))
            params: dict[str, object] = dict(params_for(endpoint, rng))
            if rng.random() < 0.3 and params:
                params[rng.choice(list(params))] = rng.choice(values)
            if endpoint.security != "NONE" and rng.random() < 0.95:
                params["timestamp"] = client.clock.now_ms()
            key = client.key if rng.random() < 0.9 else None
            reply = await client.api.answer(method, params, encode, ip="1.2.3.4", key=key)
            body = json.loads(reply.body)
            assert body["limits"][-1]["rateLimitType"] == "REQUEST_WEIGHT"
            if body["status"] != 200:
                check_error(body["body"])

    asyncio.run(run())


@pytest.mark.parametrize(
    "query", ["&&&", "=", "=&=", "a", "%", "%zz=%zz", "\ud800=1", "x=" + "y" * 100_000, "+", "?a=b#c"]
)
def test_queries_that_make_no_sense(client: Client, query: str) -> None:
    for path in ("/api/v3/ping", "/api/v3/account", "/api/v3/exchangeInfo"):
        request = Request("GET", path, query, headers={"x-mbx-apikey": client.key.api_key})
        reply = asyncio.run(client.api.handle(request))
        assert reply.status in (200, 400)
        assert json.loads(reply.body) is not None


def test_a_key_of_an_account_that_was_never_opened(client: Client) -> None:
    key, _ = client.venue.accounts.add_key("carol")
    carol = Client(client.api, client.clock, key)
    assert carol.signed("GET", "account", omitZeroBalances="true")["balances"] == []
    assert carol.signed("GET", "openOrders") == carol.signed("GET", "allOrderList") == []
    assert carol.signed("GET", "myTrades", symbol="BTCUSDT") == []
    assert carol.signed("DELETE", "openOrders", symbol="BTCUSDT")["code"] == -2011
    assert carol.limit("BUY", "1", "100")["code"] == -2010
