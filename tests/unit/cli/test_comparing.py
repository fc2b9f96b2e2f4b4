"""What `compare` prints and writes."""

import json
import re

import pytest

from btbot.cli import comparing

CONFIG = """\
symbols: [BTC/USDT]
timeframe: 1h
feed: {name: sample, bars: 600}
strategies: [{name: ma_cross, params: {ma_fast: %d}}]
"""


@pytest.fixture
def files(here):
    for name, fast in (("slow", 20), ("quick", 5)):
        (here / f"{name}.yml").write_text(CONFIG % fast)
    return ["slow.yml", "quick.yml"]


def compare(sources, **changes):
    comparing.compare(sources, **{"sort": "total_return", "out": None, "force": False, "as_json": False, **changes})


def test_a_table_and_nothing_written(files, here, capsys):
    compare(files)
    shown = capsys.readouterr()
    assert "btbot comparison of 2 runs by Total return" in shown.out
    assert re.search(r"^  1  (slow|quick) ", shown.out, re.MULTILINE)
    assert shown.err == ""
    assert sorted(one.name for one in here.iterdir()) == ["quick.yml", "slow.yml"]


def test_a_folder_with_a_page(files, here, capsys):
    compare(files, out=here / "out")
    assert capsys.readouterr().out.endswith(
        f"\nfolder     {here / 'out'}\ncomparison {here / 'out' / 'comparison.html'}\n"
    )
    assert (here / "out" / "comparison.csv").is_file()


def test_json_and_nothing_else(files, here, capsys):
    compare(files, out=here / "out", as_json=True)
    printed = capsys.readouterr().out
    assert printed == (here / "out" / "comparison.json").read_text()
    assert {one["name"] for one in json.loads(printed)["runs"]} == {"slow", "quick"}
