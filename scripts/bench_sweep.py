"""Sweeps: 1,225 settings against vectorbt and against loops in Python, the shipped strategies, processes, memory.

Against vectorbt one process and one thread on both sides: warm, from the start of a process, and with empty caches.
Every contestant is a process of its own, so that what it compiled, read and remembers is its own.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import bench_data
import bench_sweep_grid as grid
import bench_sweep_growth
import bench_sweep_loops
import bench_sweep_strategies
import numpy as np
import pandas as pd
from bench_rivals import Worker, environment, save_arrays

HERE = Path(__file__).parent
OWN = {"btbot, kernel": ("kernel",), "btbot, search": ("search",)}
VECTORBT = {
    "vectorbt, numba": ("portfolio", "numba"),
    "vectorbt, rust": ("portfolio", "rust"),
    "vectorbt, rust, below Portfolio": ("inner", "rust"),
}
_TURN_SECONDS = 2.0
BASE, RIVAL = "btbot, kernel", "vectorbt, numba"  # both from bars in memory to results in memory
_THREADS = ("NUMBA", "OMP", "OPENBLAS", "MKL", "NUMEXPR", "RAYON")


def one_thread(caches: Path | None = None) -> dict[str, str]:
    """Return the environment of a process of one thread, with compiled code in the folder `caches` if one is given."""
    variables = {**os.environ, **{f"{name}_NUM_THREADS": "1" for name in _THREADS}}
    return variables if caches is None else variables | {"NUMBA_CACHE_DIR": str(caches), "BTBOT_CACHE_DIR": str(caches)}


def commands(path: Path, rivals: str) -> dict[str, list[str | Path]]:
    """Return how to start each contestant on the arrays of a file."""
    own = [sys.executable, "-W", "ignore", HERE / "bench_sweep_btbot.py", path]
    found = {name: [*own, *form] for name, form in OWN.items()}
    if rivals == "all":
        theirs = [environment("vectorbt-rust"), "-W", "ignore", HERE / "bench_sweep_vectorbt.py", path]
        found |= {name: [*theirs, *form] for name, form in VECTORBT.items()}
    return found


def everything(bars: int, rounds: int, rivals: str) -> dict[str, Any]:
    """Measure all of it and print a table after each part."""
    frame = bench_data.quarter_hours(bars)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "bars.npz"
        save_arrays(frame, path)
        found: dict[str, Any] = {"grid": against_vectorbt(frame, path, rounds, rivals)}
        show_grid(found["grid"])
        found["loops"] = python_loops(frame, path, rivals)
        show_loops(found["loops"], found["grid"])
        found["strategies"] = answer_of(HERE / "bench_sweep_strategies.py", path)
        bench_sweep_strategies.show(found["strategies"])
        found["growth"] = bench_sweep_growth.everything(path)
        bench_sweep_growth.show(found["growth"])
    return found


def answer_of(script: Path, *arguments: str | Path, python: str | Path = sys.executable) -> dict[str, Any]:
    """Run a script in a process of one thread and return the JSON of its last line."""
    command = [python, "-W", "ignore", script, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=one_thread())
    return json.loads(done.stdout.splitlines()[-1])


def floors(found: dict[str, Any]) -> dict[str, bool]:
    """Return which floors hold; those against vectorbt as `pip install vectorbt` installs it, without its extra."""
    rows = found["grid"]["rows"]
    held = bench_sweep_growth.floors(found["growth"])
    if RIVAL not in rows:
        return held
    times = {kind: rows[RIVAL][kind] / rows[BASE][kind] for kind in ("empty", "start", "warm")}
    return held | {
        "sweep: 30 times vectorbt in a warm process": times["warm"] >= 30,
        "sweep: 5 times vectorbt from the start of a process": times["start"] >= 5,
        "sweep: no slower than vectorbt with empty caches": times["empty"] >= 1,
    }


def against_vectorbt(frame: pd.DataFrame, path: Path, rounds: int, rivals: str) -> dict[str, Any]:
    """Time the grid; the same final equity is demanded of all contestants for all settings.

    Returns
    -------
    ``rows``: for each contestant ``empty``, ``start`` and ``warm`` seconds; ``versions``; ``fills``.
    """
    wanted, fills = grid.expected(*_prices(frame))
    rows: dict[str, dict[str, float]] = {}
    versions: dict[str, str] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workers = {}
        for name, command in commands(path, rivals).items():
            caches = folder / name
            empty, start = (_from_start(name, command, caches, wanted) for _ in range(2))
            rows[name] = {"empty": empty, "start": start}
            workers[name] = stack.enter_context(Worker(name, command, one_thread(caches)))
            versions[name] = workers[name].version
        for name, seconds in _interleaved(workers, rounds, wanted).items():
            rows[name]["warm"] = statistics.median(seconds)
    return {"rows": rows, "versions": versions, "fills": int(fills.sum())}


def _prices(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return frame["close"].to_numpy(), frame["open"].to_numpy()


def _from_start(name: str, command: Sequence[str | Path], caches: Path, wanted: np.ndarray) -> float:
    """Return the seconds from the start of a process to the results of its first sweep."""
    begin = time.perf_counter()
    with Worker(name, command, one_thread(caches)) as worker:
        answer = worker.once()
        seconds = time.perf_counter() - begin
    grid.assert_equity(name, np.array(answer["equity"]), wanted)
    return seconds


def _interleaved(workers: dict[str, Worker], rounds: int, wanted: np.ndarray) -> dict[str, list[float]]:
    """Return the seconds of a sweep in warm processes, one after the other in each round.

    The first sweep of a turn does not count: a process that waited for the others finds cold processor caches. Those
    after it are as many as fill two seconds, and their mean counts: what else the machine does then weighs on a short
    sweep as on a long one.
    """
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            worker.once()
            turn: list[float] = []
            while sum(turn) < _TURN_SECONDS:
                answer = worker.once()
                grid.assert_equity(name, np.array(answer["equity"]), wanted)
                turn.append(answer["seconds"])
            seconds[name].append(statistics.mean(turn))
    return seconds


def show_grid(found: dict[str, Any]) -> None:
    """Print the table, and how many times faster than each contestant the kernel is."""
    rows, base = found["rows"], found["rows"][BASE]
    print(f"\nSMA cross, {len(grid.PAIRS):,} settings, {found['fills']:,} fills, one thread, equal equity")
    print(f"{'':34}{'empty cache':>19}{'process start':>19}{'warm':>19}{'settings/s':>12}")
    for name, row in rows.items():
        cells = "".join(f"{row[kind]:10.2f} s{row[kind] / base[kind]:5.1f} x" for kind in ("empty", "start", "warm"))
        print(f"{name:34}{cells}{len(grid.PAIRS) / row['warm']:12,.0f}")
    print(", ".join(f"{name} {version}" for name, version in found["versions"].items()))


def python_loops(frame: pd.DataFrame, path: Path, rivals: str) -> dict[str, float]:
    """Return seconds a setting of searches that loop over bars in Python."""
    found = bench_sweep_loops.everything(frame)
    if rivals == "all":
        answer = answer_of(HERE / "bench_sweep_freqtrade.py", path, python=environment("freqtrade"))
        wanted = dict(zip(grid.PAIRS, zip(*grid.expected(*_prices(frame)), strict=True), strict=True))
        for pair, (equity, trades) in answer["found"]:
            _compare_freqtrade(tuple(pair), equity, trades, *wanted[tuple(pair)])
        found[f"freqtrade {answer['version']}, an epoch of hyperopt"] = answer["seconds"]
    return found


def _compare_freqtrade(pair: tuple[int, int], equity: float, trades: int, wanted: float, fills: float) -> None:
    """Stop unless equal; a position that is left over is closed by freqtrade, so that equity is another then."""
    if trades != math.ceil(fills / 2) or (fills % 2 == 0 and not np.isclose(equity, wanted, rtol=1e-9, atol=0)):
        raise SystemExit(f"freqtrade: {trades} trades and {equity!r} with {pair}, expected {fills / 2} and {wanted!r}")


def show_loops(found: dict[str, float], against: dict[str, Any]) -> None:
    """Print seconds a setting, and how many times faster the kernel is."""
    own = against["rows"][BASE]["warm"] / len(grid.PAIRS)
    print(f"\n{'the same, a setting':44}{'seconds':>10}{'btbot is':>14}")
    for name, seconds in {BASE: own, **found}.items():
        print(f"{name:44}{seconds:10.5f}{seconds / own:12,.0f} x")
