import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from btbot.errors import ConfigError
from btbot.report import folder, stored
from btbot.report.stored import FILES

DRAWN = {"report.txt", "equity.png", "drawdown.png", "monthly_returns.png", "trades.html", "tearsheet.html"}
NOON = datetime(2024, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)


def names(path):
    return {one.name for one in path.iterdir()}


@pytest.fixture(scope="module")
def written(tmp_path_factory, make_result):
    """A whole run's folder, its result, and the names that progress was told."""
    result = make_result(bars=24 * 40, trades=12, synthetic=True)
    result.started = NOON
    seen = []
    path = tmp_path_factory.mktemp("runs") / "deep" / "run"
    folder.write(result, path, progress=seen.append, command="btbot run my.yml")
    return path, result, seen


def test_every_file_is_there_and_nothing_else(written):
    path, _, seen = written
    assert names(path) == {*FILES, *DRAWN}
    assert names(path.parent) == {"run"}
    assert seen == ["files", "text", "chart", "plots", "tearsheet"]


def test_timings_are_recorded_and_written(written):
    path, result, _ = written
    reports = {"report.files", "report.text", "report.chart", "report.plots", "report.tearsheet"}
    assert reports <= set(result.timings)
    assert all(result.timings[name] > 0 for name in reports)
    assert json.loads((path / "manifest.json").read_text())["timings"] == result.timings


def test_the_manifest_says_with_what_on_what_and_when(written):
    path, result, _ = written
    manifest = json.loads((path / "manifest.json").read_text())
    assert manifest["started"] == "2024-01-31T12:00:00.250Z"
    assert manifest["finished"].endswith("Z")
    assert manifest["command"] == "btbot run my.yml"
    assert manifest["reproduce"] == "python -m btbot run config.yaml"
    assert manifest["versions"]["python"] == sys.version.split()[0]
    assert {"btbot", "backtrader", "numpy", "quantstats"} <= set(manifest["versions"])
    bars = result.bars["BTC/USDT"]
    assert manifest["data"]["BTC/USDT"] == {
        "timeframe": "1h",
        "bars": 960,
        "first": "2023-01-01T00:00:00Z",
        "last": "2023-02-09T23:00:00Z",
        "fingerprint": bars.fingerprint,
    }
    assert manifest["findings"][0]["places"] == ["2023-01-05T04:00:00Z", "2023-01-05T05:00:00Z"]
    assert manifest["notes"] == ["2 entries were cut to the buying power"]


def test_the_config_is_the_merged_one_with_masked_secrets(written):
    path, result, _ = written
    assert yaml.safe_load((path / "config.yaml").read_text()) == result.config
    assert "api_key: '**********'" in (path / "config.yaml").read_text()


def test_every_report_says_synthetic_in_its_first_line(written):
    for name in ("report.txt", "trades.html", "tearsheet.html"):
        assert "SYNTHETIC" in (written[0] / name).read_text().splitlines()[0]


def test_rebuilding_gives_the_same_bytes_from_the_folder_alone(written, tmp_path):
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in FILES:
        (moved / name).write_bytes((written[0] / name).read_bytes())
    assert folder.rebuild(moved) == moved
    assert names(moved) == {*FILES, *DRAWN}
    for name in names(moved):
        assert (moved / name).read_bytes() == (written[0] / name).read_bytes(), name


def test_equal_runs_give_equal_files_but_for_the_manifest(tmp_path, make_result):
    for name in ("a", "b"):
        result = make_result(bars=100, trades=5)
        result.timings["engine"] = {"a": 1.0, "b": 2.0}[name]
        folder.write(result, tmp_path / name, wanted=())
    for name in set(FILES) - {"manifest.json"}:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_metrics_hold_null_for_what_is_not_a_number(tmp_path, make_result):
    result = make_result(bars=50, trades=2)
    result.metrics.update(calmar=float("nan"), profit_factor=float("inf"), final_equity=0.1 + 0.2)
    path = folder.write(result, tmp_path / "run", wanted=())
    text = (path / "metrics.json").read_text()
    metrics = json.loads(text)
    assert (metrics["calmar"], metrics["profit_factor"]) == (None, None)
    assert '"final_equity": 0.30000000000000004' in text
    assert list(metrics) == sorted(metrics)


@pytest.mark.parametrize(
    ("wanted", "drawn"),
    [
        ((), set()),
        (("text",), {"report.txt"}),
        (("plots",), DRAWN - {"report.txt", "tearsheet.html"}),
    ],
)
def test_only_what_is_wanted_is_drawn(tmp_path, make_result, wanted, drawn):
    path = folder.write(make_result(bars=50, trades=2), tmp_path / "run", wanted=wanted)
    assert names(path) == {*FILES, *drawn}


