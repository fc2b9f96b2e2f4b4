"""Rounds of contestants, one after the other, and ratios of their medians."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import bench_btbot
import bench_cross
import bench_data
import bench_stock
import pandas as pd
from bench_rivals import RIVALS, Rival, save_arrays

Contestants = dict[str, Callable[[], float]]


def clocked(work: Callable[[], Any]) -> Callable[[], float]:
    """Return a function that does the work and returns its seconds."""

    def timed() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return timed


def interleaved(contestants: Contestants, rounds: int) -> dict[str, list[float]]:
    """Run every contestant once a round, so that a disturbance of the machine meets all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            seconds[name].append(work())
    return seconds


def table(seconds: dict[str, list[float]], bars: int, *, base: str = "btbot") -> dict[str, dict[str, float]]:
    """Return median seconds, bars a second, and how many times faster `base` is."""
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        name: {"seconds": median, "bars_per_second": bars / median, "times": median / medians[base]}
        for name, median in medians.items()
    }


def trend(frame: pd.DataFrame, timeframe: str, rounds: int) -> dict[str, dict[str, float]]:
    """Compare `trend_following` with the same rules on stock Cerebro; their fills must be equal."""
    step = timeframe.replace("m", "min")
    plain = bench_btbot.trend_config(frame, timeframe)
    stock_fills = bench_btbot.trend_config(frame, timeframe, fills="stock")
    wanted = bench_stock.trend(frame, step)
    bench_btbot.assert_equal(bench_btbot.outcome(plain, frame), wanted)
    bench_btbot.assert_equal(bench_btbot.outcome(stock_fills, frame), wanted)
    contestants = {
        "btbot": clocked(lambda: bench_btbot.equity(plain)),
        "btbot, fills: stock": clocked(lambda: bench_btbot.equity(stock_fills)),
        "stock Backtrader, observers and analyzers": clocked(lambda: bench_stock.trend(frame, step)),
        "stock Backtrader, observers": clocked(lambda: bench_stock.trend(frame, step, analyzers=False)),
        "stock Backtrader, bare": clocked(lambda: bench_stock.trend(frame, step, analyzers=False, observers=False)),
    }
    return table(interleaved(contestants, rounds), len(frame))


def cross(
    frame: pd.DataFrame, timeframe: str, rounds: int, rivals: Iterable[str]
) -> tuple[dict[str, dict[str, float]], dict[str, str], dict[str, float]]:
    """Compare the SMA cross; equal final equity is demanded of every contestant.

    Returns
    -------
    The table, the versions of the rivals, and the seconds of each rival's first run (compilation included).
    """
    own, titled = bench_btbot.cross_config(frame, timeframe), bench_cross.titled(frame)
    expected, _ = bench_cross.expected_equity(frame)
    at_close, _ = bench_cross.expected_equity(frame, at_close=True)
    bench_btbot.assert_equity("btbot", bench_btbot.equity(own), expected)
    bench_btbot.assert_equity("backtesting.py", bench_cross.backtesting_equity(titled), expected)
    contestants: Contestants = {
        "btbot": clocked(lambda: bench_btbot.equity(own)),
        "backtesting.py": clocked(lambda: bench_cross.backtesting_equity(titled)),
    }
    versions, first = {}, {}
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "bars.npz"
        save_arrays(frame, path)
        for name in rivals:
            rival = stack.enter_context(Rival(name, path))
            answer = rival.once()
            bench_btbot.assert_equity(name, answer["equity"], at_close if name == "nautilus_trader" else expected)
            versions[name], first[name] = rival.version, answer["seconds"]
            contestants[name] = lambda rival=rival: rival.once()["seconds"]
        seconds = interleaved(contestants, rounds)
    return table(seconds, len(frame)), versions, first


def everything(bars: int, rounds: int, rivals: str) -> dict[str, Any]:
    """Measure speed on quarter hours and on a year of minutes."""
    quarter, minute = bench_data.quarter_hours(bars), bench_data.minutes()
    chosen = tuple(RIVALS) if rivals == "all" else ()
    against, versions, first = cross(quarter, "15m", rounds, chosen)
    return {
        "bars": len(quarter),
        "trend_following, 15m": trend(quarter, "15m", rounds),
        "sma cross, 15m": against,
        "trend_following, 1m": minutes_trend(minute),
        "versions": versions,
        "first_run_seconds": first,
    }


def minutes_trend(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Compare on a year of minutes: one run of stock Backtrader, which takes minutes, three of btbot."""
    plain = bench_btbot.trend_config(frame, "1m")
    start = time.perf_counter()
    wanted = bench_stock.trend(frame, "1min")
    stock = time.perf_counter() - start
    bench_btbot.assert_equal(bench_btbot.outcome(plain, frame), wanted)
    own = [clocked(lambda: bench_btbot.equity(plain))() for _ in range(3)]
    return table({"btbot": own, "stock Backtrader, observers and analyzers": [stock]}, len(frame))
