"""Payloads of market streams: fields, order and types of Binance's documented examples (web-socket-streams.md)."""

import pytest

from btbot.exchange.events import TradeEvent
from btbot.exchange.units import units
from btbot.paper.candles import Candle
from btbot.paper.record import Aggregate, Day
from btbot.paper.streams import frames

DAY = Day(
    open_ms=0, close_ms=86_400_000, open=units("0.0010"), high=units("0.0025"), low=units("0.0010"),
    last=units("0.0025"), last_quantity=units("10"), previous_close=units("0.0009"), average=units("0.0018"),
    volume=units("10000"), quote_volume=units("18"), trades=18151, first_id=0, last_id=18150,
)  # fmt: skip
TRADE = TradeEvent("BNBBTC", 12345, units("0.001"), units("100"), units("0.1"), 1672515782136, True, 88, 50)
CANDLE = Candle(
    1672515780000, 1672515839999, units("0.0010"), units("0.0025"), units("0.0015"), units("0.0020"), units("1000"),
    units("1"), 101, units("500"), units("0.5"), False,
)  # fmt: skip


def test_trade():
    assert frames.trade(TRADE) == {
        "e": "trade", "E": 1672515782136, "s": "BNBBTC", "t": 12345, "p": "0.00100000", "q": "100.00000000",
        "T": 1672515782136, "m": True, "M": True,
    }  # fmt: skip


def test_aggregate_trade():
    entry = Aggregate(12345, units("0.001"), units("100"), 100, 105, 1672515782136, True, 50)
    assert frames.aggregate("BNBBTC", entry) == {
        "e": "aggTrade", "E": 1672515782136, "s": "BNBBTC", "a": 12345, "p": "0.00100000", "q": "100.00000000",
        "f": 100, "l": 105, "T": 1672515782136, "m": True, "M": True,
    }  # fmt: skip


@pytest.mark.parametrize("closed", [False, True])
def test_kline(closed):
    payload = frames.kline("BNBBTC", "1m", CANDLE, (100, 200), closed=closed, now_ms=1672515782136)
    assert payload == {
        "e": "kline", "E": 1672515782136, "s": "BNBBTC",
        "k": {
            "t": 1672515780000, "T": 1672515839999, "s": "BNBBTC", "i": "1m", "f": 100, "L": 200,
            "o": "0.00100000", "c": "0.00200000", "h": "0.00250000", "l": "0.00150000", "v": "1000.00000000",
            "n": 101, "x": closed, "q": "1.00000000", "V": "500.00000000", "Q": "0.50000000", "B": "0",
        },
    }  # fmt: skip
    assert list(payload["k"]) == list("tTsifLochlvnxqVQB")


def test_book_ticker():
    bid, ask = (units("25.3519"), units("31.21")), (units("25.3652"), units("40.66"))
    assert frames.encode(frames.book_ticker("BNBUSDT", 400900217, bid, ask)) == (
        '{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}'
    )


def test_depth():
    payload = frames.depth("BNBBTC", 157, 160, [(units("0.0024"), units("10"))], [(units("0.0026"), 0)], now_ms=7)
    assert payload == {
        "e": "depthUpdate", "E": 7, "s": "BNBBTC", "U": 157, "u": 160, "b": [["0.00240000", "10.00000000"]],
        "a": [["0.00260000", "0.00000000"]],
    }  # fmt: skip


def test_partial_depth():
    payload = frames.partial(160, [(units("0.0024"), units("10"))], [])
    assert payload == {"lastUpdateId": 160, "bids": [["0.00240000", "10.00000000"]], "asks": []}


def test_tickers_have_the_fields_of_the_documentation_in_their_order():
    bid, ask = (units("0.0024"), units("10")), (units("0.0026"), units("100"))
    assert list(frames.mini_ticker("BNBBTC", DAY, now_ms=1)) == list("eEscohlvq")
    assert list(frames.ticker("BNBBTC", DAY, bid, ask, now_ms=1)) == list("eEspPwxcQbBaAohlvqOCFLn")
    assert list(frames.window_ticker("BNBBTC", "1h", DAY, now_ms=1)) == list("eEspPohlcwvqOCFLn")


def test_ticker():
    bid, ask = (units("0.0024"), units("10")), (units("0.0026"), units("100"))
    payload = frames.ticker("BNBBTC", DAY, bid, ask, now_ms=1672515782136)
    assert payload["e"] == "24hrTicker"
    assert (payload["p"], payload["P"], payload["w"]) == ("0.00150000", "150.000", "0.00180000")
    assert (payload["F"], payload["L"], payload["n"], payload["C"]) == (0, 18150, 18151, 86_400_000)
    assert frames.window_ticker("BNBBTC", "4h", DAY, now_ms=1)["e"] == "4hTicker"
    assert frames.mini_ticker("BNBBTC", DAY, now_ms=1)["e"] == "24hrMiniTicker"


def test_average_price():
    assert frames.average_price("BTCUSDT", units("25776.86"), 5, 1693907032213, now_ms=1693907033000) == {
        "e": "avgPrice", "E": 1693907033000, "s": "BTCUSDT", "i": "5m", "w": "25776.86000000", "T": 1693907032213,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "base", "text"),
    [(15, 6, "250.000"), (-1, 3, "-33.333"), (0, 5, "0.000"), (5, 0, "0.000"), (-1, 10**9, "0.000")],
)
def test_percent(change, base, text):
    assert frames.percent(change, base) == text
