"""Workers that die lose only what they had, and what kills them is found."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import distributed
import psutil
import pytest

import btbot
from btbot.config import load_config
from btbot.config.search import Workers
from btbot.errors import ConfigError, StrategyError
from btbot.search import on_dask, workers
from btbot.search.searching import search
from btbot.search.workers import WORTH_SECONDS, Crew, Lost, _Errands


@dataclass(frozen=True)
class Job:
    numbers: tuple[int, ...]

    def done(self, bench):
        return sum(self.numbers)

    def parts(self):
        return [Job((number,)) for number in self.numbers]

    def lost(self, bench):
        return f"{bench} lost {self.numbers[0]}"


@dataclass
class Cluster:
    """Loses a job with a deadly number, and others now and then."""

    deadly: set[int] = field(default_factory=set)
    unlucky: list[int] = field(default_factory=list)
    count: int = 2
    given: list[tuple[int, ...]] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)

    def submit(self, brief, job):
        self.given.append(job.numbers)
        return len(self.given) - 1

    def wait(self, handles):
        return [min(handles)]

    def result(self, handle):
        numbers = self.given[handle]
        if self.deadly.intersection(numbers) or handle in self.unlucky:
            raise Lost("exit code -9")
        return sum(numbers)

    def cancel(self, handles):
        self.cancelled += handles

    def close(self):
        pass


def jobs(*numbers):
    return iter([Job(one) for one in numbers])


def done(cluster, *numbers):
    return [(job.numbers, outcome) for job, outcome in _Errands(cluster, "bench", "brief").outcomes(jobs(*numbers))]


def test_jobs_are_asked_for_when_they_are_needed():
    asked = []

    def endless():
        for number in itertools.count():
            asked.append(number)
            yield Job((number,))

    cluster = Cluster(count=2)
    outcomes = _Errands(cluster, None, None).outcomes(endless())
    assert next(outcomes)[1] == 0
    assert asked == [0, 1, 2, 3]
    outcomes.close()
    assert cluster.cancelled == [1, 2, 3]


def test_a_lost_job_is_done_again():
    cluster = Cluster(unlucky=[0])
    assert done(cluster, (1, 2), (3,)) == [((3,), 3), ((1, 2), 3)]
    assert cluster.given == [(1, 2), (3,), (1, 2)]


def test_what_kills_its_worker_each_time_is_found_when_it_is_alone():
    cluster = Cluster(deadly={5})
    assert done(cluster, (1, 2), (4, 5, 6), (7,)) == [
        ((1, 2), 3),
        ((7,), 7),
        ((4,), 4),
        ((5,), "bench lost 5"),
        ((6,), 6),
    ]
    assert cluster.given == [(1, 2), (4, 5, 6), (7,), (4, 5, 6), (4,), (5,), (6,)]


def test_workers_that_all_die_end_the_search():
    cluster = Cluster(deadly=set(range(100)))
    with pytest.raises(StrategyError) as stopped:
        done(cluster, *[(number,) for number in range(100)])
    assert str(stopped.value) == (
        "25 jobs in a row were lost with their workers (exit code -9); they run out of memory, or the strategy ends its "
        "process: try fewer (optimize.workers.count), or see it happen with --set optimize.workers.backend=none"
    )


def children(*words):
    """Processes below this one with a word in their command line."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if all(word in " ".join(process.cmdline()) for word in words):
                found.append(process)
    return found


def test_two_processes_give_the_table_of_one_though_a_setting_kills_its_worker(moody, tmp_path, table_of, caplog):
    verify = {"best": 2, "sample": 1}
    alone = search(load_config(moody({"unlucky": 13}, verify=verify)))
    config = moody({"deadly": 13}, verify=verify, workers={"backend": "processes", "count": 2})
    result = search(load_config(config), parent=tmp_path / "again")
    assert result.failures == [
        (11, "killed its worker: the process died each time while it ran this setting (out of memory, or a crash)")
    ]
    assert table_of(result) == table_of(alone)
    assert result.verification == alone.verification
    assert "a worker was lost, its work is done again: SIGKILL(-9)" in caplog.text
    assert not children("LokyProcess")


