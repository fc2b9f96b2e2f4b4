"""What the time of one btbot run is spent on."""

from __future__ import annotations

import cProfile
import pstats
from typing import Any

from btbot.engine import run


def stages(configuration: Any, rounds: int = 5) -> dict[str, float]:
    """Return the seconds of each stage as the run itself states them, from the fastest of `rounds` runs."""
    results = [run(configuration).timings for _ in range(rounds)]
    return dict(min(results, key=lambda timings: sum(timings.values())))


def functions(configuration: Any, count: int = 15) -> list[tuple[str, int, float]]:
    """Return the functions with the most time of their own: name, calls, seconds under the profiler."""
    profiler = cProfile.Profile()
    profiler.enable()
    run(configuration)
    profiler.disable()
    table = pstats.Stats(profiler).stats
    rows = [
        (f"{'/'.join(file.split('/')[-2:])}:{line} {name}", calls, own)
        for (file, line, name), (_, calls, own, _, _) in table.items()
    ]
    return sorted(rows, key=lambda row: -row[2])[:count]
