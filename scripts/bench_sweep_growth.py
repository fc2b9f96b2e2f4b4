"""More processes and more settings: the seconds and the memory of random searches, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

SETTINGS, SHORT = 200_000, 5_000  # workers take a second or two to start: it should not decide
FEW, MANY = 10_000, 100_000


def everything(path: str) -> dict[str, Any]:
    """Return seconds with one and with two processes, what two searches at once cost here, and memory by settings."""
    one, two = (child(path, SETTINGS, processes=count)[0]["seconds"] for count in (1, 2))
    alone = child(path, SETTINGS // 20)[0]["seconds"]
    both = [found["seconds"] for found in child(path, SETTINGS // 20, copies=2)]
    few, many = (child(path, count, bars=SHORT)[0] for count in (FEW, MANY))
    return {"one": one, "two": two, "machine": 2 * alone / max(both), "few": few, "many": many}


def child(path: str, settings: int, *, bars: int = 0, processes: int = 0, copies: int = 1) -> list[dict[str, float]]:
    """Return `seconds`, `private_mb` and `peak_mb` of a random search, or of some at once.

    Parameters
    ----------
    bars
        So many of the last candles; 0 is all.
    processes
        Workers; 0 works in the process itself.
    """
    command = [sys.executable, "-W", "ignore", __file__, path, str(settings), str(bars), str(processes)]
    answers: list[dict[str, float]] = []

    def ask() -> None:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        answers.append(json.loads(done.stdout.splitlines()[-1]))

    threads = [threading.Thread(target=ask) for _ in range(copies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def show(found: dict[str, Any]) -> None:
    """Print what processes and settings cost."""
    one, two = found["one"], found["two"]
    print(f"\n{SETTINGS:,} random settings: {one:.1f} s, with two processes {two:.1f} s, {one / two:.2f} times")
    print(f"two searches at once do {found['machine']:.2f} times as much as one on this machine")
    for count, row in ((FEW, found["few"]), (MANY, found["many"])):
        print(f"{count:8,} settings: {row['private_mb']:7.0f} MB of its own, peak {row['peak_mb']:7.0f} MB")


def floors(found: dict[str, Any]) -> dict[str, bool]:
    """Return which floors hold."""
    return {
        "sweep: two processes at least 1.7 times one": found["one"] / found["two"] >= 1.7,
        "sweep: memory does not grow with settings": found["many"]["private_mb"] <= 1.1 * found["few"]["private_mb"],
    }


def _measure(path: str, settings: int, bars: int, processes: int) -> dict[str, float]:
    import bench_sweep_btbot

    from btbot.search.searching import search

    workers = {"backend": "processes", "count": processes} if processes else {"backend": "none"}
    configuration = bench_sweep_btbot.config(
        bench_sweep_btbot.candles(path).iloc[-bars:],
        optimize={
            "space": {
                bench_sweep_btbot.FAST: {"low": 5, "high": 300, "step": 1},
                bench_sweep_btbot.SLOW: {"low": 301, "high": 1000, "step": 1},
            },
            "sampler": "random",
            "trials": settings,
            "objective": "total_return",
            "minimum_trades": 0,
            "verify": {"best": 0, "sample": 0},
            "workers": workers,
        },
    )
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        result = search(configuration, parent=Path(folder))
        seconds = time.perf_counter() - begin
        if len(result.trials) != settings:
            raise SystemExit(f"{len(result.trials)} trials, {settings} were asked for")
        return {"seconds": seconds, "private_mb": _status("RssAnon"), "peak_mb": _status("VmHWM")}


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return float("nan")


def main(arguments: Sequence[str]) -> None:
    """Print the measurement of one search as JSON."""
    path, *counts = arguments
    print(json.dumps(_measure(path, *map(int, counts))))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
