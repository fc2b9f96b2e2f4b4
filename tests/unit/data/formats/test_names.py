"""What paths say about files."""

from pathlib import Path

import pytest

from btbot.data.formats.names import read

ARCHIVE = "data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (ARCHIVE, ("candles", "binance", "spot", "BTC/USDT", "1h")),
        ("data/futures/um/daily/klines/ETHBTC/15m/ETHBTC-15m-2024-01-31.zip", ("candles", "binance", "perpetual", "ETH/BTC", "15m")),
        ("BTCUSDT-1h-2024-10-28.zip", ("candles", "binance", None, "BTC/USDT", "1h")),
        ("BTCUSDT-1h-2024-10-28.csv", ("candles", "binance", None, "BTC/USDT", "1h")),
        ("spot-klines-BTCUSDT-1h-2024-10-28.zip", ("candles", "binance", "spot", "BTC/USDT", "1h")),
        ("spot/daily/aggTrades/PEPEUSDT/PEPEUSDT-aggTrades-2024-10-27.zip", ("trades", "binance", "spot", "PEPE/USDT", "None")),
        ("PEPEUSDT-trades-2024-10.zip", ("trades", "binance", None, "PEPE/USDT", "None")),
        ("um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-01.zip", ("funding", "binance", "perpetual", "BTC/USDT", "None")),
        ("user_data/data/kraken/BTC_USDT-1h.feather", ("candles", "kraken", "spot", "BTC/USDT", "1h")),
        ("user_data/data/okx/futures/BTC_USDT_USDT-4h-futures.json.gz", ("candles", "okx", "perpetual", "BTC/USDT", "4h")),
        ("okx/futures/BTC_USDT_USDT-8h-funding_rate.feather", ("funding", "okx", "perpetual", "BTC/USDT", "None")),
        ("XRP_ETH-trades.feather", ("trades", None, "spot", "XRP/ETH", "None")),
        ("Binance_BTCUSDT_1h.csv", (None, "binance", None, "BTC/USDT", "1h")),
        ("Binance_BTCUSDT_2020_minute.csv", (None, "binance", None, "BTC/USDT", "1m")),
        ("gemini_BTCUSD_2019_1min.csv", (None, "gemini", None, "BTC/USD", "1m")),
        ("Bitstamp_BTCUSD_d.csv", (None, "bitstamp", None, "BTC/USD", "1d")),
        ("BTCUSDT-perp-5m-binance.csv.gz", (None, "binance", "perpetual", "BTC/USDT", "5m")),
        ("BTCUSDT-funding-8h-binance.csv.gz", ("funding", "binance", "perpetual", "BTC/USDT", "None")),
        ("WBTC-USDT-spot-1h-bitfinex.parquet", (None, "bitfinex", "spot", "WBTC/USDT", "1h")),
        ("kraken/XBTUSD_60.csv", (None, "kraken", None, "BTC/USD", "None")),
        ("btcusdt-trades.parquet", ("trades", None, None, "BTC/USDT", "None")),
        ("BTC-USD.csv", (None, None, None, "BTC/USD", "None")),
        ("candles.csv", (None, None, None, None, "None")),
        ("country.csv", (None, None, None, None, "None")),
        ("SPY.csv", (None, None, None, None, "None")),
        ("CRYPTO-1d-binance-perp-manysymbols.csv.gz", (None, "binance", "perpetual", None, "1d")),
    ],
)  # fmt: skip
def test_names_of_files(tmp_path, path, said):
    found = read(tmp_path / path)
    assert (found.kind, found.exchange, found.market, found.symbol, str(found.timeframe)) == said
    assert found.unkept == ""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("futures/um/daily/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2024-01-01.zip", "markPriceKlines is not stored, which is of candles, aggTrades, trades and funding rates"),
        ("futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2024-01-01.zip", "metrics is not stored, which is of candles, aggTrades, trades and funding rates"),
        ("data/futures/cm/monthly/klines/BTCUSD_PERP/1m/BTCUSD_PERP-1m-2021-01.zip", "coin-margined contracts are not stored, because their volume counts contracts"),
        ("data/futures/um/monthly/klines/BTCUSDT_210625/1m/BTCUSDT_210625-1m-2021-01.zip", "futures with a date of delivery are not stored, perpetuals are"),
        ("data/spot/monthly/klines/BTCUSDT/1mo/BTCUSDT-1mo-2024-01.zip", "candles of 1mo are not stored, since months differ in length; s, m, h, d and w are"),
        ("data/option/daily/EOHSummary/BTCUSDT/BTCUSDT-EOHSummary-2023-05-18.zip", "options are not stored"),
        ("futures/BTC_USDT_USDT-8h-mark.feather", "mark prices are not stored, which is of candles, trades and funding rates"),
        ("futures/BTC_USD_BTC-1h-futures.feather", "coin-margined contracts are not stored, because their volume counts contracts"),
        ("BTC_USDT-1h.h5", "HDF5 is not read; let freqtrade convert it: freqtrade convert-data --format-to feather"),
    ],
)  # fmt: skip
def test_what_is_not_stored(path, reason):
    assert read(Path("somewhere") / path).unkept == reason


def test_single_trades_are_told_from_aggregated_ones():
    assert read(Path("spot/monthly/trades/BTCUSDT/BTCUSDT-trades-2024-01.zip")).single
    assert not read(Path("spot/monthly/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2024-01.zip")).single
