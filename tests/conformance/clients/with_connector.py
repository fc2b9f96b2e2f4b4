"""binance-connector, Binance's own client for Python: REST, market streams, ws-api and user events."""

from __future__ import annotations

import json
import time
from typing import Any

from binance.error import ClientError
from binance.lib.utils import get_timestamp, websocket_api_signature
from binance.spot import Spot
from binance.websocket.spot.websocket_api import SpotWebsocketAPIClient
from binance.websocket.spot.websocket_stream import SpotWebsocketStreamClient
from checks import Checks, increasing, refused, settings, until

SETTINGS = settings()
ID = SETTINGS["symbol"].replace("/", "")
BASE, QUOTE = SETTINGS["symbol"].split("/")
check = Checks("binance-connector")


class State:
    """The REST client and texts of numbers as the exchange wants them."""

    def __init__(self) -> None:
        self.rest = Spot(SETTINGS["key"], SETTINGS["secret"], base_url=SETTINGS["rest"])
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
    assert abs(s.rest.time()["serverTime"] - time.time() * 1000) < 2000
    info = s.rest.exchange_info(symbol=ID)["symbols"][0]
    found = {entry["filterType"]: entry for entry in info["filters"]}
    s.tick = digits(found["PRICE_FILTER"]["tickSize"])
    s.step = digits(found["LOT_SIZE"]["stepSize"])
    s.price = float(s.rest.ticker_price(ID)["price"])
    assert s.rest.exchange_info(symbols=[ID])["symbols"][0]["symbol"] == ID


@check
def candles(s: State) -> None:
    rows = s.rest.klines(ID, "1m", limit=20)
    assert increasing([row[0] for row in rows])
    assert s.rest.ui_klines(ID, "1h", limit=2)


@check
def book_and_tickers(s: State) -> None:
    book = s.rest.depth(ID, limit=10)
    assert float(book["bids"][0][0]) < float(book["asks"][0][0])
    assert float(s.rest.ticker_24hr(ID)["lastPrice"]) > 0
    assert float(s.rest.book_ticker(symbols=[ID])[0]["bidPrice"]) > 0
    assert float(s.rest.avg_price(ID)["price"]) > 0
    assert float(s.rest.rolling_window_ticker(ID, windowSize="1h")["lastPrice"]) > 0
    assert float(s.rest.trading_day_ticker(ID)["lastPrice"]) > 0
    assert s.rest.trades(ID)
    assert s.rest.agg_trades(ID)
    assert s.rest.historical_trades(ID)


@check
def balance(s: State) -> None:
    balances = {entry["asset"]: float(entry["free"]) for entry in s.rest.account()["balances"]}
    assert balances[QUOTE] > 0
    assert s.rest.query_commission_rates(ID)["symbol"] == ID
    assert s.rest.get_order_rate_limit()
    assert s.rest.api_key_permissions()["enableReading"]


@check
def all_order_types(s: State) -> None:
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("LIMIT", "BUY", {"price": s.text(-0.1), "timeInForce": "GTC"}),
        ("LIMIT_MAKER", "BUY", {"price": s.text(-0.1)}),
        ("STOP_LOSS", "SELL", {"stopPrice": s.text(-0.1)}),
        ("STOP_LOSS_LIMIT", "SELL", {"stopPrice": s.text(-0.1), "price": s.text(-0.11), "timeInForce": "GTC"}),
        ("TAKE_PROFIT", "SELL", {"stopPrice": s.text(0.1)}),
        ("TAKE_PROFIT_LIMIT", "SELL", {"stopPrice": s.text(0.1), "price": s.text(0.09), "timeInForce": "GTC"}),
        ("TAKE_PROFIT", "SELL", {"trailingDelta": 300}),
    ]
    for kind, side, more in cases:
        order = s.rest.new_order(ID, side, kind, quantity=s.size(), **more)
        seen = s.rest.get_order(ID, orderId=order["orderId"])
        assert (seen["status"], seen["type"]) == ("NEW", kind)
        assert len(s.rest.get_open_orders(ID)) == 1
        assert s.rest.cancel_order(ID, orderId=order["orderId"])["status"] == "CANCELED"
    s.rest.new_order_test(ID, "BUY", "MARKET", quantity=s.size())


