"""No request of a client that is set up for a local exchange can leave this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from btbot.exchange.ccxt_settings import NOWHERE, name_errors, settings

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")
pro = pytest.importorskip("ccxt.pro", reason="ccxt.pro is not installed")


def addresses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for entry in value.values():
            yield from addresses(entry)
    else:
        yield value


@pytest.mark.parametrize("kind", [ccxt.binance, pro.binance], ids=["sync", "pro"])
def test_every_address_is_on_loopback(kind: Any) -> None:
    exchange = kind(settings("http://127.0.0.1:9001", "ws://127.0.0.1:9001"))
    assert {url for url in addresses(exchange.urls["api"]) if "127.0.0.1" not in url} == set()


def test_what_is_not_served_goes_to_a_closed_port() -> None:
    exchange = ccxt.binance(settings("http://127.0.0.1:9001", "ws://127.0.0.1:9001"))
    assert exchange.urls["api"]["papi"] == NOWHERE


def test_options_and_further_keys_are_merged() -> None:
    given = settings("http://h", "ws://h", key="k", secret="s", timeout=7, options={"recvWindow": 1000})
    assert given["timeout"] == 7
    assert (given["apiKey"], given["secret"]) == ("k", "s")
    assert given["options"]["recvWindow"] == 1000
    assert given["options"]["createOrder"] == {"quoteOrderQty": False}


def test_codes_have_the_classes_of_the_real_exchange() -> None:
    exchange = name_errors(ccxt.binance(settings("http://h", "ws://h")))
    real = ccxt.binance()
    assert exchange.exceptions["exact"]["-1008"] is real.exceptions["spot"]["exact"]["-1008"]
    assert "-1008" not in real.exceptions["exact"]  # instances share nothing
