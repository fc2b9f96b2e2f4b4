"""A sweep of 1,225 settings against vectorbt: warm, from the start of a process, and with empty caches.

One process and one thread on both sides. Every contestant is a process of its own, so that what it compiled, read and
remembers is its own.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import bench_sweep_grid as grid
import numpy as np
import pandas as pd
from bench_rivals import Worker, environment, save_arrays

HERE = Path(__file__).parent
OWN = {"btbot, search": ("search",), "btbot, kernel": ("kernel",)}
VECTORBT = {
    "vectorbt, numba": ("portfolio", "numba"),
    "vectorbt, rust": ("portfolio", "rust"),
    "vectorbt, rust, below Portfolio": ("inner", "rust"),
}
BASE, RIVAL = "btbot, search", "vectorbt, numba"
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


def against_vectorbt(frame: pd.DataFrame, rounds: int, rivals: str) -> dict[str, Any]:
    """Time the grid; the same final equity is demanded of all contestants for all settings.

    Returns
    -------
    ``rows``: for each contestant ``empty``, ``start`` and ``warm`` seconds; ``versions``; ``fills``.
    """
    wanted, fills = grid.expected(frame["close"].to_numpy(), frame["open"].to_numpy())
    rows: dict[str, dict[str, float]] = {}
    versions: dict[str, str] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = folder / "bars.npz"
        save_arrays(frame, path)
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


def _from_start(name: str, command: Sequence[str | Path], caches: Path, wanted: np.ndarray) -> float:
    """Return the seconds from the start of a process to the results of its first sweep."""
    begin = time.perf_counter()
    with Worker(name, command, one_thread(caches)) as worker:
        answer = worker.once()
        seconds = time.perf_counter() - begin
    grid.assert_equity(name, np.array(answer["equity"]), wanted)
    return seconds


def _interleaved(workers: dict[str, Worker], rounds: int, wanted: np.ndarray) -> dict[str, list[float]]:
    """Return the seconds of sweeps in warm processes, one after the other in each round."""
    for worker in workers.values():
        worker.once()
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            answer = worker.once()
            grid.assert_equity(name, np.array(answer["equity"]), wanted)
            seconds[name].append(answer["seconds"])
    return seconds


def show(found: dict[str, Any]) -> None:
    """Print the table, and how many times faster than each contestant the search is."""
    rows, base = found["rows"], found["rows"][BASE]
    print(f"\nSMA cross, {len(grid.PAIRS):,} settings, {found['fills']:,} fills, one thread, all equal")
    print(f"{'':34}{'empty cache':>19}{'process start':>19}{'warm':>19}{'settings/s':>12}")
    for name, row in rows.items():
        cells = "".join(f"{row[kind]:10.2f} s{row[kind] / base[kind]:5.1f} x" for kind in ("empty", "start", "warm"))
        print(f"{name:34}{cells}{len(grid.PAIRS) / row['warm']:12,.0f}")


def floors(found: dict[str, Any]) -> dict[str, bool]:
    """Return which floors hold; against vectorbt as `pip install vectorbt` installs it."""
    rows = found["rows"]
    if RIVAL not in rows:
        return {}
    times = {kind: rows[RIVAL][kind] / rows[BASE][kind] for kind in ("empty", "start", "warm")}
    return {
        "sweep: 30 times vectorbt in a warm process": times["warm"] >= 30,
        "sweep: 5 times vectorbt from the start of a process": times["start"] >= 5,
        "sweep: no slower than vectorbt with empty caches": times["empty"] >= 1,
    }
