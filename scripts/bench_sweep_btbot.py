"""The grid of SMA crosses in btbot, through the shipped `ma_cross`: a process that times a sweep each time it is asked.

- ``kernel``: from bars in memory to figures in memory, indicators computed anew each time, as the rivals do it.
- ``search``: what `python -m btbot optimize` does before its report: the data are checked, and all figures of each
  trial are kept on disk.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

import bench_sweep_grid as grid
import bench_worker
import numpy as np
import pandas as pd

import btbot
from btbot.config import RunConfig, load_config

SYMBOL = "BTC/USDT"
FAST, SLOW = "strategies.0.params.ma_fast", "strategies.0.params.ma_slow"


def candles(path: str) -> pd.DataFrame:
    """Return the candles of a file that `bench_rivals.save_arrays` wrote."""
    arrays = np.load(path)
    index = pd.DatetimeIndex(pd.to_datetime(arrays["time"], unit="ms", utc=True), name="time")
    return pd.DataFrame({name: arrays[name] for name in ("open", "high", "low", "close", "volume")}, index)


def config(frame: pd.DataFrame, **settings: Any) -> RunConfig:
    """Return the configuration of the grid."""
    windows = {"low": grid.WINDOWS[0], "high": grid.WINDOWS[-1], "step": grid.WINDOWS[1] - grid.WINDOWS[0]}
    common = {
        "version": 1,
        "symbols": [SYMBOL],
        "timeframe": "15m",
        "feed": {"name": "frame", "frame": {SYMBOL: frame}},
        "strategies": [{"name": "ma_cross"}],
        "capital": grid.CAPITAL,
        "sizing": {"name": "fixed_units", "units": 1.0},
        "costs": {"maker_fee": grid.FEE, "taker_fee": grid.FEE, "slippage_bps": 0.0},
        "optimize": {
            "space": {FAST: windows, SLOW: windows},
            "constraints": ["ma_fast < ma_slow"],
            "objective": "total_return",
            "minimum_trades": 0,
            "verify": {"best": 0, "sample": 0},
            "workers": {"backend": "none"},
        },
    }
    return load_config({**common, **settings})


class Kernel:
    """All settings, one after the other, through the strategy and the compiled loop."""

    def __init__(self, path: str) -> None:
        from btbot import engine
        from btbot.kernel import FIGURES

        self.configuration = config(candles(path))
        self.market = engine.load_market(self.configuration)
        self.columns = [FIGURES.index(name) for name in ("final_equity", "total_trades")]

    def once(self) -> dict[str, list[float]]:
        """Return final equity and number of closed trades of each setting."""
        from btbot.search.evaluate import Evaluator

        evaluator = Evaluator(self.configuration, self.market)
        rows = [evaluator.figures({FAST: fast, SLOW: slow})[self.columns] for fast, slow in grid.PAIRS]
        equity, trades = np.array(rows).T.tolist()
        return {"equity": equity, "trades": trades}


class Search:
    """A grid search in a working folder of its own, from the frame of candles to ranked trials."""

    def __init__(self, path: str) -> None:
        self.configuration = config(candles(path))

    def once(self) -> dict[str, list[float]]:
        """Return final equity and number of closed trades of each setting."""
        from btbot.search.searching import search

        with tempfile.TemporaryDirectory() as folder:
            trials = search(self.configuration, parent=Path(folder)).trials
            order = np.lexsort((trials.column("ma_slow"), trials.column("ma_fast")))  # as in `grid.PAIRS`
            return {
                "equity": trials.column("final_equity")[order].tolist(),
                "trades": trials.column("total_trades")[order].tolist(),
            }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    forms = {"kernel": Kernel, "search": Search}
    bench_worker.serve(forms[sys.argv[2]](sys.argv[1]).once, btbot.__version__)
