"""A sparse run, a dense run and plain Backtrader give the same trades, fills, cash and equity."""

import copy
from functools import cache
from pathlib import Path

import pytest
from compare import assert_equal_runs, assert_same
from markets import cases
from recorded import candles, real
from reference.host import run_reference

from btbot.config import load_config
from btbot.engine import run

FOLDER = Path(__file__).parent / "strategies"
QUICK = list(cases(45, seed=20240101))
MANY = list(cases(320, seed=7))


def run_btbot(config, engine, fills="stock"):
    settings = {key: copy.copy(value) for key, value in config.items()}
    settings.update(version=1, engine=engine, fills=fills, plugins={"strategies": [str(FOLDER)]})
    return run(load_config(settings))


@cache
def reference_of(case):
    return run_reference(case.config)


def check(config, reference=None):
    reference = reference or run_reference(config)
    sparse, dense = run_btbot(config, "sparse"), run_btbot(config, "dense")
    assert_same(reference, dense)
    assert_same(reference, sparse)
    return reference


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_random_market_equals_plain_backtrader(case):
    check(case.config, reference_of(case))


@pytest.mark.slow
@pytest.mark.parametrize("case", MANY, ids=lambda case: case.name)
def test_many_random_markets_equal_plain_backtrader(case):
    check(case.config)


@pytest.mark.parametrize("case", QUICK[::3], ids=lambda case: case.name)
def test_default_fills_are_equal_sparse_and_dense(case):
    assert_equal_runs(
        run_btbot(case.config, "dense", fills="default"), run_btbot(case.config, "sparse", fills="default")
    )


def test_random_cases_reach_every_kind_of_exit():
    reasons, refused = set(), 0
    for case in QUICK:
        reference = reference_of(case)
        reasons |= set(reference.trades["exit_reason"])
        refused += reference.refused
    wanted = {"signal", "opposite", "max_hold", "stop", "take_profit", "trailing", "break_even", "open"}
    assert wanted <= reasons, f"missing: {wanted - reasons}"
    assert refused > 0


STRATEGIES = ["trend_following", "mean_reversion", "ma_cross", "reversal_trailing"]
PROTECTED = {
    "stop": {"atr": 2.3},
    "take_profit": {"percent": 0.031},
    "trailing": {"atr": 3.1, "after_atr": 1.0},
}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_hourly_candles_equal_plain_backtrader(data_dir, strategy):
    frames = {"BTC/USDT": candles(data_dir, "BTCUSDT-1h-binance.csv.gz", 4_000)}
    assert len(check(real(frames, "1h", strategy)).trades) > 10


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_quarter_hourly_candles_equal_plain_backtrader(data_dir, strategy):
    frames = {"BTC/USDT": candles(data_dir, "BTCUSDT-15m-binance.csv.gz", 3_000)}
    assert len(check(real(frames, "15m", strategy)).trades) > 10


@pytest.mark.parametrize("strategy", STRATEGIES[:3])
def test_protected_positions_on_real_candles_equal_plain_backtrader(data_dir, strategy):
    frames = {"BTC/USDT": candles(data_dir, "BTCUSDT-1h-binance.csv.gz", 3_000)}
    reference = check(real(frames, "1h", strategy, exits=PROTECTED))
    assert len({"stop", "trailing", "take_profit"} & set(reference.trades["exit_reason"])) >= 2


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_two_symbols_at_once_equal_plain_backtrader(data_dir, strategy):
    names = {"BTC/USDT": "BTCUSDT-15m-binance.csv.gz", "ETH/USDT": "ETHUSDT-15m-binance.csv.gz"}
    frames = {symbol: candles(data_dir, name, 2_000) for symbol, name in names.items()}
    common = frames["BTC/USDT"].index.intersection(frames["ETH/USDT"].index)
    frames = {symbol: frame.loc[common] for symbol, frame in frames.items()}
    assert set(check(real(frames, "15m", strategy)).trades["symbol"]) == set(frames)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(("name", "timeframe"), [("BTCUSDT-1h-binance", "1h"), ("BTCUSDT-15m-binance", "15m")])
def test_whole_files_equal_plain_backtrader(data_dir, strategy, name, timeframe):
    frames = {"BTC/USDT": candles(data_dir, f"{name}.csv.gz")}
    assert len(check(real(frames, timeframe, strategy)).trades) > 100
