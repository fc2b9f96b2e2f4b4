"""python-binance: REST, order lists, ws-api orders, market streams and user events."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from binance import AsyncClient, BinanceSocketManager, Client, DepthCacheManager
from binance.exceptions import BinanceAPIException
from binance.ws.reconnecting_websocket import ReconnectingWebsocket
from checks import Checks, increasing, refused, settings

SETTINGS = settings()
ID = SETTINGS["symbol"].replace("/", "")
BASE, QUOTE = SETTINGS["symbol"].split("/")
check = Checks("python-binance")
ReconnectingWebsocket.TIMEOUT = 0.5  # it closes a quiet connection only after waiting that long


class Addresses:
    """The attributes in which the client keeps the addresses of the exchange."""

    API_URL = SETTINGS["rest"] + "/api"
    MARGIN_API_URL = SETTINGS["rest"] + "/sapi"
    WS_API_URL = SETTINGS["ws"] + "/ws-api/v3"


class Here(Addresses, Client):
    pass


class HereAsync(Addresses, AsyncClient):
    pass


class Sockets(BinanceSocketManager):
    STREAM_URL = SETTINGS["ws"] + "/"


class State:
    """Both clients, the prices, and texts of numbers as the exchange wants them."""

    def __init__(self) -> None:
        self.rest = Here(SETTINGS["key"], SETTINGS["secret"])
        self.price = 0.0
        self.tick = self.step = 8

    def text(self, share: float) -> str:
        return f"{self.price * (1 + share):.{self.tick}f}"

    def size(self, money: float = 100.0) -> str:
        return f"{money / self.price:.{self.step}f}"


def digits(text: str) -> int:
    return len(text.rstrip("0").partition(".")[2])


@check
def load_markets(s: State) -> None:
    s.rest.ping()
    assert abs(s.rest.get_server_time()["serverTime"] - time.time() * 1000) < 2000
    info = s.rest.get_symbol_info(ID)
    assert info["baseAsset"] == BASE
    found = {entry["filterType"]: entry for entry in info["filters"]}
    s.tick = digits(found["PRICE_FILTER"]["tickSize"])
    s.step = digits(found["LOT_SIZE"]["stepSize"])
    s.price = float(s.rest.get_symbol_ticker(symbol=ID)["price"])
    assert ID in {entry["symbol"] for entry in s.rest.get_all_tickers()}


@check
def candles(s: State) -> None:
    rows = s.rest.get_klines(symbol=ID, interval="1m", limit=30)
    assert len(rows[0]) == 12
    assert increasing([row[0] for row in rows])
    assert next(s.rest.get_historical_klines_generator(ID, "1m", rows[0][0]))[0] == rows[0][0]


@check
def book_and_tickers(s: State) -> None:
    book = s.rest.get_order_book(symbol=ID, limit=50)
    assert float(book["bids"][0][0]) < float(book["asks"][0][0])
    assert float(s.rest.get_ticker(symbol=ID)["lastPrice"]) > 0
    assert float(s.rest.get_orderbook_ticker(symbol=ID)["askPrice"]) > 0
    assert float(s.rest.get_avg_price(symbol=ID)["price"]) > 0
    assert s.rest.get_recent_trades(symbol=ID)
    assert s.rest.get_aggregate_trades(symbol=ID)
    assert s.rest.get_historical_trades(symbol=ID)


@check
def balance(s: State) -> None:
    assert float(s.rest.get_asset_balance(QUOTE)["free"]) > 0
    assert s.rest.get_account()["canTrade"]
    assert s.rest.get_account_api_permissions()["enableReading"]
    assert s.rest.v3_get_account_commission(symbol=ID)["symbol"] == ID


@check
def all_order_types(s: State) -> None:
    cases: list[tuple[str, str, dict[str, str]]] = [
        ("LIMIT", "BUY", {"price": s.text(-0.1), "timeInForce": "GTC"}),
        ("LIMIT_MAKER", "BUY", {"price": s.text(-0.1)}),
        ("STOP_LOSS", "SELL", {"stopPrice": s.text(-0.1)}),
        ("STOP_LOSS_LIMIT", "SELL", {"stopPrice": s.text(-0.1), "price": s.text(-0.11), "timeInForce": "GTC"}),
        ("TAKE_PROFIT", "SELL", {"stopPrice": s.text(0.1)}),
        ("TAKE_PROFIT_LIMIT", "SELL", {"stopPrice": s.text(0.1), "price": s.text(0.09), "timeInForce": "GTC"}),
        ("STOP_LOSS", "SELL", {"trailingDelta": "300"}),
    ]
    for kind, side, more in cases:
        order = s.rest.create_order(symbol=ID, side=side, type=kind, quantity=s.size(), newOrderRespType="FULL", **more)
        seen = s.rest.get_order(symbol=ID, orderId=order["orderId"])
        assert (seen["status"], seen["type"]) == ("NEW", kind)
        assert order["orderId"] in {entry["orderId"] for entry in s.rest.get_open_orders(symbol=ID)}
        assert s.rest.cancel_order(symbol=ID, orderId=order["orderId"])["status"] == "CANCELED"


@check
def market_orders(s: State) -> None:
    bought = s.rest.order_market_buy(symbol=ID, quantity=s.size())
    assert bought["status"] == "FILLED"
    assert sum(float(fill["qty"]) for fill in bought["fills"]) - float(bought["executedQty"]) < 1e-9
    assert s.rest.order_market_sell(symbol=ID, quantity=s.size())["status"] == "FILLED"
    by_quote = s.rest.create_order(symbol=ID, side="BUY", type="MARKET", quoteOrderQty="50")
    assert float(by_quote["cummulativeQuoteQty"]) <= 50
    assert s.rest.get_my_trades(symbol=ID)[-1]["orderId"] == by_quote["orderId"]
    assert s.rest.get_all_orders(symbol=ID)[-1]["orderId"] == by_quote["orderId"]
    s.rest.create_test_order(symbol=ID, side="BUY", type="MARKET", quantity=s.size())


@check
def order_lists(s: State) -> None:
    made = s.rest.create_oco_order(
        symbol=ID, side="SELL", quantity=s.size(), aboveType="LIMIT_MAKER", abovePrice=s.text(0.1),
        belowType="STOP_LOSS_LIMIT", belowStopPrice=s.text(-0.1), belowPrice=s.text(-0.11), belowTimeInForce="GTC",
    )  # fmt: skip
    assert s.rest.v3_get_order_list(orderListId=made["orderListId"])["listOrderStatus"] == "EXECUTING"
    gone = s.rest.v3_delete_order_list(symbol=ID, orderListId=made["orderListId"])
    assert gone["listStatusType"] == "ALL_DONE"
    working = {
        "symbol": ID, "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": s.text(-0.1),
        "workingQuantity": s.size(), "workingTimeInForce": "GTC", "pendingSide": "SELL", "pendingQuantity": s.size(),
    }  # fmt: skip
    oto = s.rest.v3_post_order_list_oto(**working, pendingType="MARKET")
    assert len(oto["orders"]) == 2
    s.rest.v3_delete_order_list(symbol=ID, orderListId=oto["orderListId"])
    otoco = s.rest.v3_post_order_list_otoco(
        **working, pendingAboveType="LIMIT_MAKER", pendingAbovePrice=s.text(0.1),
        pendingBelowType="STOP_LOSS", pendingBelowStopPrice=s.text(-0.2),
    )  # fmt: skip
    assert len(otoco["orders"]) == 3
    s.rest.v3_delete_order_list(symbol=ID, orderListId=otoco["orderListId"])


@check
def cancel_replace(s: State) -> None:
    first = s.rest.order_limit_buy(symbol=ID, quantity=s.size(), price=s.text(-0.1))
    answer = s.rest.cancel_replace_order(
        symbol=ID, side="BUY", type="LIMIT", cancelReplaceMode="STOP_ON_FAILURE", timeInForce="GTC",
        quantity=s.size(), price=s.text(-0.12), cancelOrderId=first["orderId"],
    )  # fmt: skip
    assert (answer["cancelResult"], answer["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    gone = s.rest.cancel_all_open_orders(symbol=ID)
    assert len(gone) == 1, gone
    assert s.rest.get_open_orders(symbol=ID) == []


@check
def refusals(s: State) -> None:
    with refused(BinanceAPIException, saying="insufficient balance"):
        s.rest.order_limit_buy(symbol=ID, quantity=s.size(5e6), price=s.text(-0.1))
    with refused(BinanceAPIException, saying="Unknown order sent"):
        s.rest.cancel_order(symbol=ID, orderId=999999999)
    with refused(BinanceAPIException, saying="Invalid symbol"):
        s.rest.get_symbol_ticker(symbol="NOSUCHCOIN")


@check
async def market_streams(s: State) -> None:
    client = await HereAsync.create(SETTINGS["key"], SETTINGS["secret"])
    try:
        sockets = Sockets(client)
        await asyncio.gather(
            *(
                comes(made, kind)
                for made, kind in (
                    (sockets.trade_socket(ID), "trade"),
                    (sockets.aggtrade_socket(ID), "aggTrade"),
                    (sockets.kline_socket(ID, "1m"), "kline"),
                    (sockets.depth_socket(ID), "depthUpdate"),
                    (sockets.symbol_miniticker_socket(ID), "24hrMiniTicker"),
                    (sockets.symbol_ticker_socket(ID), "24hrTicker"),
                )
            )
        )
        async with sockets.symbol_book_ticker_socket(ID) as stream:
            assert float((await asyncio.wait_for(stream.recv(), 10))["b"]) > 0
        async with sockets.depth_socket(ID, depth="5") as stream:
            assert len((await asyncio.wait_for(stream.recv(), 10))["bids"]) <= 5
        names = [f"{ID.lower()}@trade", f"{ID.lower()}@kline_1s"]
        async with sockets.multiplex_socket(names) as stream:
            seen = set()
            for _ in range(200):
                seen.add((await asyncio.wait_for(stream.recv(), 10))["stream"])
                if seen == set(names):
                    break
            assert seen == set(names)
    finally:
        await client.close_connection()


@check
async def depth_cache(s: State) -> None:
    client = await HereAsync.create(SETTINGS["key"], SETTINGS["secret"])
    manager = DepthCacheManager(client, ID, bm=Sockets(client))
    try:
        async with manager as stream:
            for _ in range(3):
                cache = await asyncio.wait_for(stream.recv(), 10)
                assert cache.get_bids()[0][0] < cache.get_asks()[0][0]
    finally:
        await client.close_connection()


async def comes(made: Any, kind: str) -> None:
    """Open a stream and see an event of its kind."""
    async with made as stream:
        event = await asyncio.wait_for(stream.recv(), 10)
        assert (event["e"], event["s"]) == (kind, ID), event


@check
async def user_events(s: State) -> None:
    client = await HereAsync.create(SETTINGS["key"], SETTINGS["secret"])
    try:
        async with Sockets(client).user_socket() as stream:
            order = await client.order_limit_buy(symbol=ID, quantity=s.size(), price=s.text(-0.1))
            await client.cancel_order(symbol=ID, orderId=order["orderId"])
            await client.order_market_buy(symbol=ID, quantity=s.size())
            seen: list[str] = []
            while "TRADE" not in seen or seen[-1] != "outboundAccountPosition":
                event = await asyncio.wait_for(stream.recv(), 10)
                seen.append(event["x"] if event["e"] == "executionReport" else event["e"])
            assert [name for name in seen if name.isupper()][:3] == ["NEW", "CANCELED", "NEW"], seen
            await client.order_market_sell(symbol=ID, quantity=s.size())
    finally:
        await client.close_connection()


@check
async def orders_over_websocket(s: State) -> None:
    client = await HereAsync.create(SETTINGS["key"], SETTINGS["secret"])
    try:
        order = await client.ws_order_limit_buy(symbol=ID, quantity=s.size(), price=s.text(-0.1))
        assert (await client.ws_get_order(symbol=ID, orderId=order["orderId"]))["status"] == "NEW"
        assert (await client.ws_cancel_order(symbol=ID, orderId=order["orderId"]))["status"] == "CANCELED"
        assert (await client.ws_order_market_buy(symbol=ID, quantity=s.size()))["status"] == "FILLED"
        assert (await client.ws_order_market_sell(symbol=ID, quantity=s.size()))["status"] == "FILLED"
        assert (await client.ws_get_account())["canTrade"]
        assert (await client.ws_get_order_book(symbol=ID))["bids"]
        assert await client.ws_get_klines(symbol=ID, interval="1m", limit=2)
        assert (await client.ws_get_time())["serverTime"]
        with refused(BinanceAPIException, saying="Unknown order sent"):
            await client.ws_cancel_order(symbol=ID, orderId=999999999)
    finally:
        await client.close_connection()


async def main() -> None:
    state: Any = State()
    await check.run_async(state)


asyncio.run(main())
