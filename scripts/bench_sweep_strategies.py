"""Settings a second of the shipped strategies with their exits, fees and sizing, and how far memory is from the limit.

Runs as a process of its own, one thread. Each strategy is measured twice: with random parameters of its own, where
signals are new for almost every setting, and with random exits, where they are those of the setting before.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

import bench_sweep_btbot
import numpy as np
import pandas as pd

from btbot.search.evaluate import Evaluator

PARAMETERS: dict[str, dict[str, np.ndarray]] = {
    "ma_cross": {"ma_fast": np.arange(5, 60), "ma_slow": np.arange(60, 260, 5)},
    "trend_following": {
        "ma_fast": np.arange(5, 60),
        "ma_slow": np.arange(60, 260, 5),
        "adx_threshold": np.arange(15.0, 36.0),
    },
    "mean_reversion": {
        "rsi_period": np.arange(7, 29),
        "rsi_oversold": np.arange(20.0, 41.0),
        "bb_period": np.arange(10, 51),
        "bb_std": np.arange(1.5, 3.1, 0.1),
    },
    "reversal_trailing": {
        "swing_bars": np.arange(10, 60),
        "rsi_period": np.arange(7, 29),
        "rsi_oversold": np.arange(20.0, 41.0),
    },
}
EXITS = {
    "exits.stop.atr": np.arange(1.0, 6.0, 0.25),
    "exits.trailing.atr": np.arange(1.0, 8.0, 0.25),
    "exits.max_hold_bars": np.arange(10, 400, 10),
}
_READ = {"ma_cross": 3}
"""Lines of float64 that a setting cannot do without: both averages, and the close that marks the account."""


SETTINGS = 400


def everything(path: str) -> dict[str, Any]:
    """Measure all strategies over the candles of a file.

    Returns
    -------
    ``strategies``: name to rows of ``settings_per_second, ns_per_bar``; ``read_bytes_per_second`` of one core.
    """
    frame = bench_sweep_btbot.candles(path)
    found = {}
    for name, parameters in PARAMETERS.items():
        own = {f"strategies.0.params.{key}": values for key, values in parameters.items()}
        found[f"{name}, its parameters"] = _measured(frame, name, own)
        found[f"{name}, its exits"] = _measured(frame, name, EXITS)
    return {"strategies": found, "read_bytes_per_second": read_speed(), "bars": len(frame)}


def _measured(frame: pd.DataFrame, name: str, space: dict[str, np.ndarray]) -> dict[str, float]:
    configuration = bench_sweep_btbot.config(
        frame,
        strategies=[{"name": name}],
        capital=10_000.0,
        sizing={"name": "percent", "percent": 0.2},
        costs={"maker_fee": 0.001, "taker_fee": 0.001, "slippage_bps": 10},
        optimize=None,
    )
    evaluator = Evaluator(configuration)
    if evaluator.obstacle:
        raise SystemExit(f"{name}: {evaluator.obstacle}")
    rng = np.random.default_rng(0)
    settings = [{key: rng.choice(values).item() for key, values in space.items()} for _ in range(SETTINGS)]
    for setting in settings[: SETTINGS // 2]:
        evaluator.figures(setting)
    best = float("inf")
    for part in np.array_split(np.array(settings), 5):
        begin = time.perf_counter()
        for setting in part:
            evaluator.figures(setting)
        best = min(best, (time.perf_counter() - begin) / len(part))
    return {"settings_per_second": 1.0 / best, "ns_per_bar": best / len(frame) * 1e9}


def read_speed() -> float:
    """Return how many bytes a second one core reads from memory: the fastest of three reductions of a gigabyte."""
    values, fastest = np.ones(1 << 27), 0.0
    for reduce in (np.sum, np.max, lambda array: np.dot(array, array)):
        for _ in range(3):
            begin = time.perf_counter()
            reduce(values)
            fastest = max(fastest, values.nbytes / (time.perf_counter() - begin))
    return fastest


def show(found: dict[str, Any]) -> None:
    """Print the table, and the distance of the SMA cross from the limit of memory."""
    print(f"\nwith exits, fees, slippage and sizing, one thread\n{'':36}{'settings/s':>12}{'ns/bar':>9}")
    for name, row in found["strategies"].items():
        print(f"{name:36}{row['settings_per_second']:12,.0f}{row['ns_per_bar']:9.2f}")
    speed, bars = found["read_bytes_per_second"], found["bars"]
    for name, lines in _READ.items():
        limit, row = speed / (lines * 8 * bars), found["strategies"][f"{name}, its parameters"]
        print(
            f"one core reads {speed / 1e9:.1f} GB/s; {name} must read {lines * 8} bytes a bar, at most {limit:,.0f} "
            f"settings a second: {limit / row['settings_per_second']:.1f} times what it does"
        )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(everything(sys.argv[1])))