def test_a_run_comes_back_as_it_was(tmp_path, make_result):
    result = make_result(bars=200, trades=6, symbols=("BTC/USDT", "ETH/USDT"))
    back = stored.load(folder.write(result, tmp_path / "run", wanted=()))
    assert back.metrics == result.metrics
    assert back.config == result.config
    assert back.findings == result.findings
    assert (back.name, back.notes, back.labels) == (result.name, result.notes, result.labels)
    assert list(back.figures) == list(result.figures)
    assert back.equity["equity"].tolist() == result.equity["equity"].tolist()
    assert list(back.bars) == list(result.bars)


def test_a_folder_that_is_not_empty_is_refused_and_kept(tmp_path, make_result):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("precious")
    with pytest.raises(ConfigError) as caught:
        folder.write(make_result(bars=20, trades=0), tmp_path / "run", wanted=())
    assert str(caught.value) == (
        f"{tmp_path / 'run'} is not empty; give a folder that is empty or does not exist, or --force to replace it"
    )
    assert caught.value.exit_code == 2
    assert names(tmp_path / "run") == {"mine.txt"}
    assert names(tmp_path) == {"run"}


def test_force_replaces_it_whole(tmp_path, make_result):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("old")
    folder.write(make_result(bars=20, trades=0), tmp_path / "run", wanted=(), force=True)
    assert names(tmp_path / "run") == set(FILES)
    assert names(tmp_path) == {"run"}


def test_an_empty_folder_may_be_the_target(tmp_path, make_result):
    (tmp_path / "run").mkdir()
    folder.write(make_result(bars=20, trades=0), tmp_path / "run", wanted=())
    assert names(tmp_path / "run") == set(FILES)


def test_a_file_and_the_current_folder_are_refused_even_with_force(tmp_path, make_result, monkeypatch):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="is a file; give a folder that does not exist yet"):
        folder.write(make_result(bars=20, trades=0), tmp_path / "file", force=True)
    monkeypatch.chdir(tmp_path)
    for target in (".", "..", Path.home()):
        with pytest.raises(ConfigError, match="cannot be replaced by a run's folder; give a folder inside it"):
            folder.write(make_result(bars=20, trades=0), target, force=True)
    with pytest.raises(ConfigError, match=r"cannot be written: .*; give another folder"):
        folder.write(make_result(bars=20, trades=0), tmp_path / "file" / "run")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("force", [False, True])
def test_an_interrupted_write_leaves_what_was_there(tmp_path, make_result, monkeypatch, error, force):
    if force:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "mine.txt").write_text("old")

    def stop(result):
        raise error("stop")

    monkeypatch.setattr(folder.text, "render", stop)
    with pytest.raises(error, match="stop"):
        folder.write(make_result(bars=20, trades=0), tmp_path / "run", wanted=("text",), force=force)
    assert names(tmp_path) == ({"run"} if force else set())
    if force:
        assert names(tmp_path / "run") == {"mine.txt"}


def test_a_failed_replacement_puts_the_old_folder_back(tmp_path, make_result, monkeypatch):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("old")
    rename = Path.rename

    def refuse(self, target):
        if self.name.endswith(".partial"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ConfigError, match="cannot be replaced: Input/output error; give another folder"):
        folder.write(make_result(bars=20, trades=0), tmp_path / "run", wanted=(), force=True)
    assert names(tmp_path / "run") == {"mine.txt"}
    assert names(tmp_path) == {"run"}


def test_a_killed_run_leaves_no_folder_and_disturbs_no_later_one(tmp_path, make_result):
    code = (
        "import os, signal; from btbot.report import folder, stored; from btbot.records import RunResult\n"
        "stored.save = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"folder.write(RunResult('x', {{}}, {{}}, None, None, None), {str(tmp_path / 'run')!r}, wanted=())"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    assert not (tmp_path / "run").exists()
    assert len(names(tmp_path)) == 1  # the hidden remains
    folder.write(make_result(bars=20, trades=0), tmp_path / "run", wanted=())
    assert names(tmp_path / "run") == set(FILES)


def test_what_is_not_a_runs_folder_is_said_to_be_none(tmp_path):
    with pytest.raises(ConfigError) as caught:
        folder.rebuild(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path} is not a run's folder: config.yaml, manifest.json, ")
    assert str(caught.value).endswith("not found there; give a folder that `run` wrote, with all its files")


def test_default_names_are_safe_and_never_taken_twice(tmp_path):
    first = folder.default_folder("../my run/é", NOON, parent=tmp_path)
    assert first == tmp_path / "my_run_20240131T120000.250Z"
    first.mkdir()
    assert folder.default_folder("../my run/é", NOON, parent=tmp_path).name == "my_run_20240131T120000.250Z-2"
    assert folder.default_folder("", NOON).as_posix() == "results/run_20240131T120000.250Z"
    later = NOON.astimezone(tz=None) + timedelta(milliseconds=1)
    assert folder.default_folder("a", later).name == "a_20240131T120000.251Z"


def test_the_log_says_where_the_time_went(tmp_path, make_result, caplog):
    caplog.set_level(logging.INFO, logger="btbot.report.folder")
    folder.write(make_result(bars=20, trades=0), tmp_path / "run", wanted=("text",))
    assert [message.split(":")[0] for message in caplog.messages] == ["report.files", "report.text"]
