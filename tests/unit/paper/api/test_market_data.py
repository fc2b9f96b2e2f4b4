"""Public data: the documented answers of rest-api.md."""

from __future__ import annotations

from typing import Any

import pytest
from api_client import MARKET_MS, Client, make, symbol

from btbot.exchange.units import SCALE, units

INVALID = {"code": -1121, "msg": "Invalid symbol."}


@pytest.mark.parametrize("path", ["depth", "trades", "historicalTrades", "aggTrades", "avgPrice"])
def test_an_unknown_symbol_is_invalid(client: Client, path: str) -> None:
    assert client.public(path, symbol="NOPE") == INVALID
    assert client.public(path)["code"] == -1102


@pytest.mark.parametrize("path", ["klines", "uiKlines"])
def test_candles_of_an_unknown_symbol(client: Client, path: str) -> None:
    assert client.public(path, symbol="NOPE", interval="1m") == INVALID


def test_the_book_is_as_documented() -> None:
    client = make(symbols=(symbol(tick=1, min_price=1),))
    client.venue.exchange.supply("BTCUSDT", "BUY", 4 * SCALE, 431 * SCALE, 0)
    client.venue.exchange.supply("BTCUSDT", "SELL", units("4.00000200"), 12 * SCALE, 0)
    assert client.public("depth", symbol="BTCUSDT") == {
        "lastUpdateId": 2, "bids": [["4.00000000", "431.00000000"]], "asks": [["4.00000200", "12.00000000"]],
    }  # fmt: skip


def test_the_book_is_as_deep_as_wanted(book: Client) -> None:
    found = book.public("depth", symbol="BTCUSDT", limit=2)
    assert found["bids"] == [["19999.00000000", "1.00000000"], ["19998.00000000", "1.00000000"]]
    assert found["asks"] == [["20001.00000000", "1.00000000"], ["20002.00000000", "1.00000000"]]
    assert len(book.public("depth", symbol="BTCUSDT", limit=9999)["bids"]) == 5


def test_our_own_orders_are_in_the_book(book: Client) -> None:
    before = book.public("depth", symbol="BTCUSDT")["lastUpdateId"]
    book.limit("BUY", "0.25", "19999")
    after = book.public("depth", symbol="BTCUSDT")
    assert after["bids"][0] == ["19999.00000000", "1.25000000"]
    assert after["lastUpdateId"] > before


def test_a_status_may_be_asked_for(book: Client) -> None:
    assert "bids" in book.public("depth", symbol="BTCUSDT", symbolStatus="TRADING")
    assert book.public("depth", symbol="BTCUSDT", symbolStatus="HALT")["code"] == -1220


def test_a_trade_is_as_documented(client: Client) -> None:
    client.trade("4.00000100", "12", buyer_is_maker=True)
    (found,) = client.public("trades", symbol="BTCUSDT")
    expected = {
        "id": 0, "price": "4.00000100", "qty": "12.00000000", "quoteQty": "48.00001200", "time": MARKET_MS,
        "isBuyerMaker": True, "isBestMatch": True,
    }  # fmt: skip
    assert list(found.items()) == list(expected.items())
    assert client.public("historicalTrades", symbol="BTCUSDT") == [expected]


def test_trades_from_an_id_on(client: Client) -> None:
    for step in range(5):
        client.trade(str(100 + step), "1")
    assert [one["id"] for one in client.public("trades", symbol="BTCUSDT", limit=2)] == [3, 4]
    assert [one["id"] for one in client.public("historicalTrades", symbol="BTCUSDT", fromId=1, limit=2)] == [1, 2]
    assert client.public("trades", symbol="BTCUSDT", fromId=1)["code"] == -1104


@pytest.mark.parametrize("path", ["trades", "historicalTrades", "aggTrades"])
def test_at_most_a_thousand_are_given(client: Client, path: str) -> None:
    for step in range(1_001):
        client.trade(str(100 + step % 2), "1")
    asked = {"fromId": 0} if path != "trades" else {}
    for limit, count in ((5_000, 1_000), (1_001, 1_000), (1_000, 1_000), (999, 999)):
        assert len(client.public(path, symbol="BTCUSDT", limit=limit, **asked)) == count
    assert len(client.public(path, symbol="BTCUSDT", **asked)) == 500


def test_an_aggregate_trade_is_as_documented(client: Client) -> None:
    client.trade("0.01633102", "4.70443515", buyer_is_maker=True)
    (found,) = client.public("aggTrades", symbol="BTCUSDT")
    assert list(found.items()) == [
        ("a", 0), ("p", "0.01633102"), ("q", "4.70443515"), ("f", 0), ("l", 0), ("T", MARKET_MS), ("m", True),
        ("M", True),
    ]  # fmt: skip


def test_fills_of_one_order_at_one_price_are_one_aggregate(book: Client) -> None:
    book.limit("SELL", "0.1", "20000.5")
    book.limit("SELL", "0.2", "20000.5")
    book.wait(1)
    book.sweep("BUY", "20000.5", "0.3")
    last = book.public("aggTrades", symbol="BTCUSDT", limit=1)[0]
    assert (last["q"], last["l"] - last["f"]) == ("0.30000000", 1)


def test_aggregates_by_time(client: Client) -> None:
    for _ in range(3):
        client.trade("100", "1")
        client.wait(1000)
    asked = {"symbol": "BTCUSDT"}
    assert [one["a"] for one in client.public("aggTrades", **asked, startTime=MARKET_MS + 1000, limit=1)] == [1]
    assert [one["a"] for one in client.public("aggTrades", **asked, endTime=MARKET_MS + 1000)] == [0, 1]
    assert [one["a"] for one in client.public("aggTrades", **asked, fromId=2)] == [2]


