"""A whole walk-forward: searches, ledger, folder, and what is left when it is interrupted."""

import contextlib
import json
import logging
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from btbot.errors import ConfigError
from btbot.runner import compare, walkforward

HOUR = "strategies.0.params.hour"
A, B = 2, 8
SWITCH = [A] * 10 + [B] * 10


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def whole(clockwork, tmp_path_factory):
    """A walk-forward that nobody disturbed, with its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("whole"))
        shown, told = [], []
        result = walkforward(
            clockwork(SWITCH), "out", show=lambda run: shown.append(list(run.preface)),
            progress=lambda number, count, standing: told.append((number, count, standing.done, standing.total)),
        )  # fmt: skip
        yield result, Path.cwd(), shown, told


def test_the_parameter_follows_the_market(whole):
    result, _, _, _ = whole
    assert [step.choice.setting[HOUR] for step in result.steps] == [A, A, A, A, A, B, B, B]
    assert all(step.choice.verified for step in result.steps)
    assert result.run.metrics["final_equity"] == pytest.approx(10_000 * 1.005**12, rel=1e-12)
    assert (result.trials, len(result.searches), result.notes) == (24, 9, [])


def test_the_search_and_cerebro_agree_about_every_train_window(whole):
    result, _, _, _ = whole
    for step, search in zip(result.steps, result.searches, strict=False):
        figure = search.trials.column("final_equity")[search.best_trial]
        assert figure == pytest.approx(step.in_sample["final_equity"], rel=1e-12)


def test_they_agree_about_windows_with_holes(clockwork):
    paying = [A] * 6 + [B] * 6
    result = walkforward(clockwork(paying, walkforward={"train": "5d", "test": "2d", "purge": 5, "embargo": "1d"}))
    assert any(step.fold.embargoed for step in result.steps)
    assert all(step.choice.verified for step in result.steps)
    for step, search in zip(result.steps, result.searches, strict=False):
        for name in ("final_equity", "total_trades", "exposure"):
            figure = search.trials.column(name)[search.best_trial]
            assert figure == pytest.approx(step.in_sample[name], rel=1e-12)


def test_the_folder_is_a_run_with_windows(whole):
    result, cwd, shown, _ = whole
    folder = cwd / "out"
    assert {"config.yaml", "metrics.json", "report.txt", "walkforward.html", "walkforward.json", "windows.csv"} <= {
        one.name for one in folder.iterdir()
    }
    assert result.folder == result.run.folder == "out"
    assert shown == [result.run.preface]
    content = json.loads((folder / "walkforward.json").read_text())
    assert [one["setting"][HOUR] for one in content["windows"]] == [A, A, A, A, A, B, B, B]
    assert "walkforward:" in (folder / "config.yaml").read_text()


def test_progress_counts_windows_and_settings(whole):
    _, _, _, told = whole
    assert {count for _, count, _, _ in told} == {9}
    assert [number for number, *_ in told] == sorted(number for number, *_ in told)
    assert {number for number, *_ in told} == set(range(1, 10))
    assert {total for _, _, _, total in told if total != 1} == {3}


def ledger(folder):
    """Sessions of the ledger: strategies, number of settings."""
    with contextlib.closing(sqlite3.connect(folder / "var" / "btbot.db")) as database:
        return database.execute("SELECT strategies, trials FROM optimisation_trials").fetchall()


def test_settings_are_in_the_ledger_once_for_all_windows(whole):
    _, cwd, _, _ = whole
    assert ledger(cwd) == [('["clockwork"]', 3)]


def test_an_interrupted_one_goes_on_and_ends_alike(whole, clockwork, tmp_path):
    result, cwd, _, _ = whole

    def interrupt(number, _count, _standing):
        if number == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        walkforward(clockwork(SWITCH), "out", progress=interrupt)
    assert not Path("out").exists()
    again = walkforward(clockwork(SWITCH), "out")
    done = [search.timings["evaluated"] for search in again.searches]
    assert done[:3] == [0, 0, 0]
    assert done[4:] == [3] * 5
    for path in sorted((cwd / "out").iterdir()):
        if path.name != "manifest.json":
            assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes(), path.name
    assert again.run.metrics == result.run.metrics


def test_fresh_searches_again(clockwork):
    source = clockwork([A] * 6)
    found = [walkforward(source, fresh=fresh).searches for fresh in (False, False, True)]
    assert [[search.timings["evaluated"] for search in one] for one in found] == [[3, 3], [0, 0], [3, 3]]
    assert not Path("out").exists()


def test_random_settings_under_constraints(clockwork):
    search = {
        "space": {HOUR: {"low": 0, "high": 18}, "sizing.percent": {"low": 0.1, "high": 0.5}},
        "constraints": ["hour != 2"], "sampler": "random", "trials": 20, "seed": 3, "objective": "total_return",
        "workers": {"backend": "none"},
    }  # fmt: skip
    result = walkforward(clockwork([A] * 8, optimize=search))
    assert [one.label for one in result.dimensions] == ["hour", "percent"]
    assert [step.choice.trials for step in result.steps] == [20, 20]
    assert [step.out_of_sample["total_return"] for step in result.steps] == [0.0, 0.0]
    assert ledger(Path()) == [('["clockwork"]', 20)]


def test_a_walk_forward_can_be_compared_with_a_run(whole, clockwork):
    _, cwd, _, _ = whole
    found = compare([clockwork([A] * 20), cwd / "out"], sort="total_return")
    assert found.table["name"].tolist() == ["out", "clock"]
    assert found.warnings[0].startswith("the runs are on different spans")


def test_a_folder_that_is_not_empty_is_refused_before_the_work(clockwork, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(ConfigError, match=r"^out is not empty; "):
        walkforward(clockwork([A] * 8), "out")
    assert not Path("var").exists()


def test_data_that_are_too_short(clockwork):
    with pytest.raises(
        ConfigError, match=r"^walkforward: the data have 96 bars of 1h, 2024-01-01T00:00Z to 2024-01-05T00"
    ):
        walkforward(clockwork([A] * 4))


def test_a_ledger_that_cannot_be_written_is_told_once(clockwork, caplog):
    Path("file").touch()
    with caplog.at_level(logging.WARNING, "btbot.runner.trials"):
        result = walkforward(clockwork([A] * 8, database="sqlite:///file/x.db"))
    (note,) = result.notes
    assert note.startswith("What was tried before is not known, since the ledger of trials is not available: ")
    assert len(caplog.records) == 1


LONG = """\
symbols: [BTC/USDT]
timeframe: 1h
feed: {name: sample, bars: 4000}
strategies: [{name: ma_cross}]
report: [text]
optimize:
  space: {strategies.0.params.ma_fast: {low: 5, high: 40}, strategies.0.params.ma_slow: {low: 50, high: 90, step: 4}}
  workers: {backend: none}
walkforward: {train: 30d, test: 10d}
"""
WALK = "from btbot.runner import walkforward; walkforward('a.yml', 'out')"


@pytest.mark.slow
def test_a_killed_one_goes_on_and_ends_alike(tmp_path):
    for name in ("killed", "whole"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yml").write_text(LONG)
    subprocess.run([sys.executable, "-c", WALK], cwd=tmp_path / "whole", check=True)
    process = subprocess.Popen([sys.executable, "-c", WALK], cwd=tmp_path / "killed")
    while len(list((tmp_path / "killed").glob("var/search/*/*/trials.npy"))) < 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not (tmp_path / "killed" / "out").exists()
    subprocess.run([sys.executable, "-c", WALK], cwd=tmp_path / "killed", check=True)
    for path in sorted((tmp_path / "whole" / "out").iterdir()):
        if path.name != "manifest.json":
            assert (tmp_path / "killed" / "out" / path.name).read_bytes() == path.read_bytes(), path.name
