"""ccxt.pro's streams, user events and orders over WebSockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import ccxt.pro
from checks import Checks, increasing, refused, settings

SETTINGS = settings()
SYMBOL = SETTINGS["symbol"]
BASE, QUOTE = SYMBOL.split("/")
check = Checks("ccxt pro")


class Prices:
    """Prices and sizes near the market."""

    def __init__(self, exchange: Any, price: float) -> None:
        self.exchange = exchange
        self.price = price

    def away(self, share: float) -> float:
        return float(self.exchange.price_to_precision(SYMBOL, self.price * (1 + share)))

    def size(self, money: float = 100.0) -> float:
        return float(self.exchange.amount_to_precision(SYMBOL, money / self.price))


async def soon(awaitable: Awaitable[Any], seconds: float = 10.0) -> Any:
    return await asyncio.wait_for(awaitable, seconds)


async def until(watch: Callable[[], Awaitable[Any]], found: Callable[[Any], Any], seconds: float = 10.0) -> Any:
    """Watch until something is seen."""
    end = time.monotonic() + seconds
    while True:
        seen = await soon(watch(), max(0.1, end - time.monotonic()))
        if result := found(seen):
            return result


async def watching(x: Any, deed: Callable[[], Awaitable[Any]], status: str) -> tuple[Any, Any]:
    """Do something and see its order come to a status in what ccxt keeps of the stream.

    An event that comes while nobody waits wakes nobody later: so somebody waits all the time.
    """

    async def forever() -> None:
        while True:
            await x.watch_orders(SYMBOL)

    watch = asyncio.ensure_future(forever())
    try:
        await asyncio.sleep(0)
        order = await deed()
        end = time.monotonic() + 10
        while not (found := _by_id(x.orders or [], order["id"], status)):
            assert time.monotonic() < end, f"no event: {status}"
            await asyncio.sleep(0.01)
        return order, found
    finally:
        watch.cancel()


@check
async def load_markets(x: Any, p: Prices) -> None:
    assert (await x.load_markets())[SYMBOL]["id"] == SYMBOL.replace("/", "")
    p.price = float((await x.fetch_ticker(SYMBOL))["last"])


@check
async def watch_trades(x: Any, p: Prices) -> None:
    trades = await soon(x.watch_trades(SYMBOL))
    assert trades[-1]["symbol"] == SYMBOL
    assert trades[-1]["amount"] > 0
    more = await soon(x.watch_trades_for_symbols([SYMBOL]))
    assert more[-1]["price"] > 0


@check
async def watch_ohlcv(x: Any, p: Prices) -> None:
    rows = await soon(x.watch_ohlcv(SYMBOL, "1s"))
    assert rows[-1][0] % 1000 == 0
    later, *others = await asyncio.gather(
        until(lambda: x.watch_ohlcv(SYMBOL, "1s"), lambda seen: seen[-1][0] > rows[-1][0] and seen),
        soon(x.watch_ohlcv(SYMBOL, "1m")),
        soon(x.watch_ohlcv_for_symbols([[SYMBOL, "5m"]])),
    )
    assert increasing([row[0] for row in later])
    assert all(others)


@check
async def watch_order_book(x: Any, p: Prices) -> None:
    first = (await soon(x.watch_order_book(SYMBOL)))["nonce"]
    for _ in range(5):
        book = await soon(x.watch_order_book(SYMBOL))
        assert book["bids"][0][0] < book["asks"][0][0]
        assert increasing([price for price, *_ in book["asks"]])
    assert book["nonce"] > first
    assert (await soon(x.watch_order_book_for_symbols([SYMBOL])))["bids"]


@check
async def the_streamed_book_is_the_book(x: Any, p: Prices) -> None:
    """What ccxt keeps by the differences equals a snapshot of the same update."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        snapshot = await x.fetch_order_book(SYMBOL, 20)
        kept = x.orderbooks[SYMBOL]
        for _ in range(20):
            if kept["nonce"] >= snapshot["nonce"]:
                break
            await soon(x.watch_order_book(SYMBOL))
        if kept["nonce"] == snapshot["nonce"]:
            assert [entry[:2] for entry in kept["bids"][:20]] == snapshot["bids"]
            assert [entry[:2] for entry in kept["asks"][:20]] == snapshot["asks"]
            return
    raise AssertionError("never met a snapshot of the same update")


@check
async def watch_tickers(x: Any, p: Prices) -> None:
    one, some, small, bids = await asyncio.gather(
        soon(x.watch_ticker(SYMBOL)),
        soon(x.watch_tickers([SYMBOL])),
        soon(x.watch_tickers([SYMBOL], {"name": "miniTicker"})),
        soon(x.watch_bids_asks([SYMBOL])),
    )
    assert one["last"] > 0
    assert some[SYMBOL]["last"] > 0
    assert small[SYMBOL]["close"] > 0
    assert 0 < bids[SYMBOL]["bid"] < bids[SYMBOL]["ask"]


@check
async def unwatch(x: Any, p: Prices) -> None:
    await soon(x.un_watch_trades(SYMBOL))
    await soon(x.un_watch_ohlcv(SYMBOL, "1m"))
    await soon(x.watch_trades(SYMBOL))


