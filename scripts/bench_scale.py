"""Growth with the number of bars, and peak memory: every measurement in a fresh process."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path


def child(side: str, bars: int) -> dict[str, float]:
    """Measure one run of `trend_following` over minutes in a process of its own.

    Returns
    -------
    `seconds` of the run (best of two for btbot, after a warm-up), `peak_mb` of the whole process.
    """
    command = [sys.executable, "-W", "ignore", __file__, side, str(bars)]
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    return json.loads(done.stdout.splitlines()[-1])


def _measure(side: str, bars: int) -> dict[str, float]:
    import bench_data

    frame = bench_data.minutes(bars)
    if side == "stock":
        import bench_stock

        start = time.perf_counter()
        equity = bench_stock.trend(frame, "1min").equity
        seconds = time.perf_counter() - start
    else:
        import bench_btbot

        bench_btbot.equity(bench_btbot.trend_config(frame.iloc[-2_000:], "1m"))
        seconds = float("inf")
        for _ in range(2):
            start = time.perf_counter()
            equity = bench_btbot.equity(bench_btbot.trend_config(frame, "1m"))
            seconds = min(seconds, time.perf_counter() - start)
    return {"seconds": seconds, "peak_mb": _peak_mb(), "equity": equity}


def _peak_mb() -> float:
    # On Linux `ru_maxrss` of a child starts from its parent's; the high-water mark of the process does not.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], int(sys.argv[2]))))
