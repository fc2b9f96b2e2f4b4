"""The loop of a rival's own process: time a run whenever a line arrives, answer with one line of JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable


def serve(once: Callable[[], dict[str, float]], version: str) -> None:
    """Answer every line of standard input with the seconds and the results of one run."""
    print(json.dumps({"version": version}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        result = once()
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, **result}), flush=True)
