"""What the names of streams mean."""

import pytest

from btbot.paper.candles import INTERVALS
from btbot.paper.streams.names import Stream, is_stream, parse


@pytest.mark.parametrize("interval", INTERVALS)
def test_every_interval_of_klines(interval):
    every = 1000 if interval == "1s" else 2000
    assert parse(f"btcusdt@kline_{interval}") == Stream(
        f"btcusdt@kline_{interval}", "kline", "BTCUSDT", interval, every_ms=every
    )
    assert parse(f"btcusdt@kline_{interval}@+08:00").offset_ms == 8 * 3_600_000


@pytest.mark.parametrize(
    ("name", "kind", "levels", "every_ms"),
    [
        ("btcusdt@trade", "trade", 0, 0),
        ("btcusdt@aggTrade", "aggTrade", 0, 0),
        ("btcusdt@bookTicker", "bookTicker", 0, 0),
        ("btcusdt@depth", "depth", 0, 1000),
        ("btcusdt@depth@1000ms", "depth", 0, 1000),
        ("btcusdt@depth@100ms", "depth", 0, 100),
        ("btcusdt@depth5", "partial", 5, 1000),
        ("btcusdt@depth10@100ms", "partial", 10, 100),
        ("btcusdt@depth20@1000ms", "partial", 20, 1000),
        ("btcusdt@miniTicker", "miniTicker", 0, 1000),
        ("btcusdt@ticker", "ticker", 0, 1000),
        ("btcusdt@ticker_4h", "window", 0, 1000),
        ("btcusdt@avgPrice", "avgPrice", 0, 1000),
        ("!miniTicker@arr", "miniTicker", 0, 1000),
        ("!ticker@arr", "ticker", 0, 1000),
        ("!ticker_1d@arr", "window", 0, 1000),
    ],
)
def test_other_streams(name, kind, levels, every_ms):
    stream = parse(name)
    assert (stream.name, stream.kind, stream.levels, stream.every_ms) == (name, kind, levels, every_ms)
    assert stream.symbol == ("" if name.startswith("!") else "BTCUSDT")


@pytest.mark.parametrize(
    "name",
    [
        "btcusdt@kline_7m", "btcusdt@kline_1M@+09:00", "btcusdt@depth7", "btcusdt@depth5@250ms", "btcusdt@depth@10ms",
        "btcusdt@ticker_2h", "btcusdt@nothing", "BTCUSDT@trade", "!ticker_2h@arr", "!bookTicker",
    ],
)  # fmt: skip
def test_what_has_the_form_of_a_name_but_no_meaning(name):
    assert parse(name) is None


@pytest.mark.parametrize("name", ["btcusdt@trade", "btcusdt@depth5@100ms", "!miniTicker@arr", "x@kline_1m@+08:00"])
def test_form_of_names(name):
    assert is_stream(name)


@pytest.mark.parametrize("name", ["", "0", "btcusdt", "@trade", "btcusdt@", "a b@trade", "a@b@c@d", "a@b/c", "!"])
def test_what_is_no_name(name):
    assert not is_stream(name)
