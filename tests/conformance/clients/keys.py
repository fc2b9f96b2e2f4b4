"""RSA and Ed25519 keys, as ccxt signs with them: ``"config"`` has the private key for its secret."""

from __future__ import annotations

import asyncio
from typing import Any

import ccxt
import ccxt.pro
from checks import Checks, refused, settings

SETTINGS = settings()
SYMBOL = SETTINGS["symbol"]
check = Checks("ccxt keys")


@check
def balance(x: Any) -> None:
    assert x.fetch_balance()["USDT"]["total"] > 0


@check
def orders(x: Any) -> None:
    x.load_markets()
    price = float(x.price_to_precision(SYMBOL, x.fetch_ticker(SYMBOL)["last"] * 0.9))
    order = x.create_order(SYMBOL, "limit", "buy", 0.01, price)
    assert x.cancel_order(order["id"], SYMBOL)["status"] == "canceled"


@check
def a_changed_byte_is_refused(x: Any) -> None:
    signed = x.sign("account", ["private"], "GET", {})
    at = signed["url"].index("recvWindow=") + len("recvWindow=")
    changed = signed["url"][:at] + "1" + signed["url"][at:]
    with refused(ccxt.BaseError, saying="-1022"):
        x.fetch(changed, "GET", signed["headers"])


@check
async def user_events(_: Any) -> None:
    stream = ccxt.pro.binance(SETTINGS["config"])
    try:
        await stream.load_markets()
        await asyncio.wait_for(stream.authenticate(), 10)
        watch = asyncio.ensure_future(stream.watch_orders(SYMBOL))
        price = float(stream.price_to_precision(SYMBOL, (await stream.fetch_ticker(SYMBOL))["last"] * 0.9))
        order = await stream.create_order(SYMBOL, "limit", "buy", 0.01, price)
        assert (await asyncio.wait_for(watch, 10))[-1]["id"] == order["id"]
        await stream.cancel_order(order["id"], SYMBOL)
    finally:
        await stream.close()


async def main() -> None:
    await check.run_async(ccxt.binance(SETTINGS["config"]))


asyncio.run(main())
