"""Tickers: the documented answers of rest-api.md."""

from __future__ import annotations

import pytest
from api_client import MARKET_MS, Client, symbol

from btbot.exchange.units import SCALE, units

DAY_MS = 86_400_000
FULL_DAY = [
    "symbol", "priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastPrice", "lastQty",
    "bidPrice", "bidQty", "askPrice", "askQty", "openPrice", "highPrice", "lowPrice", "volume", "quoteVolume",
    "openTime", "closeTime", "firstId", "lastId", "count",
]  # fmt: skip
MINI = [
    "symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "openTime", "closeTime",
    "firstId", "lastId", "count",
]  # fmt: skip
FULL_WINDOW = [MINI[0], "priceChange", "priceChangePercent", "weightedAvgPrice", *MINI[1:]]


def test_the_figures_of_a_day_are_as_documented(client: Client) -> None:
    client.trade("99", "1")
    client.trade("100", "1")
    client.wait(60_000)
    client.trade("0.1", "10")
    client.trade("4.00000200", "200")
    client.venue.exchange.supply("BTCUSDT", "BUY", 4 * SCALE, 100 * SCALE, 0)
    client.venue.exchange.supply("BTCUSDT", "SELL", units("4.01"), 99 * SCALE, 0)
    found = client.public("ticker/24hr", symbol="BTCUSDT")
    assert list(found) == FULL_DAY
    assert found == {
        "symbol": "BTCUSDT", "priceChange": "-94.99999800", "priceChangePercent": "-95.960",
        "weightedAvgPrice": "4.71698301", "prevClosePrice": found["prevClosePrice"], "lastPrice": "4.00000200",
        "lastQty": "200.00000000", "bidPrice": "4.00000000", "bidQty": "100.00000000", "askPrice": "4.01000000",
        "askQty": "99.00000000", "openPrice": "99.00000000", "highPrice": "100.00000000", "lowPrice": "0.10000000",
        "volume": "212.00000000", "quoteVolume": "1000.00040000", "openTime": MARKET_MS + 60_000 - DAY_MS,
        "closeTime": MARKET_MS + 60_000, "firstId": 0, "lastId": 3, "count": 4,
    }  # fmt: skip
    short = client.public("ticker/24hr", symbol="BTCUSDT", type="MINI")
    assert list(short) == MINI
    assert short == {name: found[name] for name in MINI}


def test_tickers_of_one_of_some_and_of_all(client: Client) -> None:
    for path in ("ticker/24hr", "ticker/price", "ticker/bookTicker"):
        assert client.public(path, symbol="ETHBTC")["symbol"] == "ETHBTC"
        some = client.public(path, symbols='["ETHBTC"]')
        assert [one["symbol"] for one in some] == ["ETHBTC"]
        assert [one["symbol"] for one in client.public(path)] == ["BTCUSDT", "ETHBTC"]


@pytest.mark.parametrize("path", ["ticker/24hr", "ticker/price", "ticker/bookTicker", "ticker", "ticker/tradingDay"])
def test_tickers_that_are_refused(client: Client, path: str) -> None:
    assert client.public(path, symbol="NOPE") == {"code": -1121, "msg": "Invalid symbol."}
    assert client.public(path, symbols='["BTCUSDT","NOPE"]') == {"code": -1121, "msg": "Invalid symbol."}
    assert client.public(path, symbols='["BTCUSDT"]', symbol="BTCUSDT") == {
        "code": -1128, "msg": "Combination of optional parameters invalid.",
    }  # fmt: skip
    assert client.public(path, symbol="BTCUSDT", symbolStatus="HALT")["code"] == -1220


@pytest.mark.parametrize("path", ["ticker", "ticker/tradingDay"])
def test_tickers_that_need_a_symbol(client: Client, path: str) -> None:
    assert client.public(path) == {
        "code": -1102, "msg": "Param 'symbol' or 'symbols' must be sent, but both were empty/null!",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["ticker/24hr", "ticker/price", "ticker/bookTicker"])
