"""Every file in configs/ loads, says what it shows, and names plug-ins and parameters that exist."""

from pathlib import Path

import pytest

from btbot.cli.checking import validate
from btbot.config import load_config
from btbot.config.reader import read

FOLDER = Path(__file__).resolve().parents[3] / "configs"
FILES = sorted(FOLDER.glob("*.yml"))
PRESETS = sorted(FOLDER.glob("presets/*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_valid_with_its_plugins(path):
    assert " is valid: backtest of " in validate(path, [])


@pytest.mark.parametrize("path", [*FILES, *PRESETS], ids=lambda path: path.stem)
def test_it_begins_with_a_comment_that_says_what_it_shows(path):
    first = path.read_text().splitlines()[0]
    assert first.startswith("# ")
    assert len(first) > 40


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_says_nothing_but_risk_sizing_exits_and_costs(path):
    assert set(read(path).data) <= {"risk", "sizing", "exits", "costs"}
    config = load_config(
        {"symbols": ["A"], "timeframe": "1h", "feed": {"name": "x"}, "strategies": [{"name": "x"}], **read(path).data},
        environ={},
    )
    assert config.risk.max_drawdown is not None


def test_all_presets_are_there():
    assert [path.stem for path in PRESETS] == ["balanced", "bold", "cautious"]


def test_trend_stands_alone_with_every_artifact():
    data = read(FOLDER / "trend.yml").data
    assert "extends" not in data
    assert [entry["name"] for entry in data["strategies"]] == ["trend_following"]
    assert data["report"] == ["text", "plots", "tearsheet"]
    assert data["feed"]["name"] == "sample"
    assert data["capital"] == 10_000
