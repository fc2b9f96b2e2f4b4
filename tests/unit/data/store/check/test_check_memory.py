"""Ten million candles are checked in the memory of a few chunks."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.timeframe import Timeframe

PIECE = 500_000
MINUTE = 60_000
BEGIN = 946_684_800_000  # 2000-01-01T00:00Z
PROGRAM = """
import sys, threading, time
from btbot.data.check import check
from btbot.data.store import Store

peak = 0

def own():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))

def watch():
    global peak
    while True:
        peak = max(peak, own())
        time.sleep(0.02)

store = Store(sys.argv[1])
store.series()
before = own()
threading.Thread(target=watch, daemon=True).start()
(found,) = check(store, calendar="crypto")
print(found.of.rows, len(found.holes), (peak - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is read from /proc")
def test_ten_million_candles_take_the_memory_of_a_few_chunks(lite):
    rng = np.random.default_rng(0)
    holes = 0
    for at in range(0, 10_000_000, PIECE):
        close = 100 * np.exp(np.cumsum(rng.normal(0, 1e-4, PIECE)))
        time = BEGIN + (at + np.arange(PIECE)) * MINUTE
        keep = np.arange(PIECE) % 100 != 50
        holes += int((~keep).sum())
        columns = (close, close * 1.001, close * 0.999, close, rng.exponential(1, PIECE))
        lite.write(Bars("X/Y", Timeframe.parse("1m"), time[keep], *(column[keep] for column in columns)), exchange="x")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, lite.database.url], capture_output=True, text=True, check=True
    )
    rows, found, megabytes = map(int, done.stdout.split())
    assert (rows, found) == (10_000_000 - holes, holes)
    assert megabytes < 200  # all of them are 480