@check
def numbers_as_floats(s: State) -> None:
    price, size = float(s.text(-0.1)), float(s.size())
    order = s.rest.new_order(ID, "BUY", "LIMIT", quantity=size, price=price, timeInForce="GTC")
    assert float(s.rest.get_order(ID, origClientOrderId=order["clientOrderId"])["price"]) == price
    s.rest.cancel_order(ID, origClientOrderId=order["clientOrderId"])


@check
def market_orders(s: State) -> None:
    assert s.rest.new_order(ID, "BUY", "MARKET", quantity=s.size())["status"] == "FILLED"
    assert s.rest.new_order(ID, "SELL", "MARKET", quantity=s.size())["status"] == "FILLED"
    assert float(s.rest.new_order(ID, "BUY", "MARKET", quoteOrderQty=50)["cummulativeQuoteQty"]) <= 50
    assert s.rest.my_trades(ID)[-1]["orderId"] == s.rest.get_orders(ID)[-1]["orderId"]


@check
def order_lists(s: State) -> None:
    made = s.rest.new_oco_order(
        ID, "SELL", s.size(), aboveType="TAKE_PROFIT_LIMIT", aboveStopPrice=s.text(0.1), abovePrice=s.text(0.1),
        aboveTimeInForce="GTC", belowType="STOP_LOSS", belowStopPrice=s.text(-0.1),
    )  # fmt: skip
    assert s.rest.get_oco_order(orderListId=made["orderListId"])["listOrderStatus"] == "EXECUTING"
    assert len(s.rest.get_oco_open_orders()) == 1
    assert s.rest.cancel_oco_order(ID, orderListId=made["orderListId"])["listOrderStatus"] == "ALL_DONE"
    oto = s.rest.new_oto_order(
        ID, "LIMIT", "BUY", s.text(-0.1), s.size(), "MARKET", "SELL", s.size(), workingTimeInForce="GTC"
    )
    s.rest.cancel_oco_order(ID, orderListId=oto["orderListId"])
    otoco = s.rest.new_otoco_order(
        ID, "LIMIT", "BUY", s.text(-0.1), s.size(), "SELL", s.size(), "LIMIT_MAKER", workingTimeInForce="GTC",
        pendingAbovePrice=s.text(0.1), pendingBelowType="STOP_LOSS", pendingBelowStopPrice=s.text(-0.2),
    )  # fmt: skip
    assert s.rest.cancel_oco_order(ID, orderListId=otoco["orderListId"])["listOrderStatus"] == "ALL_DONE"
    assert len(s.rest.get_oco_orders()) >= 3


