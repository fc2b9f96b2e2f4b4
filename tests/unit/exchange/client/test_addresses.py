"""Other addresses: what a configuration may say, and where every request then goes."""

from __future__ import annotations

import asyncio
import re

import pytest

from btbot.errors import ConfigError
from btbot.exchange.addresses import Addresses, addresses
from btbot.exchange.ccxt_client import CcxtClient
from btbot.exchange.opening import open_client


@pytest.mark.parametrize(
    ("urls", "found"),
    [
        (None, Addresses()),
        ({}, Addresses()),
        ({"rest": "https://a.b/x/"}, Addresses("https://a.b/x", "wss://a.b/x")),
        ({"rest": "http://[::1]:9", "ws": "ws://c:1/"}, Addresses("http://[::1]:9", "ws://c:1")),
        ({"api": "https://a"}, Addresses(api="https://a")),
        (
            {"api": {"public": "https://a", "ws": {"spot": "wss://b"}}},
            Addresses(api={"public": "https://a", "ws": {"spot": "wss://b"}}),
        ),
    ],
)
def test_what_is_allowed(urls, found):
    assert addresses(urls) == found


@pytest.mark.parametrize(
    ("urls", "message"),
    [
        ({"rst": "http://a"}, "exchange.urls.rst: is not a key; allowed are rest, ws, api; did you mean 'rest'?"),
        ({"rest": "127.0.0.1:9001"}, "exchange.urls.rest: must be an address such as http://127.0.0.1:9001, was '127.0.0.1:9001'"),
        ({"rest": 9001}, "exchange.urls.rest: must be an address such as http://127.0.0.1:9001, was 9001"),
        ({"rest": "ws://a"}, "exchange.urls.rest: must be an address such as http://127.0.0.1:9001, was 'ws://a'"),
        ({"rest": "http://"}, "exchange.urls.rest: must be an address such as http://127.0.0.1:9001, was 'http://'"),
        ({"rest": "http://a:99999"}, "exchange.urls.rest: must be an address such as http://127.0.0.1:9001, was 'http://a:99999'"),
        ({"rest": "http://a b"}, "exchange.urls.rest: must be an address such as http://127.0.0.1:9001, was 'http://a b'"),
        ({"rest": "http://a", "ws": "http://a"}, "exchange.urls.ws: must be an address such as ws://127.0.0.1:9001, was 'http://a'"),
        ({"rest": "http://me:word@a b"}, "exchange.urls.rest: must be an address such as http://127.0.0.1:9001"),
        ({"rest": "http://a?x=1"}, "exchange.urls.rest: must be an address without '?' or '#', was 'http://a?x=1'"),
        ({"ws": "ws://a"}, "exchange.urls.ws: must stand beside rest, the address of the same server for requests"),
        ({"api": {"public": {"x": "a"}}}, "exchange.urls.api.public.x: must be an address such as https://127.0.0.1:9001, was 'a'"),
    ],
)  # fmt: skip
def test_what_is_not(urls, message):
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        addresses(urls)


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("binnance", {}, "exchange 'binnance' is not known; allowed are the "),
        ("yfinanse", {}, "exchange 'yfinanse' is not known; allowed are the "),
        ("kraken", {"market": "perpetual"}, "kraken has no perpetual markets in ccxt; did you mean the exchange 'krakenfutures'?"),
        ("bitbank", {"market": "perpetual"}, "bitbank has no perpetual markets in ccxt"),
        ("binance", {"market": "futures"}, "market 'futures' is not known; allowed are spot and perpetual"),
        ("bitflyer", {}, "bitflyer gives no candles through ccxt; ask another exchange"),
        ("kraken", {"urls": {"api": "http://a"}}, "exchange.urls.api: must be a mapping with private, public, zendesk for kraken"),
        ("kraken", {"urls": {"api": {"pubic": "http://a"}}}, "exchange.urls.api.pubic: kraken has no such address; it has private, public, zendesk; did you mean 'public'?"),
        ("kraken", {"urls": {"rest": "x"}}, "exchange.urls.rest: must be an address such as http://127.0.0.1:9001, was 'x'"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened(name, more, message):
    with pytest.raises(ConfigError) as caught:
        open_client(name, **more)
    assert str(caught.value).startswith(message)


def test_near_names_are_told():
    with pytest.raises(ConfigError, match="did you mean 'binance'"):
        open_client("binnance")
    with pytest.raises(ConfigError, match="did you mean 'yfinance'"):
        open_client("yfinanse")


def texts(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_every_exchange_can_be_moved_as_a_whole(step):
    """No request to the real exchange can leave by mistake, whichever it is."""
    import ccxt.async_support

    async def main():
        moved = 0
        for name in ccxt.async_support.exchanges[::step]:
            for market in ("spot", "perpetual"):
                try:
                    client = CcxtClient(name, market=market, urls={"rest": "http://127.0.0.1:9"})
                except ConfigError:
                    continue
                assert all("127.0.0.1" in one for one in texts(client._exchange.urls["api"])), name
                assert await client.timeframes(), name
                assert 10 <= client.candle_limit((await client.timeframes())[0]) <= 5_000, name
                moved += 1
        return moved

    assert asyncio.run(main()) > 100 / step


def test_a_part_of_the_addresses_can_be_replaced():
    async def main():
        client = CcxtClient("kraken", urls={"api": {"public": "http://127.0.0.1:9"}})
        return client._exchange.urls["api"]

    found = asyncio.run(main())
    assert found["public"] == "http://127.0.0.1:9"
    assert found["private"] == "https://api.kraken.com"


@pytest.mark.parametrize(("urls", "proxied"), [(None, True), ({"rest": "http://127.0.0.1:9"}, False)])
def test_a_proxy_of_the_environment_is_for_the_real_exchange_alone(urls, proxied):
    async def main():
        return CcxtClient("kraken", urls=urls)._exchange.aiohttp_trust_env

    assert asyncio.run(main()) is proxied
