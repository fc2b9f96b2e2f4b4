"""A saved configuration means the same from any folder."""

from __future__ import annotations

from btbot.config import load_config, settled, to_yaml

TEXT = """
symbols: [BTC/USDT, ETH/USDT]
timeframe: 1h
feed: {name: ohlcv_csv, paths: {BTC/USDT: candles/btc.csv, ETH/USDT: /data/eth.csv}}
strategies: [{name: ma_cross}]
costs: {funding: rates.csv}
plugins: {strategies: [mine]}
"""


def test_paths_become_absolute_and_the_name_is_kept(tmp_path):
    file = tmp_path / "idea.yml"
    file.write_text(TEXT, encoding="utf-8")
    (tmp_path / "mine").mkdir()
    shown = settled(load_config(file))
    assert shown["name"] == "idea"
    assert shown["feed"]["paths"] == {"BTC/USDT": str(tmp_path / "candles/btc.csv"), "ETH/USDT": "/data/eth.csv"}
    assert shown["costs"]["funding"] == str(tmp_path / "rates.csv")
    assert shown["plugins"]["strategies"] == [str(tmp_path / "mine")]


def test_saved_configuration_loads_to_an_equal_one_elsewhere(tmp_path):
    file = tmp_path / "idea.yml"
    file.write_text(TEXT, encoding="utf-8")
    (tmp_path / "mine").mkdir()
    first = settled(load_config(file))
    elsewhere = tmp_path / "elsewhere" / "config.yaml"
    elsewhere.parent.mkdir()
    elsewhere.write_text(to_yaml(load_config(first)), encoding="utf-8")
    assert settled(load_config(elsewhere)) == first


def test_the_word_for_stored_funding_is_no_file(tmp_path):
    file = tmp_path / "idea.yml"
    file.write_text(TEXT.replace("funding: rates.csv", "funding: {BTC/USDT: store}"), encoding="utf-8")
    (tmp_path / "mine").mkdir()
    assert settled(load_config(file))["costs"]["funding"] == {"BTC/USDT": "store"}
