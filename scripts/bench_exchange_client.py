"""A client of the paper exchange in a process of its own.

Arguments: WHAT REST WS KEYS SECONDS CONNECTIONS.
WHAT is `raw` (aiohttp, signed requests), `ccxt` (ccxt.async_support) or `frames` (reads WebSocket streams).
Prints one line of JSON: numbers a second, round trips, seconds of processor time.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

SYMBOL, PAIR, PRICE = "BTCUSDT", "BTC/USDT", 30_000
MOST_OPEN = 100  # of the 200 that the symbol allows an account
Deed = Callable[[], Awaitable[Any]]


class Trader:
    """Places, cancels and takes like the stream of the matching's benchmark: 60 %, 30 %, 10 %.

    Parameters
    ----------
    place, market, cancel
        Each does one request; `place` returns the id of the order if it is open.
    clear
        Cancels all that is open.
    """

    def __init__(self, place: Any, market: Any, cancel: Any, clear: Any, seed: int) -> None:
        self.deeds = place, market, cancel
        self.clear = clear
        self.random = random.Random(seed)
        self.open: list[int] = []
        self.times: list[float] = []
        self.refused = 0

    async def run(self, until: float) -> None:
        while time.perf_counter() < until:
            begun = time.perf_counter()
            await self.once()
            self.times.append(time.perf_counter() - begun)

    async def once(self) -> None:
        place, market, cancel = self.deeds
        kind = self.random.random()
        side = self.random.choice(("BUY", "SELL"))
        if kind > 0.9:
            await self.counted(market(side))
        elif self.open and (kind > 0.6 or len(self.open) >= MOST_OPEN):
            await self.counted(cancel(self.open.pop(self.random.randrange(len(self.open)))))
        else:
            away = self.random.randint(-2, 100) / 100
            order = await self.counted(place(side, PRICE + (-away if side == "BUY" else away)))
            if order is not None:
                self.open.append(order)

    async def counted(self, request: Awaitable[int | None]) -> int | None:
        try:
            return await request
        except LookupError:  # the order was filled before it was cancelled
            self.refused += 1
            return None


def signed(params: str, secret: bytes) -> str:
    query = f"{params}&recvWindow=60000&timestamp={time.time_ns() // 1_000_000}"
    return f"{query}&signature={hmac.new(secret, query.encode(), hashlib.sha256).hexdigest()}"


def raw(session: aiohttp.ClientSession, rest: str, key: dict[str, str], seed: int) -> Trader:
    """Return a trader over plain signed requests."""
    headers = {"X-MBX-APIKEY": key["api_key"]}
    secret = key["secret"].encode()
    url = f"{rest}/api/v3/order"

    async def send(method: str, params: str) -> dict[str, Any]:
        async with session.request(method, f"{url}?{signed(params, secret)}", headers=headers) as response:
            answer: dict[str, Any] = await response.json()
        if answer.get("code") in (-2011, -2010):
            raise LookupError(answer["msg"])
        if response.status != 200:
            raise RuntimeError(answer)
        return answer

    async def place(side: str, price: float) -> int | None:
        params = f"symbol={SYMBOL}&side={side}&type=LIMIT&timeInForce=GTC&quantity=0.01&price={price:.2f}"
        answer = await send("POST", params)
        return answer["orderId"] if answer["status"] in ("NEW", "PARTIALLY_FILLED") else None

    async def market(side: str) -> None:
        await send("POST", f"symbol={SYMBOL}&side={side}&type=MARKET&quantity=0.01")

    async def cancel(order: int) -> None:
        await send("DELETE", f"symbol={SYMBOL}&orderId={order}")

    async def clear() -> None:
        async with session.delete(
            f"{rest}/api/v3/openOrders?{signed(f'symbol={SYMBOL}', secret)}", headers=headers
        ) as response:
            await response.read()

    return Trader(place, market, cancel, clear, seed)


def by_ccxt(exchange: Any, seed: int) -> Trader:
    """Return a trader that is ccxt."""
    import ccxt

    async def place(side: str, price: float) -> str | None:
        order = await exchange.create_order(PAIR, "limit", side.lower(), 0.01, price)
        return order["id"] if order["status"] == "open" else None

    async def market(side: str) -> None:
        await exchange.create_order(PAIR, "market", side.lower(), 0.01)

    async def cancel(order: str) -> None:
        try:
            await exchange.cancel_order(order, PAIR)
        except ccxt.OrderNotFound as error:
            raise LookupError(str(error)) from error

    async def clear() -> None:
        with contextlib.suppress(ccxt.OrderNotFound):
            await exchange.cancel_all_orders(PAIR)

    return Trader(place, market, cancel, clear, seed)


async def trade(traders: list[Trader], seconds: float) -> dict[str, Any]:
    """Warm up, then let all traders work at once and give what they did."""
    await asyncio.gather(*(trader.clear() for trader in traders))
    await asyncio.gather(*(trader.run(time.perf_counter() + 0.5) for trader in traders))
    for trader in traders:
        trader.times.clear()
    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(trader.run(begun + seconds) for trader in traders))
    passed = time.perf_counter() - begun
    times = sorted(one for trader in traders for one in trader.times)
    return {
        "orders_per_second": len(times) / passed,
        "orders": len(times),
        "seconds": passed,
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[len(times) * 99 // 100],
        "client_cpu": (time.process_time() - cpu) / passed,
        "refused": sum(trader.refused for trader in traders),
    }


async def frames(ws: str, seconds: float, connections: int) -> dict[str, Any]:
    """Read trades, best prices and depth on many sockets and count."""
    streams = "/".join(f"{SYMBOL.lower()}@{name}" for name in ("trade", "bookTicker", "depth@100ms"))
    counts = [0, 0]

    async def read(session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(f"{ws}/stream?streams={streams}", autoping=True) as socket:
            async for message in socket:
                counts[0] += 1
                counts[1] += len(message.data)

    async with aiohttp.ClientSession() as session:
        tasks = [asyncio.ensure_future(read(session)) for _ in range(connections)]
        await asyncio.sleep(1.0)
        counts[:] = [0, 0]
        begun, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        passed = time.perf_counter() - begun
        found = {
            "frames_per_second": counts[0] / passed,
            "megabytes_per_second": counts[1] / passed / 1e6,
            "client_cpu": (time.process_time() - cpu) / passed,
        }
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found


async def main(what: str, rest: str, ws: str, keys: str, seconds: str, connections: str) -> dict[str, Any]:
    count = int(connections)
    if what == "frames":
        return await frames(ws, float(seconds), count)
    accounts = json.loads(Path(keys).read_text())["accounts"]
    own = [accounts[f"trader{number}"]["keys"][0] for number in range(count)]
    if what == "raw":
        connector = aiohttp.TCPConnector(limit=count)
        async with aiohttp.ClientSession(connector=connector) as session:
            return await trade([raw(session, rest, key, seed) for seed, key in enumerate(own)], float(seconds))
    import ccxt.async_support

    from btbot.exchange.ccxt_settings import settings

    exchanges = [
        ccxt.async_support.binance(settings(rest, ws, key=key["api_key"], secret=key["secret"], enableRateLimit=False))
        for key in own
    ]
    try:
        await exchanges[0].load_markets()
        for one in exchanges[1:]:
            one.set_markets(exchanges[0].markets, exchanges[0].currencies)
        return await trade([by_ccxt(one, seed) for seed, one in enumerate(exchanges)], float(seconds))
    finally:
        for one in exchanges:
            await one.close()


if __name__ == "__main__":
    sys.path.insert(1, str(Path(__file__).resolve().parent.parent))
    try:
        import uvloop

        print(json.dumps(uvloop.run(main(*sys.argv[1:]))))
    except ImportError:
        print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
