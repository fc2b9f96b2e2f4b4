"""A process that is killed while it writes leaves whole writes alone, and the next one completes them."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.data.store import Store
from btbot.timeframe import Timeframe

BATCH, BATCHES = 500, 40
WRITER = """\
import sys
from btbot.data.store import Store
from test_store_kill import batch, BATCHES
store = Store(sys.argv[1])
for number in range(BATCHES):
    store.write(batch(number), exchange="x")
    print(number, flush=True)
"""


def batch(number):
    time = np.arange(number * BATCH, (number + 1) * BATCH) * 60_000
    return Bars("A/X", Timeframe.parse("1m"), time, *[time / 7 + place for place in range(5)])


def killed_writer(url, folder, seconds):
    """Start a writer, kill it some time after its first write, and return how many writes it reported."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(Path.cwd())])}
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True, env=environment)
    first = writer.stdout.readline()
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read()
    writer.stdout.close()
    writer.wait()
    return len((first + rest).split())


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 200))])
def test_nothing_is_lost_or_doubled(tmp_path, request, checkout, monkeypatch, seed):
    monkeypatch.chdir(checkout)
    url = f"sqlite:///{tmp_path / 'btbot.db'}"
    reported = killed_writer(url, request.path.parent, random.Random(seed).uniform(0, 0.3))
    with sqlite3.connect(tmp_path / "btbot.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    store = Store(url)
    stored = store.get_bars("A/X", "1m")
    assert len(stored) in (reported * BATCH, (reported + 1) * BATCH)
    assert store.series()[0].rows == len(stored)
    for number in range(BATCHES):
        store.write(batch(number), exchange="x")
    whole = store.get_bars("A/X", "1m")
    store.close()
    assert len(whole) == BATCH * BATCHES
    assert whole.fingerprint == Bars("A/X", Timeframe.parse("1m"), np.arange(BATCH * BATCHES) * 60_000, *[np.arange(BATCH * BATCHES) * 60_000 / 7 + place for place in range(5)]).fingerprint  # fmt: skip
