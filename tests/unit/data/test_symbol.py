"""Spellings of a market."""

import pytest

from btbot.data.symbol import choose, pair, plain, spellings
from btbot.errors import DataError


def test_spellings_begin_with_the_likeliest():
    assert spellings("BTC/USDT") == ["BTC/USDT", "BTC-USDT", "BTCUSDT", "BTC_USDT"]
    assert spellings("BTC-USDT") == ["BTC-USDT", "BTCUSDT", "BTC_USDT"]
    assert spellings("BTC/USDT:USDT") == ["BTC/USDT:USDT", "BTC-USDT", "BTCUSDT", "BTC_USDT"]
    assert spellings("AAPL") == ["AAPL"]


@pytest.mark.parametrize("name", ["BTC/USDT", "btc-usdt", "BTC_USDT", "BTCUSDT", "BTC/USDT:USDT"])
def test_all_spellings_are_one_market(name):
    assert plain(name) == "BTCUSDT"


def test_an_exact_name_wins_over_a_similar_one():
    assert choose("BTC/USDT", ["BTC/USDT:USDT", "BTC/USDT"], "x.csv") == "BTC/USDT"
    assert choose("BTC/USDT", ["BTC/USDT:USDT"], "x.csv") == "BTC/USDT:USDT"


def test_many_symbols_are_not_all_listed():
    with pytest.raises(DataError) as caught:
        choose("X", [f"A{at}" for at in range(9)], "x.csv")
    assert str(caught.value) == (
        "x.csv: holds A0, A1, A2, A3, A4, A5, ... (9 in all), not X; write one of them in symbols:"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("BTCUSDT", "BTC/USDT"),
        ("btc_usdt", "BTC/USDT"),
        ("BTC/USDT:USDT", "BTC/USDT"),
        ("TUSDT", "T/USDT"),
        ("1000PEPEUSDT", "1000PEPE/USDT"),
        ("TUSDUSDT", "TUSD/USDT"),
        ("ETHBTC", "ETH/BTC"),
        ("BATUSD", "BAT/USD"),
        ("BTCTUSD", "BTC/TUSD"),
        ("XBTUSD", "BTC/USD"),
        ("XDG-EUR", "DOGE/EUR"),
        ("AAPL", None),
        ("USDT", None),
        ("A/B/C", None),
        ("", None),
    ],
)
def test_pairs(text, found):
    assert pair(text) == found


def test_binance_has_no_dollars_but_three_others():
    assert pair("BATUSD", exchange="binance") == "BA/TUSD"
    assert pair("ADABUSD", exchange="binance") == "ADA/BUSD"
