"""What `optimize` prints, writes and returns."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from btbot.cli import progress
from btbot.search.sweep import Standing

CONFIG = """\
symbols: [BTC/USDT]
timeframe: 1h
feed: {name: sample, bars: 1500}
strategies: [{name: ma_cross}]
optimize:
  space: {strategies.0.params.ma_fast: [5, 10, 20]}
  workers: {backend: none}
  verify: {best: 1, sample: 0}
"""


@pytest.fixture
def searching(here, cli):
    (here / "a.yml").write_text(CONFIG)
    return lambda *arguments: cli("optimize", "a.yml", *arguments)


def test_the_report_then_where_it_is_then_where_the_time_went(searching, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    result = searching("--open")
    where = re.search(
        r"\nfolder     (results/a_optimize_\d{8}T\d{6}\.\d{3}Z)\nsearch     \1/search.html\n"
        r"speed      [\d,]+ settings a second\ntook       ",
        result.stdout,
    )
    assert where
    assert result.stdout.index("btbot search: a") < result.stdout.index("Check against Cerebro") < where.start()
    assert f"python -m btbot run {where[1]}/best.yml" in result.stdout
    assert opened == [(Path(where[1]) / "search.html").resolve().as_uri()]
    assert re.search(r"took .* s: data .*, search .*, verify .*, overfit .*, report [\d.]+\n$", result.stdout)


def test_json_is_the_content_of_its_file_and_nothing_else(searching, here):
    result = searching("--json", "--out", "out")
    assert result.stdout == (here / "out" / "search.json").read_text()
    assert json.loads(result.stdout)["counts"]["complete"] == 3


def test_quiet_prints_nothing(searching):
    assert searching("--quiet", "--out", "out").output == ""


def test_a_second_time_it_is_answered_from_the_working_folder_unless_fresh(searching):
    searching("--out", "out")
    again = searching("--out", "again")
    assert "all 3 settings were there: var/search/a-" in again.stderr
    assert "settings a second" not in again.stdout
    assert "settings were there" not in searching("--out", "more", "--fresh").stderr


def test_the_same_search_leaves_the_same_files_however_long_it_took(searching, here):
    for name in ("one", "other"):
        searching("--out", name, "--fresh")
    names = {path.name for path in (here / "one").iterdir()}
    assert {"report.txt", "search.html", "search.json", "trials.parquet"} <= names
    for name in names:
        assert (here / "one" / name).read_bytes() == (here / "other" / name).read_bytes(), name


SLOW = """\
import time
from btbot import Signals, Strategy


class Slow(Strategy):
    params = dict(number=0)

    @staticmethod
    def signals(bars, p):
        time.sleep(0.2)
        return Signals(enter_long=bars.close > bars.open, exit_long=bars.close < bars.open)
"""


def _alive(group):
    """Commands of a group of processes that still run."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(one.pid) == group and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one.cmdline())
    return found


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_interruption_is_130_and_says_how_to_go_on(here, checkout):
    (here / "strategies").mkdir()
    (here / "strategies" / "slow.py").write_text(SLOW)
    (here / "a.yml").write_text(
        CONFIG.replace("ma_cross", "slow")
        .replace("ma_fast: [5, 10, 20]", "number: {low: 0, high: 999}")
        .replace("{backend: none}", "{backend: processes, count: 2}")
    )
    command = [sys.executable, "-m", "btbot", "optimize", "a.yml", "--out", "out"]
    environ = {**os.environ, "PYTHONPATH": str(checkout)}
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True, start_new_session=True)
    until = time.monotonic() + 120
    while len(list(here.glob("var/search/*/*.part"))) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it, too
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    until = time.monotonic() + 10
    while _alive(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _alive(process.pid)
    assert re.search(
        r"interrupted: \d+ settings are kept in var/search/a-[0-9a-f]{12}; the same command goes on from there\n$",
        err,
    )
    assert {path.name for path in here.iterdir()} == {"a.yml", "strategies", "var"}


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_interruption_while_workers_begin_says_nothing_of_them(here, checkout):
    (here / "a.yml").write_text(CONFIG.replace("{backend: none}", "{backend: processes, count: 2}"))
    command = [sys.executable, "-m", "btbot", "optimize", "a.yml", "--out", "out"]
    environ = {**os.environ, "PYTHONPATH": str(checkout)}
    for seconds in (0.0, 0.1, 0.3):
        process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True, start_new_session=True)
        assert "2 workers: processes" in process.stderr.readline()
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert re.fullmatch(r"interrupted: \d+ settings are kept in .*\n", err)


def test_without_a_section_it_is_a_mistake_of_the_file(here, cli):
    from btbot.errors import ConfigError

    (here / "b.yml").write_text(CONFIG.partition("optimize:")[0])
    with pytest.raises(
        ConfigError, match=r"b\.yml: there is no optimize section, so nothing to search; such as\noptimize:"
    ):
        cli("optimize", "b.yml")


def test_the_bar_shows_speed_and_the_best(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with progress.search_bar(console) as tell:
        tell(Standing(10, 4000, 10, float("nan")))
        assert console.file.getvalue() == ""
        now[0] = 2.0
        tell(Standing(3010, 4000, 3000, 1.23456))
        tell(Standing(1, 15, 1, float("nan"), "verified"))
    shown = console.file.getvalue()
    assert "settings" in shown
    assert "3,010 of 4,000" in shown
    assert "1,500/s  best 1.235" in shown
    assert "verified" in shown


def test_the_bar_is_silent_where_nobody_looks():
    with progress.search_bar(Console(file=io.StringIO())) as tell:
        assert tell is None
