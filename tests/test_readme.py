"""The README does what it says: its blocks are run from top to bottom in one empty folder, as a reader would.

A python or yaml block that begins with ``# some/path`` is that file; any other python block is a program. The
two set-up lines install, so they are compared with what the continuous integration runs.
"""

import logging
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SET_UP = ["pip install -e . && python -m btbot run configs/trend.yml", "pip install -e '.[test]' && pytest"]
NOT_HERE = ["scripts/check"]  # runs this very test
BROWSED = "--open"
SERVES = "python -m btbot exchange "  # until it is told to end


class Block(NamedTuple):
    language: str
    text: str

    @property
    def path(self):
        """The file that the block says it is, if any."""
        named = re.match(r"# (\S+/\S+\.(?:py|yml))\n", self.text)
        return named and Path(named[1])


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]
PROSE = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS if block.language == "bash" for line in block.text.splitlines()]


def test_every_block_is_of_a_kind_that_is_tested():
    assert {block.language for block in BLOCKS} == {"bash", "python", "yaml"}
    assert all(block.path for block in BLOCKS if block.language == "yaml")
    assert README.count("```") == 2 * len(BLOCKS)


def test_two_lines_set_it_up_and_the_continuous_integration_runs_just_these():
    assert BLOCKS[0].text.splitlines() == SET_UP
    ran = (ROOT / ".ci/run").read_text().splitlines()
    assert [line for line in ran if line in SET_UP] == SET_UP
    assert ran[-1] == SET_UP[-1]


def test_scripts_that_it_names_exist():
    for name in NOT_HERE + re.findall(r"`(scripts/\w+|\.ci/run)\b", README):
        assert os.access(ROOT / name, os.X_OK), name


def test_it_runs_from_top_to_bottom(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    _candle_files(tmp_path)
    with _servers() as start:
        for block in BLOCKS:
            if block.language == "bash":
                for line in block.text.splitlines():
                    if line.startswith(SERVES):
                        start(line)
                    elif line not in (*SET_UP, *NOT_HERE):
                        _run(line)
            elif block.path:
                _keep(block)
            else:
                exec(compile(block.text, "README.md", "exec"), {"__name__": "__main__"})
    assert [Path(page).name for page in opened] == ["tearsheet.html"] * sum(BROWSED in line for line in COMMANDS)
    _look_at_what_is_there(tmp_path)


@contextmanager
def _servers():
    """Give a function that starts a command which serves, and end them all as Ctrl-C does."""
    running = []

    def start(line):
        words = [sys.executable, *shlex.split(line)[1:], "--json"]
        running.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        assert '"rest"' in running[-1].stdout.readline(), line

    yield start
    for process in running:
        process.send_signal(signal.SIGINT)
    for process in running:
        with process:
            assert process.wait(20) == 0


def _candle_files(folder):
    """Write the two files that the README takes the reader to have."""
    from btbot.data.sample import generate
    from btbot.timeframe import Timeframe

    candles = generate("BTC/USDT", Timeframe.parse("1h"), bars=1_000, seed=3, start_ms=1_704_067_200_000)
    values = candles[["open", "high", "low", "close", "volume"]]
    times = candles["time"].astype("datetime64[ms]")
    values.assign(time=times).set_index("time").to_csv(folder / "candles.csv")
    odd = values.set_axis(["O", "H", "L", "C", "Qty"], axis=1)
    odd.assign(When=candles["time"] // 1_000).to_csv(folder / "export.csv", index=False)


def _run(line):
    """Run one command in this process, on fewer candles; only what is shown is drawn."""
    from btbot.cli.app import app

    command, _, target = line.partition(" > ")
    words = shlex.split(command)
    environ = {"BTBOT__REPORT": "[tearsheet]" if BROWSED in words else "[text]"}
    if "configs/trend.yml" in words:
        environ["BTBOT__FEED__BARS"] = "3000"
    while "=" in words[0]:
        name, _, environ[name] = words.pop(0).partition("=")
    assert words[:3] == ["python", "-m", "btbot"], line
    done = CliRunner(env=environ).invoke(app, words[3:])
    _close_the_log()
    assert done.exit_code == 0, f"{line}\n{done.output}\n{done.exception!r}"
    if target:
        Path(target).write_text(done.stdout)


def _close_the_log():
    root = logging.getLogger("btbot")
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(logging.NOTSET)
    root.propagate = True


def _keep(block):
    """Write the file that a block shows, or compare it with the one that a command has written."""
    _, text = block.text.split("\n", 1)
    if block.path.exists():
        assert block.path.read_text() == text
    else:
        block.path.parent.mkdir(exist_ok=True)
        block.path.write_text(text)


def _look_at_what_is_there(folder):
    metrics = {path.parent.name.split("_2")[0]: path.read_text() for path in folder.glob("results/*/metrics.json")}
    wanted = "trend faster my_run theirs mine odd careful from_python best_of_search walked"
    assert set(metrics) == set(wanted.split())
    assert all('"total_trades": 0,' not in text for text in metrics.values())
    assert (folder / "btbot.schema.json").stat().st_size > 1_000


def test_every_key_of_the_configuration_is_explained():
    from btbot.config.model import RunConfig

    told = set(re.findall(r"`(\w+)`", PROSE))
    keys = _keys(RunConfig)
    assert len(keys) > 60
    assert keys - told == set()


def _keys(model):
    """Return the names of all keys of a configuration section and of those below it."""
    from pydantic import BaseModel

    found = set(model.model_fields)
    for field in model.model_fields.values():
        for part in _models(field.annotation):
            if issubclass(part, BaseModel):
                found |= _keys(part)
    return found


def _models(annotation):
    if isinstance(annotation, type) and not getattr(annotation, "__args__", None):
        return [annotation]
    return [part for inner in getattr(annotation, "__args__", ()) for part in _models(inner)]


def test_every_command_is_named():
    from typer.main import get_command

    from btbot.cli.app import app

    told = {words.split()[0] for words in re.findall(r"`([^`]+)`", PROSE) if words.strip()}
    assert set(get_command(app).commands) - told == set()


def test_every_column_and_file_of_a_run_is_named():
    from btbot.engine.result import TRADE_COLUMNS
    from btbot.report.stored import FILES

    assert f"`{' '.join(TRADE_COLUMNS)}`" in README
    assert [name for name in FILES if f"`{name}`" not in README] == []


def test_every_plugin_that_comes_along_is_named():
    for folder in ("strategies", "feeds", "analyzers"):
        for path in (ROOT / folder).glob("*.py"):
            assert f"`{path.stem}`" in README


def test_every_kind_of_finding_is_named():
    from btbot.data import faults, grid, oddities

    kinds = {
        value
        for module in (faults, grid, oddities)
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    }
    assert len(kinds) >= 14
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in README] == []


def test_every_exit_code_is_told():
    from btbot import errors

    codes = {one.exit_code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)}
    assert [code for code in sorted(codes) if f"\n| {code} | " not in README] == []
