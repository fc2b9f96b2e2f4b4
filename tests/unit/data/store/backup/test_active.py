"""Backups and restorations while other processes read and write, and when they are killed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from filled import HOUR, bars, content, fill
from sqlalchemy import text

from btbot.data.store import Channel, Database, Store
from btbot.data.store.backup import back_up, read_manifest, restore
from btbot.data.store.integrity import problems
from btbot.errors import BtbotError

WRITER = """\
import sys
import time
import numpy as np
from btbot.bars import Bars
from btbot.data.store import Channel, Store
from btbot.timeframe import Timeframe

store, hour = Store(sys.argv[1]), Timeframe.parse("1h")
for at in range(100_000):
    with store.writing() as connection:
        for symbol in ("AAA/X", "BBB/X"):
            one = np.array([at + 1.0])
            bars = Bars(symbol, hour, np.array([at]) * hour.ms, one, one, one, one, one)
            store.write(bars, exchange="x", connection=connection)
            channel = Channel("x", "spot", symbol, timeframe=hour)
            store.downloads.record(connection, channel, at * hour.ms, (at + 1) * hour.ms, rows=1, source="w")
    print(at, flush=True)
    time.sleep(0.002)
"""
READER = """\
import sys
from btbot.data.store import Store

store = Store(sys.argv[1])
while True:
    print(store.get_bars("BTC/USDT", "1h", exchange="binance").fingerprint, flush=True)
"""
COMMAND = "from btbot.cli import main; main()"


def start(*words):
    return subprocess.Popen([sys.executable, "-c", *words], stdout=subprocess.PIPE, text=True)


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.fixture
def writer(prepared, url):
    process = start(WRITER, url)
    process.stdout.readline()
    yield process
    assert process.poll() is None, "the writer was disturbed"
    kill(process)


def is_whole(url):
    """Return how many steps of the writer a database holds, each of them wholly."""
    database = Database(url)
    assert problems(database) == []
    store = Store(url)
    first, second = (store.get_bars(symbol, "1h") for symbol in ("AAA/X", "BBB/X"))
    assert first.time.tolist() == second.time.tolist() == list(range(0, len(first) * HOUR, HOUR))
    assert first.open.tolist() == [at + 1.0 for at in range(len(first))]
    for symbol in ("AAA/X", "BBB/X"):
        (span,) = store.downloads.spans(Channel("x", "spot", symbol, timeframe=first.timeframe))
        assert (span.start, span.end) == (0, len(first) * HOUR)
    store.close()
    return len(first)


def test_a_backup_is_one_moment_of_a_database_that_is_being_written(writer, url, tmp_path):
    there = []
    for name in ("a.zip", "b.zip"):
        steps = int(writer.stdout.readline())
        path = back_up(Database(url), tmp_path / name).path
        target = f"sqlite:///{tmp_path / name}.db"
        restore(Database(target), path)
        there.append(is_whole(target))
        assert there[-1] > steps
        while int(writer.stdout.readline()) <= there[-1]:  # the writer goes on
            pass
    assert there == sorted(set(there))


def test_readers_go_on_while_a_database_is_replaced(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, count=3_000)
    path = back_up(Database(url), tmp_path / "a.zip").path
    store = Store(url)
    old = store.get_bars("BTC/USDT", "1h").fingerprint
    store.write(bars(3_000, seed=5), exchange="binance")
    new = store.get_bars("BTC/USDT", "1h").fingerprint
    readers = [start(READER, url)]
    assert {reader.stdout.readline().strip() for reader in readers} == {new}
    restore(Database(url), path, force=True)
    for reader in readers:
        seen = [reader.stdout.readline().strip()]
        while seen[-1] != old:
            seen.append(reader.stdout.readline().strip())
        assert set(seen) <= {new, old}
        kill(reader)
    assert problems(Database(url)) == []


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [60])
def test_a_killed_backup_leaves_no_half_file(tmp_path, rounds):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, count=3_000)
    rng = random.Random(rounds)
    for number in range(rounds):
        path = tmp_path / f"{number}.zip"
        process = start(COMMAND, "db", "backup", str(path), "--database", url)
        wait_for(process, tmp_path, ".btbot-backup-*")
        time.sleep(rng.uniform(0, 0.1))
        kill(process)
        for left in tmp_path.glob(".btbot-backup-*"):
            shutil.rmtree(left)
        if path.exists():
            assert read_manifest(path).rows["candles"] == 3_000
            restore(Database(f"sqlite:///{path}.db"), path)
    assert problems(Database(url)) == []


@pytest.mark.parametrize(
    ("url", "rounds"),
    [
        ("sqlite", 1),
        pytest.param("sqlite", 60, marks=pytest.mark.slow),
        pytest.param("postgresql", 60, marks=[pytest.mark.slow, pytest.mark.xdist_group("postgres")]),
    ],
    indirect=["url"],
)
def test_a_killed_restoration_leaves_the_old_or_the_new(url, prepared, tmp_path, rounds):
    fill(url, count=3_000)
    path = back_up(Database(url), tmp_path / "a.zip").path
    new = content(url)
    rng = random.Random(rounds)
    store = Store(url)  # whose connections outlive what becomes of the tables
    for _ in range(rounds):
        store.write(bars(3_000, seed=rng.randrange(10**9)), exchange="binance")
        old = content(url)
        process = start(COMMAND, "db", "restore", str(path), "--force", "--database", url)
        if url.startswith("sqlite"):
            wait_for(process, tmp_path / "new folder", ".btbot-restore-*")
            time.sleep(rng.uniform(0, 0.15))
        else:
            time.sleep(rng.uniform(0.6, 1.6))
        kill(process)
        for left in (tmp_path / "new folder").glob(".btbot-restore-*"):
            shutil.rmtree(left)
        found = settled(url)
        assert found in (old, new)
        assert problems(store.database) == []
    store.close()


def wait_for(process, folder, pattern):
    """Wait until a process has begun to work in a folder, or is done."""
    while process.poll() is None and not list(folder.glob(pattern)):
        time.sleep(0.01)


def settled(url):
    """Return the content, once a server has noticed that its client is gone."""
    for _ in range(100):
        try:
            return content(url)
        except BtbotError:
            time.sleep(0.1)
    return content(url)


def test_a_database_that_somebody_holds_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    from btbot.data.store.backup import taking

    monkeypatch.setattr(taking, "_PATIENCE_SECONDS", 0.3)
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url)
    path = back_up(Database(url), tmp_path / "a.zip").path
    before = content(url)
    with Database(url).writing() as connection:
        connection.execute(text("UPDATE runs SET name = 'x'"))
        with pytest.raises(BtbotError) as caught:
            restore(Database(url), path, force=True)
        connection.rollback()
    assert str(caught.value) == f"database {url} was locked for 0.3 s; stop whoever writes, and try again"
    assert content(url) == before


@pytest.mark.skipif(os.name != "posix", reason="a limit of the size of files is needed")
def test_a_full_disk_ends_a_backup_with_a_message(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, count=3_000)
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); {COMMAND}"
    words = [sys.executable, "-c", limited, "db", "backup", str(tmp_path / "a.zip"), "--database", url]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    said = done.stderr.replace("\n", " ")
    assert said.startswith(f"Error: {tmp_path / 'a.zip'}: the backup cannot be written: ")
    assert said.rstrip().endswith("; nothing was left")
    assert not list(tmp_path.glob("*.zip"))
    assert not list(tmp_path.glob(".btbot*"))
