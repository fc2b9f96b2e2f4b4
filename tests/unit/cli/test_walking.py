"""What `walkforward` prints and writes."""

import io
import json
import re
import webbrowser
from pathlib import Path

import pytest
from rich.console import Console

from btbot.cli import progress, walking
from btbot.search.sweep import Standing

CONFIG = """\
symbols: [BTC/USDT]
timeframe: 1h
feed: {name: sample, bars: 1500}
strategies: [{name: ma_cross}]
report: [text]
optimize:
  space: {strategies.0.params.ma_fast: [5, 20]}
  workers: {backend: none}
walkforward: {train: 30d, test: 15d}
"""


@pytest.fixture
def walk(here):
    (here / "a.yml").write_text(CONFIG)

    def invoke(**changes):
        chosen = {
            "out": None,
            "force": False,
            "fresh": False,
            "as_json": False,
            "show": False,
            "quiet": False,
            **changes,
        }
        walking.walkforward(Path("a.yml"), [], **chosen)

    return invoke


def test_the_report_then_where_it_is(walk, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    walk(show=True)
    printed = capsys.readouterr().out
    assert printed.index("Walk-forward, out of sample") < printed.index("Overview")
    where = re.search(
        r"^folder     (results/a_walkforward_\d{8}T\d{6}\.\d{3}Z)\nwalk       \1/walkforward.html\ntook  ",
        printed,
        re.MULTILINE,
    )
    assert where
    assert (Path(where[1]) / "report.txt").read_text() in printed
    assert opened == [(Path(where[1]) / "walkforward.html").resolve().as_uri()]


def test_json_and_nothing_else(walk, capsys):
    walk(as_json=True, out=Path("out"))
    printed = capsys.readouterr().out
    assert printed == Path("out/walkforward.json").read_text()
    assert len(json.loads(printed)["windows"]) == 2


def test_quiet_says_nothing(walk, capsys):
    walk(quiet=True, out=Path("out"))
    assert capsys.readouterr().out == ""


def test_the_bar_counts_windows(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with progress.walk_bar(console) as show:
        now[0] = 1.5
        show(3, 8, Standing(50, 100, 50, 1.0))
        show(3, 8, Standing(1, 3, 0, 1.0, "verified"))
    assert "windows" in console.file.getvalue()
    assert "3 of 8" in console.file.getvalue()
    with progress.walk_bar(Console(file=io.StringIO())) as show:
        assert show is None