def test_symbols_of_another_status_are_left_out(client: Client, path: str) -> None:
    client.venue.set_symbol(symbol(status="HALT"))
    assert [one["symbol"] for one in client.public(path, symbolStatus="TRADING")] == ["ETHBTC"]
    assert [one["symbol"] for one in client.public(path, symbolStatus="HALT")] == ["BTCUSDT"]
    assert client.public(path, symbolStatus="BREAK") == []
    assert client.public(path, symbols='["BTCUSDT"]', symbolStatus="TRADING") == []


def test_last_prices_are_as_documented(client: Client) -> None:
    client.trade("4.00000200", "1")
    client.trade("0.07946600", "1", "ETHBTC")
    assert client.public("ticker/price", symbol="BTCUSDT") == {"symbol": "BTCUSDT", "price": "4.00000200"}
    assert client.public("ticker/price") == [
        {"symbol": "BTCUSDT", "price": "4.00000200"}, {"symbol": "ETHBTC", "price": "0.07946600"},
    ]  # fmt: skip


def test_best_prices_are_as_documented(book: Client) -> None:
    assert book.public("ticker/bookTicker", symbol="BTCUSDT") == {
        "symbol": "BTCUSDT", "bidPrice": "19999.00000000", "bidQty": "1.00000000", "askPrice": "20001.00000000",
        "askQty": "1.00000000",
    }  # fmt: skip
    assert book.public("ticker/bookTicker", symbol="ETHBTC")["bidPrice"] == "0.00000000"


def test_a_window_begins_on_a_minute(client: Client) -> None:
    """As rest-api.md says: closeTime is now, openTime at most 59999 ms more than the window before it."""
    client.trade("9", "61")
    client.wait(90_000)
    client.trade("1", "126")
    client.wait(30_123)
    now_ms = MARKET_MS + 120_123
    found = client.public("ticker", symbol="BTCUSDT", windowSize="5m")
    assert list(found) == FULL_WINDOW
    assert found == {
        "symbol": "BTCUSDT", "priceChange": "-8.00000000", "priceChangePercent": "-88.889",
        "weightedAvgPrice": "3.60962566", "openPrice": "9.00000000", "highPrice": "9.00000000",
        "lowPrice": "1.00000000", "lastPrice": "1.00000000", "volume": "187.00000000",
        "quoteVolume": "675.00000000", "openTime": (now_ms - 300_000) // 60_000 * 60_000, "closeTime": now_ms,
        "firstId": 0, "lastId": 1, "count": 2,
    }  # fmt: skip
    assert client.public("ticker", symbol="BTCUSDT", windowSize="1m")["count"] == 1
    assert list(client.public("ticker", symbol="BTCUSDT", type="MINI")) == MINI
    assert [one["symbol"] for one in client.public("ticker", symbols='["BTCUSDT"]')] == ["BTCUSDT"]


def test_a_trading_day_is_as_documented(client: Client) -> None:
    client.trade("26304.8", "2")
    client.trade("26221.67", "1")
    found = client.public("ticker/tradingDay", symbol="BTCUSDT")
    assert list(found) == FULL_WINDOW
    assert (found["priceChange"], found["priceChangePercent"]) == ("-83.13000000", "-0.316")
    midnight = MARKET_MS // DAY_MS * DAY_MS
    assert (found["openTime"], found["closeTime"]) == (midnight, midnight + DAY_MS - 1)
    assert (found["firstId"], found["lastId"], found["count"]) == (0, 1, 2)
    shanghai = client.public("ticker/tradingDay", symbol="BTCUSDT", timeZone="8")
    assert shanghai["openTime"] == midnight - 8 * 3_600_000
    assert list(client.public("ticker/tradingDay", symbol="BTCUSDT", type="MINI")) == MINI


@pytest.mark.parametrize("path", ["ticker/24hr", "ticker", "ticker/tradingDay"])
def test_a_market_without_trades_has_figures_of_nothing(client: Client, path: str) -> None:
    found = client.public(path, symbol="BTCUSDT")
    assert (found["lastPrice"], found["volume"], found["count"]) == ("0.00000000", "0.00000000", 0)
    assert (found["firstId"], found["lastId"]) == (-1, -1)
    assert found["priceChangePercent"] == "0.000"
