"""Epochs of freqtrade's hyperopt on the SMA cross, without a network; runs in an environment of its own.

The averages are computed once for all epochs, which is freqtrade's fastest form; an epoch is what its workers do for
each: read them, populate entries and exits, loop over the candles, and compute the statistics.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import freqtrade
import numpy as np
import pandas as pd
from freqtrade.configuration import Configuration
from freqtrade.enums import RunMode
from freqtrade.optimize.hyperopt.hyperopt_optimizer import HyperOptimizer
from freqtrade.resolvers import ExchangeResolver

PAIR = "BTC/USDT"
SETTINGS = ((10, 50), (10, 100), (20, 50), (20, 100))
CAPITAL, FEE = 1_000_000.0, 0.001
STRATEGY = """
import talib
from freqtrade.strategy import CategoricalParameter, IStrategy


class Cross(IStrategy):
    INTERFACE_VERSION = 3
    timeframe = "15m"
    startup_candle_count = 0
    minimal_roi = {"0": 1000.0}
    stoploss = -0.99
    use_exit_signal = True
    process_only_new_candles = True
    fast = CategoricalParameter([10, 20], default=20, space="buy")
    slow = CategoricalParameter([50, 100], default=50, space="buy")

    def populate_indicators(self, dataframe, metadata):
        for window in (10, 20, 50, 100):
            dataframe[f"sma_{window}"] = talib.SMA(dataframe["close"], window)
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        fast, slow = dataframe[f"sma_{self.fast.value}"], dataframe[f"sma_{self.slow.value}"]
        dataframe.loc[(fast > slow) & (fast.shift(1) <= slow.shift(1)), "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        fast, slow = dataframe[f"sma_{self.fast.value}"], dataframe[f"sma_{self.slow.value}"]
        dataframe.loc[(fast < slow) & (fast.shift(1) >= slow.shift(1)), "exit_long"] = 1
        return dataframe

    def custom_stake_amount(self, current_rate, **kwargs):
        return current_rate
"""
MARKET = {
    "symbol": PAIR, "base": "BTC", "quote": "USDT", "id": "BTCUSDT", "active": True, "spot": True, "type": "spot",
    "swap": False, "future": False, "margin": False, "contract": False, "linear": None, "inverse": None,
    "precision": {"amount": 1e-8, "price": 0.01}, "maker": FEE, "taker": FEE, "info": {},
    "limits": {"amount": {"min": 1e-8, "max": None}, "price": {"min": 0.01, "max": None},
               "cost": {"min": 1.0, "max": None}, "leverage": {"min": None, "max": None}},
}  # fmt: skip


def configured(folder: Path) -> dict:
    """Write strategy and settings below the folder and return the configuration."""
    (folder / "strategies").mkdir()
    (folder / "strategies" / "cross.py").write_text(STRATEGY)
    settings = {
        "exchange": {"name": "binance", "pair_whitelist": [PAIR], "pair_blacklist": []},
        "stake_currency": "USDT", "stake_amount": 100_000.0, "dry_run": True, "dry_run_wallet": CAPITAL, "fee": FEE,
        "max_open_trades": 1, "trading_mode": "spot", "timeframe": "15m", "pairlists": [{"method": "StaticPairList"}],
        "entry_pricing": {"price_side": "other"}, "exit_pricing": {"price_side": "other"},
        "dataformat_ohlcv": "feather",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(settings))
    arguments = {
        "config": [str(folder / "config.json")], "user_data_dir": str(folder), "datadir": str(folder / "data"),
        "strategy": "Cross", "spaces": ["buy"], "epochs": 1, "hyperopt_loss": "OnlyProfitHyperOptLoss",
        "hyperopt_min_trades": 1,
    }  # fmt: skip
    return Configuration(arguments, RunMode.HYPEROPT).get_config()


def save_candles(path: str, folder: Path) -> None:
    """Write the candles where freqtrade looks for them."""
    arrays = np.load(path)
    frame = pd.DataFrame({"date": pd.to_datetime(arrays["time"], unit="ms", utc=True)})
    for name in ("open", "high", "low", "close", "volume"):
        frame[name] = arrays[name]
    folder.mkdir()
    frame.to_feather(folder / "BTC_USDT-15m.feather")


def offline(load):
    """Return a loader of exchanges that asks nobody and knows one market."""

    def without_network(config, **_):
        exchange = load(config, validate=False)
        exchange._markets = {PAIR: MARKET}
        return exchange

    return without_network


def main(path: str) -> None:
    """Print the seconds of the fastest epoch, and final equity and number of trades of each setting."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_candles(path, folder / "data")
        with patch.object(ExchangeResolver, "load_exchange", offline(ExchangeResolver.load_exchange)):
            optimizer = HyperOptimizer(configured(folder), folder / "data.pkl")
        optimizer.prepare_hyperopt()
        seconds, found = [], []
        for fast, slow in SETTINGS:
            begin = time.perf_counter()
            epoch = optimizer.generate_optimizer({"fast": fast, "slow": slow})
            seconds.append(time.perf_counter() - begin)
            stats = epoch["results_metrics"]
            found.append(((fast, slow), (stats["final_balance"], stats["total_trades"])))
    print(json.dumps({"version": freqtrade.__version__, "seconds": min(seconds), "found": found}))


if __name__ == "__main__":
    main(sys.argv[1])
