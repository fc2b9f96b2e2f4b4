"""A market of any file: the right form, the right start, and words for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btbot.errors import ConfigError, DataError
from btbot.exchange.symbols import usual
from btbot.exchange.units import SCALE
from btbot.paper.market import BookReplay, CandleReplay, TapeReplay, load_replay

BEGIN = 1_704_067_200_000
HOUR = 3_600_000


@pytest.fixture
def candles(tmp_path: Path) -> Path:
    """Two thousand hours."""
    file = tmp_path / "BTCUSDT-1h.csv"
    close = 30_000 + np.arange(2_000)
    columns = {"timestamp": BEGIN + HOUR * np.arange(2_000), "open": close - 1, "high": close + 2, "low": close - 3}
    pd.DataFrame({**columns, "close": close, "volume": 10.5}).to_csv(file, index=False)
    return file


def test_candles_begin_after_a_thousand_bars_or_a_fifth(candles: Path) -> None:
    market = load_replay(candles, "BTC/USDT", "1h")
    assert isinstance(market, CandleReplay)
    assert market.start_ms == BEGIN + 400 * HOUR
    assert market.symbol == usual("BTC/USDT", 31_999.0)
    assert len(market.history()[0]) == 400


def test_a_start_is_a_date_or_milliseconds(candles: Path) -> None:
    assert load_replay(candles, "BTC/USDT", "1h", start="2024-01-03").start_ms == BEGIN + 48 * HOUR
    assert load_replay(candles, "BTC/USDT", "1h", start="2024-01-03T01:30+01:00").start_ms == BEGIN + 49 * HOUR
    assert load_replay(candles, "BTC/USDT", start=BEGIN).start_ms == BEGIN


def test_a_symbol_of_ones_own_keeps_its_rules(candles: Path) -> None:
    own = usual("BTC/USDT", 5.0)
    assert load_replay(candles, own, "1h").symbol is own


def test_finer_candles_are_played_as_they_are(candles: Path) -> None:
    market = load_replay(candles, "BTC/USDT", "1d")
    assert str(market.history()[0].timeframe) == "1h"


def test_the_seed_reaches_the_way(candles: Path) -> None:
    first, second = (load_replay(candles, "BTC/USDT", "1h", seed=seed, prints=30) for seed in (1, 2))
    assert isinstance(first, CandleReplay)
    assert isinstance(second, CandleReplay)
    assert len(first._way) == 30
    assert first._way != second._way


def test_trades_and_books_are_told_by_content(tmp_path: Path) -> None:
    tape = tmp_path / "whatever.csv"
    tape.write_text("".join(f"{at},100.5,0.25,25.1,{BEGIN + at},False,True\n" for at in range(100)))
    market = load_replay(tape, "BTC/USDT")
    assert isinstance(market, TapeReplay)
    assert market.symbol.name == "BTCUSDT"
    assert load_replay(tape, "BTC/USDT", start=BEGIN + 50).start_ms == BEGIN
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "1.jsonl").write_text(json.dumps({"lastUpdateId": 1, "T": BEGIN, "bids": [["99", "1"]], "asks": []}))
    (folder / "readme.txt").write_text("a recording")
    for path in (folder, folder / "1.jsonl"):
        found = load_replay(path, "BTC/USDT")
        assert isinstance(found, BookReplay)
        assert found.symbol.tick == usual("BTC/USDT", 99.0).tick


def test_a_snapshot_brings_the_changes_beside_it(tmp_path: Path) -> None:
    header = "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n"
    (tmp_path / "x-snap.csv").write_text(f"{header}BTCUSDT,{BEGIN},1,1,b,snap,99.0,1,-1\n")
    (tmp_path / "x-update.csv").write_text(f"{header}BTCUSDT,{BEGIN + 9},2,2,b,set,99.0,0,1\n")
    market = load_replay(tmp_path / "x-snap.csv", "BTC/USDT")
    assert isinstance(market, BookReplay)
    assert [event.time_ms for event in market._events] == [BEGIN, BEGIN + 9]


def test_real_files_of_every_kind_make_markets(data_dir: Path) -> None:
    kinds = {
        "BTCUSDT-5m-binance.csv.gz": CandleReplay,
        "fixtures/binance/spot-klines-BTCUSDT-1h-2024-10-28.zip": CandleReplay,
        "fixtures/freqtrade/ETH_BTC-5m.feather": CandleReplay,
        "fixtures/binance/spot-PEPEUSDT-aggTrades-2024-10-27.zip": TapeReplay,
        "fixtures/binance/btcusdt-trades.parquet": TapeReplay,
        "fixtures/freqtrade/XRP_ETH-trades.feather": TapeReplay,
        "fixtures/binance/btcusdt-depth-snap.csv": BookReplay,
    }
    for name, kind in kinds.items():
        pair = "PEPE/USDT" if "PEPE" in name else "ETH/BTC" if "ETH_BTC" in name else "BTC/USDT"
        assert type(load_replay(data_dir / name, pair)) is kind, name


def test_what_is_wrong_is_said(candles: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv: cannot be read"):
        load_replay(tmp_path / "nowhere.csv", "BTC/USDT")
    with pytest.raises(DataError, match=r"BTCUSDT-1h\.csv: ends at 2024-03-24 07:00, before the start"):
        load_replay(candles, "BTC/USDT", start="2025-01-01")
    with pytest.raises(ConfigError, match="start: 'soon' is no date; write one such as 2024-03-01"):
        load_replay(candles, "BTC/USDT", start="soon")
    with pytest.raises(DataError, match="holds candles of 1h, which do not add up to 15m"):
        load_replay(candles, "BTC/USDT", "15m")
    with pytest.raises(ConfigError, match="symbol: 'BTC' is no pair"):
        load_replay(candles, "BTC")
    (tmp_path / "prose.csv").write_text("once upon a time\n")
    with pytest.raises(DataError, match=r"prose\.csv"):
        load_replay(tmp_path / "prose.csv", "BTC/USDT")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty"):
        load_replay(tmp_path / "empty", "BTC/USDT")


def test_prices_of_the_first_book_set_the_rules(tmp_path: Path) -> None:
    file = tmp_path / "b.jsonl"
    file.write_text(json.dumps({"lastUpdateId": 1, "T": BEGIN, "bids": [["0.15", "100"]], "asks": []}))
    assert load_replay(file, "DOGE/USDT").symbol.tick < SCALE // 100
