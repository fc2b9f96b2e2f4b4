"""A search that was killed goes on where it was, and ends with the table of one that was not."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import yaml

import btbot
from btbot.config import load_config
from btbot.errors import ConfigError
from btbot.search.searching import search

PROGRAM = """
import sys
from btbot.config import load_config
from btbot.search.searching import search
if __name__ == "__main__":
    search(load_config("search.yml"))
"""


@pytest.fixture
def started(tmp_path):
    """Start a search in a process of its own."""
    processes = []

    def start(config):
        (tmp_path / "search.yml").write_text(yaml.safe_dump(config))
        (tmp_path / "program.py").write_text(PROGRAM)
        environ = {**os.environ, "PYTHONPATH": str(Path(btbot.__file__).parents[1])}
        processes.append(subprocess.Popen([sys.executable, "program.py"], cwd=tmp_path, env=environ))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def wait_for(true, seconds=120):
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    assert true()


def parts(tmp_path):
    return sorted(tmp_path.glob("var/search/*/*.part"))


def test_a_search_killed_half_way_ends_with_the_same_table(moody, started, tmp_path, table_of, caplog):
    config = moody({"seconds": 0.1}, workers={"backend": "processes", "count": 2}, verify={"best": 2, "sample": 1})
    process = started(config)
    wait_for(lambda: len(parts(tmp_path)) >= 3)
    workers = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    process.kill()
    process.wait()
    there = sum(int(path.stem.partition("-")[2]) for path in parts(tmp_path))
    assert 3 <= there < 20
    here = moody({"seconds": 0.1}, verify={"best": 2, "sample": 1})
    with caplog.at_level(logging.INFO, logger="btbot.search"):
        resumed = search(load_config(here))
    assert f"resumed: {there} of 20 settings were there" in caplog.messages
    assert resumed.timings["evaluated"] == 20 - there
    whole = search(load_config(moody(verify={"best": 2, "sample": 1})), parent=tmp_path / "whole")
    assert table_of(resumed) == table_of(whole)
    assert resumed.verification == whole.verification
    wait_for(lambda: not any(map(psutil.pid_exists, workers)), 10)


def test_a_sampler_that_learns_goes_on_as_if_nothing_had_happened(moody, tmp_path, table_of):
    config = load_config(moody(sampler={"name": "tpe", "startup": 5, "batch": 4}, trials=14))

    class Stopped(Exception):
        pass

    def stop(standing):
        if standing.done >= 7:
            raise Stopped

    whole = search(config, parent=tmp_path / "whole")
    with pytest.raises(Stopped):
        search(config, progress=stop)
    resumed = search(config)
    assert resumed.timings["evaluated"] < 8
    assert table_of(resumed) == table_of(whole)


def test_a_sampler_that_learns_begins_anew_if_its_trials_are_lost(moody, tmp_path, table_of, caplog):
    config = load_config(moody(sampler={"name": "tpe", "startup": 5, "batch": 4}, trials=14))
    calls = []

    def stop(standing):
        calls.append(standing)
        if standing.done >= 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(config, progress=stop)
    parts(tmp_path)[0].unlink()
    again = search(config)
    assert "the sampler has learnt from trials that are lost; it begins anew" in caplog.text
    assert table_of(again) == table_of(search(config, parent=tmp_path / "whole"))


def test_machines_that_share_a_study_end_with_the_same_settings(moody, tmp_path):
    sampler = {"name": "tpe", "startup": 5, "batch": 4}
    config = load_config(
        moody({"seconds": 0.05}, sampler=sampler, trials=14, storage=f"sqlite:///{tmp_path}/shared.db")
    )

    def stop(standing):
        if standing.done >= 9:
            raise KeyboardInterrupt

    first = search(config, parent=tmp_path / "one")
    with pytest.raises(KeyboardInterrupt):  # while it does what the other machine has done
        search(config, parent=tmp_path / "two", progress=stop)
    second = search(config, parent=tmp_path / "two")
    assert 0 < second.timings["evaluated"] < 14
    assert np.array_equal(first.trials._table, second.trials._table, equal_nan=True)


@pytest.mark.parametrize("keys", [{"prune": {"startup": 6}}, {"early_stop": 5, "sampler": "random", "trials": 20}])
def test_what_is_decided_on_the_way_is_the_same_after_an_interruption(moody, tmp_path, table_of, keys):
    config = load_config(moody(**keys))
    whole = search(config, parent=tmp_path / "whole")
    for stop_at in (2, 9):

        def stop(standing, stop_at=stop_at):
            if standing.done >= stop_at:
                raise KeyboardInterrupt

        with contextlib.suppress(KeyboardInterrupt):
            search(config, progress=stop)
    assert table_of(search(config)) == table_of(whole)


def test_a_damaged_chunk_is_done_again(moody, tmp_path, table_of):
    def stop(standing):
        if standing.done >= 10:
            raise KeyboardInterrupt

    config = load_config(moody())
    with pytest.raises(KeyboardInterrupt) as stopped:
        search(config, progress=stop)
    kept = sum(int(path.stem.partition("-")[2]) for path in parts(tmp_path))
    folder = parts(tmp_path)[0].parent.relative_to(tmp_path)
    assert stopped.value.__notes__ == [f"{kept} settings are kept in {folder}; the same command goes on from there"]
    damaged = parts(tmp_path)[1]
    damaged.write_bytes(damaged.read_bytes()[:-20])
    result = search(config)
    lost = int(damaged.stem.partition("-")[2])
    assert result.timings["evaluated"] == 20 - kept + lost
    assert table_of(result) == table_of(search(config, parent=tmp_path / "whole"))


def test_an_ended_search_is_answered_from_its_folder(moody, tmp_path, table_of, caplog):
    signs = tmp_path / "signs"
    signs.mkdir()
    config = load_config(moody({"signs": str(signs)}, verify={"best": 1, "sample": 1}))
    first = search(config)
    assert len(list(signs.iterdir())) >= 20
    for sign in signs.iterdir():
        sign.unlink()
    with caplog.at_level(logging.INFO, logger="btbot.search"):
        again = search(config)
    assert not list(signs.iterdir())
    folder = next((tmp_path / "var/search").iterdir()).relative_to(tmp_path)
    assert f"all 20 settings were there: {folder}; --fresh begins anew" in caplog.messages
    assert (table_of(again), again.verification, again.notes) == (table_of(first), first.verification, first.notes)
    assert again.timings["evaluated"] == 0
    fresh = search(config, fresh=True)
    assert fresh.timings["evaluated"] == 20
    assert table_of(fresh) == table_of(first)


def test_another_verification_does_not_search_again(moody):
    search(load_config(moody()))
    result = search(load_config(moody(verify={"best": 3, "sample": 2})))
    assert result.timings["evaluated"] == 0
    assert [one.rank for one in result.verification] == [1, 2, 3, None, None]


@pytest.mark.parametrize("change", ["strategy", "bars", "space", "costs"])
def test_what_decides_the_outcome_makes_another_search(moody, tmp_path, change):
    config = moody()
    search(load_config(config))
    if change == "strategy":
        path = tmp_path / "strategies" / "moody.py"
        path.write_text(path.read_text().replace("bars.close > mean", "bars.close >= mean"))
    overrides = {
        "strategy": [], "bars": ["feed.bars=241"], "costs": ["costs.taker_fee=0.002"],
        "space": ["optimize.space={strategies.0.params.length: {low: 3, high: 22}}"],
    }[change]  # fmt: skip
    result = search(load_config(config, overrides=overrides))
    assert result.timings["evaluated"] == 20
    assert len(list((tmp_path / "var/search").iterdir())) == 2


def test_workers_and_report_do_not_make_another_search(moody, tmp_path):
    search(load_config(moody()))
    search(load_config(moody(workers={"backend": "processes"}), overrides=["report=[]", "database=sqlite:///x.db"]))
    assert len(list((tmp_path / "var/search").iterdir())) == 1


def test_two_at_a_time_are_refused(moody):
    config = load_config(moody())

    def second(standing):
        search(config)

    with pytest.raises(ConfigError, match=f"is in use: the same search runs already, in process {os.getpid()};"):
        search(config, progress=second)
