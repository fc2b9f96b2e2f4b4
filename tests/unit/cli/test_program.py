"""The program as the shell sees it: exit codes, what goes to which stream, interruption."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

CONFIG = """\
symbols: [BTC/USDT]
timeframe: 1h
feed: {name: sample, bars: 500}
strategies: [{name: mine}]
report: [text]
"""
STRATEGY = """\
from pathlib import Path
import time

from btbot import Signals, Strategy


class Mine(Strategy):
    @staticmethod
    def signals(bars, p):
        BODY
"""


@pytest.fixture
def btbot(tmp_path, checkout):
    """Start the program in an empty folder."""
    environ = {**os.environ, "PYTHONPATH": str(checkout)}

    def start(*arguments):
        command = [sys.executable, "-m", "btbot", *arguments]
        return subprocess.Popen(
            command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


@pytest.fixture
def project(tmp_path):
    def write(body):
        (tmp_path / "strategies").mkdir()
        (tmp_path / "strategies/mine.py").write_text(STRATEGY.replace("BODY", body))
        (tmp_path / "a.yml").write_text(CONFIG)

    return write


def test_a_mistake_is_one_line_on_standard_error_and_exit_code_2(btbot, project):
    project("pass")
    process = btbot("run", "a.yml", "--set", "capitl=5", "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert err.startswith("Error: --set capitl: is not a key; allowed are ")
    assert len(err.splitlines()) == 1


def test_an_exception_of_the_strategy_is_its_own_traceback_and_exit_code_5(btbot, project, tmp_path):
    project("return bars.closed")
    process = btbot("run", "a.yml", "--quiet")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    lines = err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == f'  File "{tmp_path}/strategies/mine.py", line 10, in signals'
    assert "AttributeError: 'Bars' object has no attribute 'closed'" in err
    assert lines[-1].startswith("in signals() of strategy mine, BTC/USDT")


def test_json_alone_is_on_standard_output_and_the_log_on_the_other(btbot, project, tmp_path):
    project("return Signals(enter_long=bars.close > bars.open, exit_long=bars.close < bars.open)")
    process = btbot("run", "a.yml", "--json", "--out", "out")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert json.loads(out)["bars"] == 500
    assert out == (tmp_path / "out/metrics.json").read_text()
    assert " INFO " in err
    refused = btbot("run", "a.yml", "--out", "out")
    assert refused.wait(60) == 2
    refused.communicate()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_interruption_is_130_and_leaves_nothing_half_written(btbot, project, tmp_path):
    project("Path('started').touch(); time.sleep(60)")
    process = btbot("run", "a.yml", "--out", "out")
    until = time.monotonic() + 60
    while not (tmp_path / "started").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"a.yml", "started", "strategies"}