def test_a_candle_is_as_documented(client: Client) -> None:
    for price, quantity, buyer_is_maker in (
        ("10", "1", True),
        ("12", "2", False),
        ("9", "1", True),
        ("11", "0.5", False),
    ):
        client.trade(price, quantity, buyer_is_maker=buyer_is_maker)
    (found,) = client.public("klines", symbol="BTCUSDT", interval="1m")
    assert found == [
        MARKET_MS, "10.00000000", "12.00000000", "9.00000000", "11.00000000", "4.50000000", MARKET_MS + 59_999,
        "48.50000000", 4, "2.50000000", "29.50000000", "0",
    ]  # fmt: skip
    assert client.public("uiKlines", symbol="BTCUSDT", interval="1m") == [found]


def hours(client: Client, count: int) -> None:
    """Trade once an hour at 100, 101, ..."""
    for step in range(count):
        client.trade(str(100 + step), "1")
        client.wait(3_600_000)


def test_candles_by_time_and_number(client: Client) -> None:
    hours(client, 6)
    first = MARKET_MS // 3_600_000 * 3_600_000

    def opens(**params: object) -> list[int]:
        found = client.public("klines", symbol="BTCUSDT", interval="1h", **params)
        return [(one[0] - first) // 3_600_000 for one in found]

    assert opens() == [0, 1, 2, 3, 4, 5, 6]
    assert opens(limit=2) == [5, 6]
    assert opens(startTime=first + 1, limit=2) == [1, 2]
    assert opens(endTime=first + 3_600_000 * 2) == [0, 1, 2]
    assert opens(startTime=first + 3_600_000, endTime=first + 3_600_000 * 2) == [1, 2]
    assert opens(limit=5000) == opens()


@pytest.mark.parametrize(
    "interval", ["1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"]
)
def test_every_interval_is_served(client: Client, interval: str) -> None:
    client.trade("100", "1")
    assert client.public("klines", symbol="BTCUSDT", interval=interval)[-1][8] == 1


def test_candles_by_the_clock_of_another_zone(client: Client) -> None:
    hours(client, 30)  # from 2020-09-13 12:27 UTC on
    midnight = 1_600_041_600_000  # 2020-09-14 00:00 UTC

    def days(zone: str, **params: object) -> list[list[Any]]:
        return client.public("klines", symbol="BTCUSDT", interval="1d", timeZone=zone, **params)

    assert [one[0] for one in days("0")][-1] == midnight
    shifted = days("8")  # midnight in Shanghai is 16:00 UTC
    assert [one[0] for one in shifted][-2:] == [midnight - 8 * 3_600_000, midnight + 16 * 3_600_000]
    assert [one[8] for one in shifted] == [4, 24, 2]
    assert [one[1] for one in shifted] == ["100.00000000", "104.00000000", "128.00000000"]
    assert shifted[1][6] == midnight + 16 * 3_600_000 - 1
    assert [one[0] for one in days("-3:30", limit=1)] == [midnight + 3 * 3_600_000 + 1_800_000]
    assert [one[0] for one in days("8", startTime=midnight - 8 * 3_600_000, limit=1)] == [midnight - 8 * 3_600_000]
    assert days("8", startTime=midnight, endTime=midnight + 16 * 3_600_000)[0] == shifted[2]
    hourly = client.public("klines", symbol="BTCUSDT", interval="1h", limit=3)
    assert client.public("klines", symbol="BTCUSDT", interval="1h", limit=3, timeZone="8") == hourly


def test_the_average_price_is_as_documented(client: Client) -> None:
    client.trade("9", "1")
    client.wait(60_000)
    client.trade("10", "3")
    assert client.public("avgPrice", symbol="BTCUSDT") == {
        "mins": 5, "price": "9.75000000", "closeTime": MARKET_MS + 60_000,
    }  # fmt: skip


def test_a_symbol_that_was_listed_later_is_served(client: Client) -> None:
    client.venue.set_symbol(symbol("NEWUSDT", "NEW"))
    assert client.public("klines", symbol="NEWUSDT", interval="1m") == []
    assert [one["symbol"] for one in client.public("ticker/price")] == ["BTCUSDT", "ETHBTC", "NEWUSDT"]
    assert client.public("ticker/24hr", symbol="NEWUSDT")["count"] == 0
    client.venue.remove_symbol("NEWUSDT")
    assert client.public("ticker/price", symbol="NEWUSDT") == INVALID


@pytest.mark.parametrize("path", ["referencePrice", "referencePrice/calculation"])
def test_no_symbol_has_a_reference_price(client: Client, path: str) -> None:
    assert client.public(path, symbol="BTCUSDT") == {
        "code": -2043, "msg": "This symbol doesn't have a reference price.",
    }  # fmt: skip
    assert client.public(path, symbol="NOPE") == INVALID


def test_nothing_is_traded_outside_the_book(client: Client) -> None:
    assert client.public("historicalBlockTrades", symbol="BTCUSDT") == []


def test_a_market_without_trades_answers_all_the_same(client: Client) -> None:
    assert client.public("depth", symbol="BTCUSDT") == {"lastUpdateId": 0, "bids": [], "asks": []}
    assert client.public("trades", symbol="BTCUSDT") == client.public("aggTrades", symbol="BTCUSDT") == []
    assert client.public("klines", symbol="BTCUSDT", interval="1h") == []
    assert client.public("avgPrice", symbol="BTCUSDT")["price"] == "0.00000000"
