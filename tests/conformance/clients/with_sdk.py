"""binance-sdk-spot, Binance's generated client for Python: REST, market streams, ws-api and user events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_sdk_spot.rest_api.models import KlinesIntervalEnum
from binance_sdk_spot.spot import Spot
from checks import Checks, increasing, refused, settings

SETTINGS = settings()
ID = SETTINGS["symbol"].replace("/", "")
KEYS = {"api_key": SETTINGS["key"], "api_secret": SETTINGS["secret"]}
check = Checks("binance-sdk-spot")


class State:
    """The client, prices and sizes."""

    def __init__(self) -> None:
        self.spot = Spot(
            ConfigurationRestAPI(**KEYS, base_path=SETTINGS["rest"], retries=0, timeout=5000),
            ConfigurationWebSocketAPI(**KEYS, stream_url=SETTINGS["ws"] + "/ws-api/v3"),
            ConfigurationWebSocketStreams(stream_url=SETTINGS["ws"]),
        )
        self.rest = self.spot.rest_api
        self.price = 0.0
        self.tick = self.step = 8

    def at(self, share: float) -> float:
        return round(self.price * (1 + share), self.tick)

    def size(self, money: float = 100.0) -> float:
        return round(money / self.price, self.step)


def value(model: Any, name: str) -> Any:
    """Read a field of a model that may be a union of models."""
    inner = getattr(model, "actual_instance", None) or model
    return inner[name] if isinstance(inner, dict) else getattr(inner, name)


def digits(text: str) -> int:
    return len(text.rstrip("0").partition(".")[2])


@check
def load_markets(s: State) -> None:
    s.rest.ping()
    assert abs(s.rest.time().data().server_time - time.time() * 1000) < 2000
    (symbol,) = s.rest.exchange_info(symbol=ID).data().symbols
    found = {value(entry, "filter_type"): entry for entry in symbol.filters}
    s.tick = digits(value(found["PRICE_FILTER"], "tick_size"))
    s.step = digits(value(found["LOT_SIZE"], "step_size"))
    s.price = float(value(s.rest.ticker_price(symbol=ID).data(), "price"))


@check
def candles_book_and_tickers(s: State) -> None:
    rows = s.rest.klines(ID, KlinesIntervalEnum.INTERVAL_1m, limit=20).data()
    assert increasing([int(value(row, "root")[0]) if hasattr(row, "root") else int(row[0]) for row in rows])
    book = s.rest.depth(ID, limit=10).data()
    assert float(book.bids[0][0]) < float(book.asks[0][0])
    assert float(value(s.rest.ticker24hr(symbol=ID).data(), "last_price")) > 0
    assert float(value(s.rest.ticker_book_ticker(symbol=ID).data(), "bid_price")) > 0
    assert float(s.rest.avg_price(ID).data().price) > 0
    assert s.rest.get_trades(ID).data()
    assert s.rest.agg_trades(ID).data()
    assert s.rest.historical_trades(ID).data()


@check
def balance(s: State) -> None:
    account = s.rest.get_account().data()
    assert account.can_trade
    assert any(float(entry.free) > 0 for entry in account.balances)
    assert s.rest.account_commission(ID).data().symbol == ID
    assert s.rest.rate_limit_order().data()


@check
def all_order_types(s: State) -> None:
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("LIMIT", "BUY", {"price": s.at(-0.1), "time_in_force": "GTC"}),
        ("LIMIT_MAKER", "BUY", {"price": s.at(-0.1)}),
        ("STOP_LOSS", "SELL", {"stop_price": s.at(-0.1)}),
        ("STOP_LOSS_LIMIT", "SELL", {"stop_price": s.at(-0.1), "price": s.at(-0.11), "time_in_force": "GTC"}),
        ("TAKE_PROFIT", "SELL", {"stop_price": s.at(0.1)}),
        ("TAKE_PROFIT_LIMIT", "SELL", {"stop_price": s.at(0.1), "price": s.at(0.09), "time_in_force": "GTC"}),
        ("STOP_LOSS", "SELL", {"trailing_delta": 300}),
    ]
    for kind, side, more in cases:
        order = s.rest.new_order(ID, side, kind, quantity=s.size(), **more).data()
        seen = s.rest.get_order(ID, order_id=order.order_id).data()
        assert (seen.status, seen.type) == ("NEW", kind)
        assert len(s.rest.get_open_orders(ID).data()) == 1
        assert s.rest.delete_order(ID, order_id=order.order_id).data().status == "CANCELED"


@check
def market_orders(s: State) -> None:
    assert s.rest.new_order(ID, "BUY", "MARKET", quantity=s.size()).data().status == "FILLED"
    assert s.rest.new_order(ID, "SELL", "MARKET", quantity=s.size()).data().status == "FILLED"
    s.rest.order_test(ID, "BUY", "MARKET", quantity=s.size())
    assert s.rest.my_trades(ID).data()
    assert s.rest.all_orders(ID).data()


@check
def order_lists(s: State) -> None:
    oco = s.rest.order_list_oco(
        ID, "SELL", s.size(), "LIMIT_MAKER", "STOP_LOSS", above_price=s.at(0.1), below_stop_price=s.at(-0.1)
    ).data()
    assert s.rest.get_order_list(order_list_id=oco.order_list_id).data().list_order_status == "EXECUTING"
    assert len(s.rest.open_order_list().data()) == 1
    s.rest.delete_order_list(ID, order_list_id=oco.order_list_id)
    oto = s.rest.order_list_oto(
        ID, "LIMIT", "BUY", s.at(-0.1), s.size(), "MARKET", "SELL", s.size(), working_time_in_force="GTC"
    ).data()
    s.rest.delete_order_list(ID, order_list_id=oto.order_list_id)
    assert len(s.rest.all_order_list().data()) >= 2


@check
def cancels(s: State) -> None:
    first = s.rest.new_order(ID, "BUY", "LIMIT", quantity=s.size(200), price=s.at(-0.1), time_in_force="GTC").data()
    amended = s.rest.order_amend_keep_priority(ID, s.size(), order_id=first.order_id).data()
    assert float(amended.amended_order.qty) == s.size()
    answer = s.rest.order_cancel_replace(
        ID, "BUY", "LIMIT", "STOP_ON_FAILURE", cancel_order_id=first.order_id, quantity=s.size(),
        price=s.at(-0.12), time_in_force="GTC",
    ).data()  # fmt: skip
    assert answer.new_order_result == "SUCCESS"
    assert len(s.rest.delete_open_orders(ID).data()) == 1


@check
def refusals(s: State) -> None:
    with refused(Exception, saying="insufficient balance"):
        s.rest.new_order(ID, "BUY", "LIMIT", quantity=s.size(5e6), price=s.at(-0.1), time_in_force="GTC")
    with refused(Exception, saying="Unknown order sent"):
        s.rest.delete_order(ID, order_id=999999999)


@check
async def market_streams(s: State) -> None:
    connection = await s.spot.websocket_streams.create_connection()
    try:
        made = [
            connection.trade(symbol=ID.lower()),
            connection.agg_trade(symbol=ID.lower()),
            connection.kline(symbol=ID.lower(), interval="1m"),
            connection.diff_book_depth(symbol=ID.lower(), update_speed="100ms"),
            connection.partial_book_depth(symbol=ID.lower(), levels="5"),
            connection.mini_ticker(symbol=ID.lower()),
            connection.ticker(symbol=ID.lower()),
            connection.book_ticker(symbol=ID.lower()),
        ]
        waiting = [asyncio.ensure_future(first((await one).on)) for one in made]
        assert all(await asyncio.gather(*waiting))
    finally:
        await connection.close_connection(close_session=True)


async def first(on: Callable[[str, Callable[[Any], None]], None]) -> Any:
    """Wait for the first message of a stream."""
    came: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    on("message", lambda message: None if came.done() else came.set_result(message))
    return await asyncio.wait_for(came, 10)


@check
async def websocket_api_and_user_events(s: State) -> None:
    connection = await s.spot.websocket_api.create_connection()
    try:
        assert (await connection.time()).data().result.server_time
        assert (await connection.account_status()).data().result.can_trade
        stream = (await connection.user_data_stream_subscribe_signature()).stream
        events: asyncio.Queue[Any] = asyncio.Queue()
        stream.on("message", events.put_nowait)
        placed = (
            await connection.order_place(ID, "BUY", "LIMIT", quantity=s.size(), price=s.at(-0.1), time_in_force="GTC")
        ).data()
        number = placed.result.order_id
        assert (await connection.order_status(ID, order_id=number)).data().result.status == "NEW"
        assert (await connection.order_cancel(ID, order_id=number)).data().result.status == "CANCELED"
        await connection.order_place(ID, "BUY", "MARKET", quantity=s.size())
        await connection.order_place(ID, "SELL", "MARKET", quantity=s.size())
        seen: set[str] = set()
        while not {"NEW", "CANCELED", "TRADE", "outboundAccountPosition"} <= seen:
            event = await asyncio.wait_for(events.get(), 10)
            inner = getattr(event, "actual_instance", None) or event
            seen.add(getattr(inner, "x", None) or type(inner).__name__)
            if type(inner).__name__ == "OutboundAccountPosition":
                seen.add("outboundAccountPosition")
    finally:
        await connection.close_connection(close_session=True)


asyncio.run(check.run_async(State()))
