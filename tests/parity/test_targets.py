"""Targets: sparse, dense and plain Backtrader send the same orders."""

import copy
from pathlib import Path

import numpy as np
import pytest
from compare import fills_of_reference, fills_of_result, same_equity, same_fills
from markets import cases
from recorded import candles, real
from reference.host import run_reference
from reference.targets import EwmaTrend, Wavering

from btbot.config import load_config
from btbot.engine import run

FOLDER = Path(__file__).parent / "strategies"


def check(config, strategy):
    reference = run_reference(config, strategy)
    for engine in ("dense", "sparse"):
        settings = {key: copy.copy(value) for key, value in config.items()}
        settings.update(version=1, engine=engine, fills="stock", plugins={"strategies": [str(FOLDER)]})
        result = run(load_config(settings))
        same_fills(fills_of_reference(reference), fills_of_result(result))
        same_equity(reference.equity, result.equity)
    return reference


def wavering(case, number):
    rng = np.random.default_rng(number)
    params = {"period": int(rng.integers(3, 30)), "band": float(rng.uniform(0, 0.4))}
    sizing = {"name": "percent", "percent": float(rng.uniform(0.1, 0.8)) / len(case.frames)}
    return {
        **case.config,
        "strategies": [{"name": "wavering", "params": params}],
        "sizing": sizing,
        "exits": {},
        "allow_short": bool(number % 2),
    }


@pytest.mark.parametrize("number", range(12))
def test_random_targets_equal_plain_backtrader(number):
    case = list(cases(12, seed=31))[number]
    assert len(check(wavering(case, number), Wavering).fills) > 3


@pytest.mark.parametrize("long_only", [True, False])
def test_forecast_on_hourly_candles_equals_plain_backtrader(data_dir, long_only):
    frames = {"BTC/USDT": candles(data_dir, "BTCUSDT-1h-binance.csv.gz", 9_000)}
    config = real(frames, "1h", "ewma_trend")
    config["strategies"] = [{"name": "ewma_trend", "params": {"long_only": long_only}}]
    assert len(check(config, EwmaTrend).fills) > 10