@check
def cancels(s: State) -> None:
    first = s.rest.new_order(ID, "BUY", "LIMIT", quantity=s.size(), price=s.text(-0.1), timeInForce="GTC")
    answer = s.rest.cancel_and_replace(
        ID, "BUY", "LIMIT", "STOP_ON_FAILURE", cancelOrderId=first["orderId"], quantity=s.size(),
        price=s.text(-0.12), timeInForce="GTC",
    )  # fmt: skip
    assert (answer["cancelResult"], answer["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    assert len(s.rest.cancel_open_orders(ID)) == 1


@check
def refusals(s: State) -> None:
    with refused(ClientError, saying="insufficient balance"):
        s.rest.new_order(ID, "BUY", "LIMIT", quantity=s.size(5e6), price=s.text(-0.1), timeInForce="GTC")
    with refused(ClientError, saying="-2011"):
        s.rest.cancel_order(ID, orderId=999999999)
    with refused(ClientError, saying="-1121"):
        s.rest.ticker_price("NOSUCHCOIN")


@check
def market_streams(s: State) -> None:
    got: list[dict[str, Any]] = []
    client = SpotWebsocketStreamClient(SETTINGS["ws"], on_message=lambda _, text: got.append(json.loads(text)))
    try:
        client.trade(ID)
        client.kline(ID, "1m")
        client.diff_book_depth(ID, speed=100)
        client.mini_ticker(ID)
        client.list_subscribe()
        for kind in ("trade", "kline", "depthUpdate", "24hrMiniTicker"):
            until(lambda kind=kind: any(event.get("e") == kind for event in got), what=kind)
        until(lambda: any(isinstance(event.get("result"), list) for event in got), what="LIST_SUBSCRIPTIONS")
    finally:
        client.stop()
    combined: list[dict[str, Any]] = []
    client = SpotWebsocketStreamClient(
        SETTINGS["ws"], on_message=lambda _, text: combined.append(json.loads(text)), is_combined=True
    )
    try:
        client.book_ticker(ID)
        client.partial_book_depth(ID, level=5, speed=100)
        client.agg_trade(ID)
        for name in ("bookTicker", "depth5@100ms", "aggTrade"):
            until(lambda name=name: any(event.get("stream") == f"{ID.lower()}@{name}" for event in combined), what=name)
    finally:
        client.stop()


@check
def microseconds(s: State) -> None:
    rest = Spot(SETTINGS["key"], SETTINGS["secret"], base_url=SETTINGS["rest"], time_unit="MICROSECOND")
    assert rest.time()["serverTime"] > 10**15
    assert rest.klines(ID, "1m", limit=1)[0][0] > 10**15
    got: list[dict[str, Any]] = []
    client = SpotWebsocketStreamClient(
        SETTINGS["ws"], on_message=lambda _, text: got.append(json.loads(text)), time_unit="MICROSECOND"
    )
    try:
        client.book_ticker(ID)
        client.trade(ID)
        until(lambda: any(event.get("E", 0) > 10**15 for event in got), what="a trade in microseconds")
    finally:
        client.stop()


@check
def websocket_api_and_user_events(s: State) -> None:
    got: list[dict[str, Any]] = []
    client = SpotWebsocketAPIClient(
        SETTINGS["ws"] + "/ws-api/v3",
        SETTINGS["key"],
        SETTINGS["secret"],
        on_message=lambda _, text: got.append(json.loads(text)),
    )

    def answer(number: str) -> dict[str, Any]:
        found: dict[str, Any] = until(lambda: next((one for one in got if one.get("id") == number), None), what=number)
        return found

    def events(change: str) -> list[dict[str, Any]]:
        return [one["event"] for one in got if one.get("event", {}).get("x", one.get("event", {}).get("e")) == change]

    try:
        signed = websocket_api_signature(SETTINGS["key"], SETTINGS["secret"], {"timestamp": get_timestamp()})
        client.send({"id": "sub", "method": "userDataStream.subscribe.signature", "params": signed})
        assert answer("sub")["status"] == 200, answer("sub")
        client.ping_connectivity(id="ping")
        assert answer("ping")["result"] == {}
        client.new_order(
            ID,
            "BUY",
            "LIMIT",
            quantity=s.size(),
            price=s.text(-0.1),
            timeInForce="GTC",
            id="new",
            newOrderRespType="RESULT",
        )
        placed = answer("new")["result"]
        client.get_order(ID, orderId=placed["orderId"], id="get")
        assert answer("get")["result"]["status"] == "NEW"
        client.cancel_order(ID, orderId=placed["orderId"], id="cancel")
        assert answer("cancel")["result"]["status"] == "CANCELED"
        client.account(id="account")
        assert answer("account")["result"]["canTrade"]
        client.klines(ID, "1m", limit=2, id="klines")
        assert len(answer("klines")["result"]) == 2
        client.new_order(ID, "SELL", "MARKET", quantity=s.size(), id="sell")
        assert answer("sell")["result"]["status"] == "FILLED"
        assert {"NEW", "CANCELED", "TRADE"} <= {
            change
            for change in ("NEW", "CANCELED", "TRADE")
            if until(lambda change=change: events(change), what=change)
        }
        until(lambda: events("outboundAccountPosition"), what="position")
        client.cancel_order(ID, orderId=999999999, id="wrong")
        assert answer("wrong")["error"]["code"] == -2011
    finally:
        client.stop()


check.run(State())