def test_one_process_begins_and_others_take_over_when_it_pays(moody, monkeypatch):
    monkeypatch.setattr(workers, "_cores", lambda: 2)
    opened = []
    monkeypatch.setattr(workers, "_cluster", lambda section, market: opened.append(section) or Cluster())
    assert search(load_config(moody(workers={"backend": "processes"}))).counts["complete"] == 20
    assert opened == []
    with Crew(Workers(backend="processes"), None) as crew:
        seconds = iter([0.0, WORTH_SECONDS, WORTH_SECONDS + 0.1])
        done = [
            job.numbers for job, _ in crew.outcomes(None, None, jobs((1,), (2,), (3,), (4,)), lambda: next(seconds))
        ]
    assert done == [(1,), (2,), (3,), (4,)]
    assert len(opened) == 1


def _kill_child(pid):
    """Kill the process that does the work for a nanny of Dask."""
    next(one for one in psutil.Process(pid).children() if "spawn_main" in " ".join(one.cmdline())).kill()


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers of Dask as processes of their own; gives the address, and kills a worker."""
    note = tmp_path / "scheduler.json"
    environ = {**os.environ, "PYTHONPATH": str(Path(btbot.__file__).parents[1])}
    common = ["--scheduler-file", str(note), "--no-dashboard"]

    def start(*words):
        command = [sys.executable, "-m", "dask", *words, *common]
        return subprocess.Popen(
            command, env=environ, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    started = [start("scheduler", "--port", "0", "--host", "127.0.0.1")]
    try:
        started += [start("worker", "--nthreads", "1", "--host", "127.0.0.1") for _ in range(2)]
        until = time.monotonic() + 120
        while not note.is_file() and time.monotonic() < until:
            time.sleep(0.05)
        address = json.loads(note.read_text())["address"]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, lambda: _kill_child(started[1].pid)
    finally:
        for process in started:
            for one in (*psutil.Process(process.pid).children(recursive=True), process):
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait()


def test_a_dask_cluster_gives_the_same_table_though_a_worker_is_killed(moody, tmp_path, table_of, cluster):
    address, kill_a_worker = cluster
    alone = search(load_config(moody()))
    told = []

    def tell(standing):
        told.append(standing.new)
        if len(told) == 3:
            kill_a_worker()

    config = moody({"seconds": 0.05}, workers={"backend": "dask", "address": address})
    result = search(load_config(config), parent=tmp_path / "again", progress=tell)
    assert told[2] < 20
    assert table_of(result) == table_of(alone)


def test_no_dask_scheduler_there(moody, monkeypatch):
    monkeypatch.setattr(on_dask, "_CONNECT_SECONDS", 0.3)
    with pytest.raises(ConfigError) as refused:
        search(load_config(moody(workers={"backend": "dask", "address": "tcp://127.0.0.1:9"})))
    assert str(refused.value).startswith("optimize.workers.address: no Dask scheduler answers at tcp://127.0.0.1:9 (")
    assert str(refused.value).endswith(
        "); start one with 'dask scheduler', and workers with 'dask worker tcp://127.0.0.1:9 --nthreads 1'"
    )


def test_ray_gives_the_same_table_though_a_setting_kills_its_worker(moody, tmp_path, table_of):
    pytest.importorskip("ray")
    alone = search(load_config(moody({"unlucky": 13})))
    config = moody({"deadly": 13}, workers={"backend": "ray", "count": 2})
    result = search(load_config(config), parent=tmp_path / "again")
    assert [trial for trial, _ in result.failures] == [11]
    assert table_of(result) == table_of(alone)


def test_ray_is_not_there(moody):
    if importlib.util.find_spec("ray"):
        pytest.skip("ray is installed")
    with pytest.raises(ConfigError) as refused:
        search(load_config(moody(workers={"backend": "ray"})))
    assert str(refused.value) == (
        "optimize.workers.backend: ray is not installed; install it with 'pip install btbot[ray]', or choose processes "
        "or dask"
    )
