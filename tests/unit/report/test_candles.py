import numpy as np
import pytest

from btbot.report.candles import read_candles, write_candles


def test_bars_and_overlays_come_back_bit_by_bit(tmp_path, make_result):
    result = make_result(bars=50, trades=3, symbols=("BTC/USDT", "ETH/USDT"))
    del result.overlays["ETH/USDT"]["adx"]
    write_candles(result.bars, result.overlays, tmp_path / "chart.parquet")
    bars, overlays = read_candles(tmp_path / "chart.parquet")
    assert [one.fingerprint for one in bars.values()] == [one.fingerprint for one in result.bars.values()]
    assert {symbol: list(named) for symbol, named in overlays.items()} == {
        "BTC/USDT": ["sma 20", "adx"],
        "ETH/USDT": ["sma 20"],
    }
    for symbol, named in overlays.items():
        for name, values in named.items():
            np.testing.assert_array_equal(values, result.overlays[symbol][name])


def test_no_bars_at_all(tmp_path):
    write_candles({}, {}, tmp_path / "chart.parquet")
    assert read_candles(tmp_path / "chart.parquet") == ({}, {})


def test_an_overlay_of_another_length_is_named(tmp_path, make_result):
    result = make_result(bars=50, trades=3)
    with pytest.raises(ValueError, match=r"BTC/USDT: overlay 'x' has shape \(3,\), the bars have \(50,\)"):
        write_candles(result.bars, {"BTC/USDT": {"x": np.zeros(3)}}, tmp_path / "chart.parquet")
