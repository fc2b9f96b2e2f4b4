"""Workers that die lose only what they had, and what kills them is found."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass, field

import psutil
import pytest

from btbot.config import load_config
from btbot.config.search import Workers
from btbot.errors import StrategyError
from btbot.search import workers
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


def here(moody, params, **keys):
    return search(load_config(moody(params, **keys)))


class Killer:
    """Kills a process when the search has gone some way, once."""

    def __init__(self, *words):
        self.words, self.killed = words, None

    def __call__(self, standing):
        if self.killed is None and standing.new >= 5:
            self.killed = children(*self.words)[0]
            self.killed.kill()


def test_processes_give_the_table_of_one_process_though_one_is_killed(moody, tmp_path, caplog, table_of):
    alone = here(moody, {"seconds": 0.05}, verify={"best": 2, "sample": 1})
    kill = Killer("LokyProcess")
    config = moody({"seconds": 0.05}, workers={"backend": "processes", "count": 2}, verify={"best": 2, "sample": 1})
    result = search(load_config(config), parent=tmp_path / "again", progress=kill)
    assert kill.killed is not None
    assert "a worker was lost, its work is done again: " in caplog.text
    assert table_of(result) == table_of(alone)
    assert result.verification == alone.verification
    assert not children("LokyProcess")


def test_a_setting_that_kills_its_worker_is_reported_and_loses_only_itself(moody, tmp_path, table_of):
    raising = here(moody, {"unlucky": 13})
    config = moody({"deadly": 13}, workers={"backend": "processes", "count": 2})
    result = search(load_config(config), parent=tmp_path / "again")
    assert result.failures == [
        (11, "killed its worker: the process died each time while it ran this setting (out of memory, or a crash)")
    ]
    assert table_of(result) == table_of(raising)


def test_one_process_begins_and_others_take_over_when_it_pays(moody, monkeypatch):
    monkeypatch.setattr(workers, "_cores", lambda: 2)
    opened = []
    monkeypatch.setattr(workers, "_cluster", lambda section, market: opened.append(section) or Cluster())
    assert here(moody, {}, workers={"backend": "processes"}).counts["complete"] == 20
    assert opened == []
    with Crew(Workers(backend="processes"), None) as crew:
        seconds = iter([0.0, WORTH_SECONDS, WORTH_SECONDS + 0.1])
        done = [
            job.numbers for job, _ in crew.outcomes(None, None, jobs((1,), (2,), (3,), (4,)), lambda: next(seconds))
        ]
    assert done == [(1,), (2,), (3,), (4,)]
    assert len(opened) == 1