@check
async def user_events_of_a_limit_order(x: Any, p: Prices) -> None:
    await soon(x.authenticate())
    waiting = asyncio.ensure_future(x.watch_orders(SYMBOL))
    await asyncio.sleep(0.05)
    order = await x.create_order(SYMBOL, "limit", "buy", p.size(), p.away(-0.1))
    seen = (await soon(waiting))[-1]
    assert (seen["id"], seen["clientOrderId"], seen["status"]) == (order["id"], order["clientOrderId"], "open")
    assert seen["price"] == p.away(-0.1)
    assert seen["amount"] == p.size()
    _, gone = await watching(x, lambda: x.cancel_order(order["id"], SYMBOL), "canceled")
    assert gone["clientOrderId"] == order["clientOrderId"]


@check
async def user_events_of_a_trade(x: Any, p: Prices) -> None:
    await x.fetch_balance()
    before = (await x.fetch_balance())[BASE]["total"]
    waiting_balance = asyncio.ensure_future(x.watch_balance())
    waiting_trade = asyncio.ensure_future(x.watch_my_trades(SYMBOL))
    await asyncio.sleep(0.05)
    order, seen = await watching(x, lambda: x.create_order(SYMBOL, "market", "buy", p.size()), "closed")
    assert seen["filled"] == order["filled"]
    trades = await soon(waiting_trade)
    assert {trade["order"] for trade in trades} >= {order["id"]}
    assert trades[-1]["fee"]["cost"] > 0
    await soon(waiting_balance)
    deadline = time.monotonic() + 5
    while abs(x.balance["spot"][BASE]["total"] - before) < 1e-12 and time.monotonic() < deadline:
        await soon(x.watch_balance())
    truth = await x.fetch_balance()
    assert x.balance["spot"][BASE]["total"] == truth[BASE]["total"]
    assert x.balance["spot"][QUOTE]["total"] == truth[QUOTE]["total"]
    await x.create_order(SYMBOL, "market", "sell", p.size())


@check
async def user_events_of_a_stop(x: Any, p: Prices) -> None:
    stop = {"stopLossPrice": p.away(-0.1)}
    order, seen = await watching(x, lambda: x.create_order(SYMBOL, "market", "sell", p.size(), None, stop), "open")
    assert seen["triggerPrice"] == p.away(-0.1)
    await watching(x, lambda: x.cancel_order(order["id"], SYMBOL), "canceled")


@check
async def orders_over_websocket(x: Any, p: Prices) -> None:
    order = await soon(x.create_order_ws(SYMBOL, "limit", "buy", p.size(), p.away(-0.1)))
    assert order["status"] == "open"
    assert (await soon(x.fetch_order_ws(order["id"], SYMBOL)))["id"] == order["id"]
    assert order["id"] in {entry["id"] for entry in await soon(x.fetch_open_orders_ws(SYMBOL))}
    edited = await soon(x.edit_order_ws(order["id"], SYMBOL, "limit", "buy", p.size(), p.away(-0.12)))
    assert edited["price"] == p.away(-0.12)
    gone = await soon(x.cancel_order_ws(edited["id"], SYMBOL))
    assert gone["status"] == "canceled"
    await soon(x.create_order_ws(SYMBOL, "limit", "buy", p.size(), p.away(-0.1)))
    assert await soon(x.cancel_all_orders_ws(SYMBOL))
    bought = await soon(x.create_order_ws(SYMBOL, "market", "buy", p.size()))
    assert bought["status"] == "closed"
    assert bought["id"] in {trade["order"] for trade in await soon(x.fetch_my_trades_ws(SYMBOL))}
    assert await soon(x.fetch_orders_ws(SYMBOL))
    await soon(x.create_order_ws(SYMBOL, "market", "sell", p.size()))


@check
async def data_over_websocket(x: Any, p: Prices) -> None:
    balances = (await soon(x.fetch_balance_ws()))["info"]["balances"]  # ccxt 4.5.90 parses none of them
    assert {entry["asset"] for entry in balances} >= {BASE, QUOTE}
    assert len(await soon(x.fetch_ohlcv_ws(SYMBOL, "1m", None, 3))) == 3
    assert await soon(x.fetch_trades_ws(SYMBOL, None, 3))


@check
async def refusals_over_websocket(x: Any, p: Prices) -> None:
    with refused(ccxt.InsufficientFunds):
        await soon(x.create_order_ws(SYMBOL, "limit", "buy", p.size(5e6), p.away(-0.1)))
    with refused(ccxt.OrderNotFound):
        await soon(x.cancel_order_ws("999999999", SYMBOL))


@check
async def nothing_left(x: Any, p: Prices) -> None:
    assert await x.fetch_open_orders(SYMBOL) == []


def _by_id(orders: list[dict[str, Any]], number: str, status: str) -> dict[str, Any] | None:
    return next((order for order in orders if order["id"] == number and order["status"] == status), None)


async def main() -> None:
    exchange = ccxt.pro.binance(SETTINGS["config"])
    exchange.exceptions["exact"] = {**exchange.exceptions["exact"], **exchange.exceptions["spot"]["exact"]}
    try:
        await check.run_async(exchange, Prices(exchange, 0.0))
    finally:
        await exchange.close()


if __name__ == "__main__":
    asyncio.run(main())
