"""Recorded files: clean ones pass without false alarms, messy ones are refused with line and reason."""

import time

import numpy as np
import pytest

from btbot.data.gate import admit, inspect
from btbot.data.read import read_candles
from btbot.errors import DataError

CLEAN = {
    "BTCUSDT-1h-binance.csv.gz": ("1h", 64_524, {"missing": 128, "zero_volume": 4, "outlier": 1}),
    "BTCUSDT-15m-binance.csv.gz": ("15m", 70_171, {"missing": 5, "zero_volume": 5, "outlier": 1}),
    "ETHUSDT-15m-binance.csv.gz": ("15m", 70_171, {"missing": 5, "zero_volume": 5, "outlier": 1}),
    "BTCUSDT-5m-binance.csv.gz": ("5m", 210_223, {"missing": 305, "zero_volume": 14, "outlier": 2}),
    "BTCUSDT-perp-5m-binance.csv.gz": ("5m", 143_899, {"zero_volume": 3, "outlier": 5}),
    "SOLUSDT-1h-binance.csv.gz": ("1h", 22_839, {"missing": 1, "zero_volume": 1}),
    "BTCUSD-1m-bitfinex-2018.csv.gz": ("1m", 520_499, {"missing": 5_101, "outlier": 7, "volume_spike": 386}),
    "fixtures/freqtrade/ETH_BTC-5m.feather": ("5m", 5_760, {}),
    "fixtures/freqtrade/XRP_ETH-1m.feather": ("1m", 2_469, {"missing": 1_091, "volume_spike": 11}),
    "fixtures/binance/spot-klines-BTCUSDT-1h-2024-10-28.zip": ("1h", 24, {}),
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_files_have_no_errors_and_few_warnings(data_dir, name):
    timeframe, rows, expected = CLEAN[name]
    bars, findings = admit(read_candles(data_dir / name), "X")
    assert (str(bars.timeframe), len(bars)) == (timeframe, rows)
    assert {finding.severity for finding in findings} <= {"warning"}
    assert {finding.kind: finding.count for finding in findings} == expected


def test_the_crash_of_march_2020_is_no_outlier(data_dir):
    frame = read_candles(data_dir / "BTCUSDT-1h-binance.csv.gz")
    outliers = [finding for finding in inspect(frame, "X") if finding.kind == "outlier"]
    assert [finding.places for finding in outliers] == [("2023-08-29T14:00:00Z",)]


def test_holes_are_those_of_the_exchange(data_dir):
    frame = read_candles(data_dir / "BTCUSDT-1h-binance.csv.gz")
    missing = next(finding for finding in inspect(frame, "X") if finding.kind == "missing")
    assert missing.text == (
        "128 candles missing in 28 holes, the longest after 2018-02-08T00:00:00Z until 2018-02-09T10:00:00Z; "
        "download them if the market was open"
    )


@pytest.mark.parametrize("symbol", ["BTC/USDT", "ETHUSDT", "SOL/USDT:USDT"])
def test_one_perpetual_of_many(data_dir, symbol):
    bars, findings = admit(read_candles(data_dir / "CRYPTO-1d-binance-perp-manysymbols.csv.gz", symbol=symbol), symbol)
    assert str(bars.timeframe) == "1d"
    assert findings == []


@pytest.mark.parametrize("symbol", ["A", "AAL", "AAP"])
def test_one_stock_of_many(data_dir, symbol):
    frame = read_candles(data_dir / "USSTOCKS-1d.csv.gz", symbol=symbol)
    bars, findings = admit(frame, symbol, calendar="stocks")
    assert (str(bars.timeframe), len(bars)) == ("1d", 1_330)
    assert findings == []


@pytest.mark.parametrize(
    ("name", "line"), [("IngiOrn__Binance_BTCUSDT_1h.csv.gz", 6_247), ("andrewsiah__Binance_BTCUSDT_1h.csv.gz", 10_127)]
)
def test_messy_files_are_refused_with_line_and_reason(data_dir, name, line):
    frame = read_candles(data_dir / "messy" / name)
    notices = {finding.kind for finding in inspect(frame, "BTC/USDT") if finding.severity == "notice"}
    assert notices == {"mixed_units", "newest_first"}
    with pytest.raises(DataError) as caught:
        admit(frame, "BTC/USDT")
    assert str(caught.value) == (
        f"{name}: BTC/USDT: {len(frame):,} candles refused: 2,649 candles with the time of another, 2,649 of them with "
        f"different values, first at 2020-08-01T23:00:00Z, line {line}; one candle a time is allowed, remove the others "
        "from the file [duplicate: 2020-08-01T23:00:00Z, 2020-08-02T00:00:00Z, 2020-08-02T01:00:00Z]"
    )
    with pytest.raises(DataError, match="does not invent or choose candles, keep one of each in the file"):
        admit(frame, "BTC/USDT", on_error="warn")


def test_a_messy_file_without_its_double_hours_comes_in_clean(data_dir):
    frame = read_candles(data_dir / "messy" / "IngiOrn__Binance_BTCUSDT_1h.csv.gz")
    kept = frame[~frame["time"].duplicated(keep=False)].reset_index(drop=True)
    clean = read_candles(data_dir / "BTCUSDT-1h-binance.csv.gz").set_index("time")
    bars, _ = admit(kept, "BTC/USDT")
    both = np.intersect1d(bars.time, clean.index)
    ours = bars.frame["close"].set_axis(bars.time).loc[both]
    assert len(both) > 26_000
    assert (ours == clean["close"].loc[both]).mean() > 0.98


@pytest.mark.parametrize(
    "name",
    [
        "fixtures/binance/spot-PEPEUSDT-aggTrades-2024-10-27.zip",
        "fixtures/binance/btcusdt-trades.parquet",
        "fixtures/binance/btcusdt-quotes.parquet",
        "fixtures/binance/btcusdt-depth-snap.csv",
        "fixtures/freqtrade/XRP_ETH-trades.feather",
        "BTCUSDT-funding-8h-binance.csv.gz",
    ],
)
def test_files_of_something_else_are_refused(data_dir, name):
    with pytest.raises(DataError, match="is it a file of candles"):
        read_candles(data_dir / name)


def test_json_of_candles_is_read_and_other_json_refused(data_dir):
    bars, findings = admit(read_candles(data_dir / "fixtures/binance/http_spot_market_klines.json"), "X")
    assert (str(bars.timeframe), len(bars), findings) == ("1m", 10, [])
    assert (bars.open[0], bars.volume[-1]) == (60685.22, 0.04734)
    with pytest.raises(
        DataError, match=r"http_spot_market_time\.json: is JSON of another kind; a list of rows such as "
    ):
        read_candles(data_dir / "fixtures/binance/http_spot_market_time.json")


@pytest.mark.slow
def test_half_a_million_candles_in_a_second(data_dir):
    started = time.process_time()
    frame = read_candles(data_dir / "BTCUSD-1m-bitfinex-2018.csv.gz")
    admit(frame, "BTC/USD")
    assert time.process_time() - started < 1.5
