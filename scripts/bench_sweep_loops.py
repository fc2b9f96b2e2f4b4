"""The same grid of SMA crosses in the parameter searches that go bar by bar in Python: seconds a setting, one process.

Each tries a few settings only; the equity of each of them must be that of `bench_sweep_grid`.
"""

from __future__ import annotations

import time
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any

import backtesting
import backtrader as bt
import bench_cross
import bench_sweep_grid as grid
import numpy as np
import pandas as pd
import talib
from backtesting.lib import crossover

FAST, SLOW = (10, 20), (50, 100)


class StockCross(bt.Strategy):
    """The cross as a Backtrader user would write it."""

    params = (("fast", 20), ("slow", 50))

    def __init__(self) -> None:
        self.fast = bt.indicators.SMA(self.data.close, period=self.p.fast)
        self.slow = bt.indicators.SMA(self.data.close, period=self.p.slow)

    def next(self) -> None:
        if not self.position:
            if self.fast[0] > self.slow[0] and self.fast[-1] <= self.slow[-1]:
                self.buy(size=1)
        elif self.fast[0] < self.slow[0] and self.fast[-1] >= self.slow[-1]:
            self.close()


class FinalValue(bt.Analyzer):
    """The account at the end, which `optstrategy` does not hand back by itself."""

    def stop(self) -> None:
        self.value = self.strategy.broker.getvalue()


def backtrader_optstrategy(frame: pd.DataFrame) -> tuple[dict[tuple[int, int], float], float]:
    """Return the final equity of each setting, and seconds a setting; no observers, data loaded once."""
    cerebro = bt.Cerebro(stdstats=False, maxcpus=1, optdatas=True, optreturn=True)
    plain = frame.set_axis(frame.index.tz_localize(None))
    cerebro.adddata(bt.feeds.PandasData(dataname=plain, openinterest=None))
    cerebro.broker.setcash(grid.CAPITAL)
    cerebro.broker.setcommission(commission=grid.FEE)
    cerebro.addanalyzer(FinalValue)
    cerebro.optstrategy(StockCross, fast=FAST, slow=SLOW)
    begin = time.perf_counter()
    runs = [run for (run,) in cerebro.run()]
    seconds = time.perf_counter() - begin
    equity = {(run.p.fast, run.p.slow): run.analyzers[0].value for run in runs}
    return equity, seconds / len(runs)


class TitledCross(backtesting.Strategy):
    """As in the tutorial of backtesting.py, with TA-Lib's averages."""

    fast = 20
    slow = 50

    def init(self) -> None:
        self.quick = self.I(talib.SMA, self.data.Close, self.fast)
        self.calm = self.I(talib.SMA, self.data.Close, self.slow)

    def next(self) -> None:
        if crossover(self.quick, self.calm):
            self.buy(size=1)
        elif crossover(self.calm, self.quick):
            self.position.close()


def backtesting_optimize(frame: pd.DataFrame) -> tuple[dict[tuple[int, int], float], float]:
    """Return the final equity of each setting, and seconds a setting; one thread instead of a pool of processes."""
    test = backtesting.Backtest(bench_cross.titled(frame), TitledCross, cash=grid.CAPITAL, commission=grid.FEE)
    backtesting.Pool = partial(ThreadPool, 1)
    backtesting.backtesting._tqdm = lambda work, **_: work  # as where tqdm is not installed: bars cost time
    begin = time.perf_counter()
    _, heat = test.optimize(fast=list(FAST), slow=list(SLOW), maximize="Equity Final [$]", return_heatmap=True)
    # The best setting is run once more for its statistics.
    seconds = (time.perf_counter() - begin) / (len(heat) + 1)
    return {(int(fast), int(slow)): float(equity) for (fast, slow), equity in heat.items()}, seconds


def everything(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the seconds a setting of each, after the equity of all settings was found to be equal."""
    wanted = dict(zip(grid.PAIRS, grid.expected(frame["close"].to_numpy(), frame["open"].to_numpy())[0], strict=True))
    found = {}
    for name, search in (
        ("Backtrader, optstrategy", backtrader_optstrategy),
        ("backtesting.py, optimize", backtesting_optimize),
    ):
        equity, found[name] = search(frame)
        for setting, value in equity.items():
            if not np.isclose(value, wanted[setting], rtol=1e-9, atol=0):
                raise SystemExit(f"{name}: final equity of {setting} is {value!r}, expected {wanted[setting]!r}")
    return found
