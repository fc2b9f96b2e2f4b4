"""Names and rows of ccxt as btbot's records."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from btbot.errors import Retryable
from btbot.exchange.ccxt_markets import known_limit, listings, timeframe_names
from btbot.exchange.ccxt_rows import book_of, candles_of, funding_of, trades_of
from btbot.exchange.client import FundingRate, Listing, TapeTrade

START = 1_640_995_200_000  # 2022-01-01


def market(symbol, kind="swap", **more):
    pair, _, settle = symbol.partition(":")
    base, quote = pair.split("/")
    return {"symbol": symbol, "type": kind, "base": base, "quote": quote, "settle": settle or None, **more}


def test_symbols_of_perpetuals():
    markets = [
        market("BTC/USD:BTC", active=False),
        market("BTC/USD:USD"),
        market("ETH/USD:ETH", active=None),
        market("BTC/USDT:USDT-240329", kind="future"),
        market("BTC/USDT", kind="spot"),
        None,
    ]
    found, names = listings(markets, "perpetual")
    assert found == {
        "BTC/USD": Listing("BTC/USD", "BTC", "USD", True),
        "BTC/USD:BTC": Listing("BTC/USD:BTC", "BTC", "USD", False),
        "ETH/USD": Listing("ETH/USD", "ETH", "USD", True),
    }
    assert names == {"BTC/USD": "BTC/USD:USD", "BTC/USD:BTC": "BTC/USD:BTC", "ETH/USD": "ETH/USD:ETH"}
    assert list(listings(markets, "spot")[0]) == ["BTC/USDT"]


@pytest.mark.parametrize(
    ("name", "kind", "given", "found"),
    [
        ("gate", "spot", ["1m", "7d", "1w", "1M", "1y"], {"1m": "1m", "1w": "1w"}),
        ("x", "spot", ["1h", "60m", "30m"], {"30m": "30m", "1h": "1h"}),
        ("binance", "spot", ["1m", "1s"], {"1s": "1s", "1m": "1m"}),
        ("binance", "perpetual", ["1m", "1s"], {"1m": "1m"}),
        ("x", "spot", [], {}),
    ],
)
def test_timeframes(name, kind, given, found):
    exchange = SimpleNamespace(id=name, timeframes={one: one for one in given} or None)
    assert [(str(length), one) for length, one in timeframe_names(exchange, kind).items()] == list(found.items())


@pytest.mark.parametrize(
    ("limits", "kind", "found"),
    [
        ({("spot", None): 720}, "spot", 720),
        ({("spot", None): 50_000}, "spot", 5_000),
        ({("swap", "inverse"): 200}, "perpetual", 200),
        ({("swap", "linear"): 300, ("swap", "inverse"): 200}, "perpetual", 300),
        ({("spot", None): 720}, "perpetual", None),
    ],
)
def test_sizes_of_pages(limits, kind, found):
    exchange = SimpleNamespace(id="x", feature_value_by_type=lambda first, second, *_: limits.get((first, second)))
    assert known_limit(exchange, kind) == found


def test_a_candle_that_is_sent_twice_counts_once():
    row = [START, 1.0, 2.0, 0.5, 1.5, 7.0]
    page = candles_of([row, list(row), [START + 1, *row[1:]]])
    assert page.time.tolist() == [START, START + 1]
    assert page.values.tolist() == [row[1:], row[1:]]
    assert candles_of([]).values.shape == (0, 5)


def test_trades_without_ids_are_told_apart():
    rows = [{"timestamp": START, "price": 1.5, "amount": 2.0, "side": "buy", "id": None}] * 2
    names = [trade.trade_id for trade in trades_of(rows)]
    assert names == [f"{START}:1.5:2.0:buy:1", f"{START}:1.5:2.0:buy:2"]
    assert trades_of([{**rows[0], "id": 7}]) == [TapeTrade(START, "7", 1.5, 2.0, "buy")]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"side": None}, "the trade of 2022-01-01 00:00:00 UTC has the side None"),
        ({"price": None}, "the entry of 2022-01-01 00:00:00 UTC has None for its price"),
        ({"amount": float("inf")}, "the entry of 2022-01-01 00:00:00 UTC has inf for its amount"),
    ],
)
def test_trades_that_say_too_little(more, message):
    row = {"timestamp": START, "price": 1.5, "amount": 2.0, "side": "buy", "id": "1", **more}
    with pytest.raises(Retryable, match=f"^{message}$"):
        trades_of([row])


def test_funding_rates_come_in_order_and_once():
    rows = [{"timestamp": START + hours, "fundingRate": 0.1 * hours, "info": {}} for hours in (8, 0, 8)]
    assert funding_of(rows) == [FundingRate(START, 0.0), FundingRate(START + 8, 0.8)]
    with pytest.raises(Retryable, match="has None for its fundingRate"):
        funding_of([{"timestamp": START, "fundingRate": None}])


def test_books():
    book = {"timestamp": None, "bids": [[2.0, 1.0, 9], [1.0, 1.0, 9]], "asks": []}
    found = book_of(book, 1, START)
    assert found.time_ms == START
    assert np.array_equal(found.bids, [[2.0, 1.0]])
    assert found.asks.shape == (0, 2)
    assert book_of({**book, "timestamp": 5}, 9, START).time_ms == 5
