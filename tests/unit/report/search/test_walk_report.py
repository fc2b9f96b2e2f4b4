"""A walk-forward as text, tables, JSON and a page."""

import dataclasses
import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.report import folder, stored
from btbot.report.search import walk_files, walk_page, walk_text
from btbot.search.space import Space
from btbot.search.walkforward import Choice, plan, walk

HOUR, FILL = "strategies.0.params.hour", "allow_short"
CHOSEN = {"window 1": (2, False), "window 2": (8, True), "window 4": (8, True), "hindsight": (2, False)}


@pytest.fixture(scope="module")
def result(clockwork):
    """Four windows, of which the third has no setting; 02:00 pays on all days."""
    space = {HOUR: {"low": 2, "high": 14, "step": 6}, FILL: [True, False]}
    source = clockwork(
        [2] * 12, optimize={"space": space, "objective": "total_return"}, walkforward={"train": "4d", "test": 48}
    )
    config = load_config(source)
    market = engine.load_market(config)

    def search(what, window):
        hour, short = CHOSEN.get(what, (None, None))
        return Choice(None, 6) if hour is None else Choice({HOUR: hour, FILL: short}, 6, verified=what != "window 2")

    return walk(config, market, plan(config, market), Space.of(config).dimensions, search)


def test_text(result):
    text = "\n".join(walk_text.render(result))
    assert "  Windows         4, rolling: train 4d, test 48 bars\n" in text
    assert "  Traded (UTC)    2024-01-05 00:00 to 2024-01-13 00:00\n" in text
    assert "  Settings tried  24 in all windows\n" in text
    assert "  Verified        2 of 4 settings, by running their train window through Cerebro again\n" in text
    assert "  Profitable      1 of 4 windows (25.00 %)\n" in text
    assert re.search(r"^ +return +CAGR +Sharpe +drawdown +trades$", text, re.MULTILINE)
    for name in ("Walk-forward", "Configured parameters, kept", "Best setting of window 1, kept", "Buy and hold, without costs",
                 "Best of the space, in hindsight"):  # fmt: skip
        assert re.search(rf"^  {name} +-?\d", text, re.MULTILINE), name
    assert re.search(r"^ +traded from +hour +allow_short +return in +out +Sharpe in +out +trades$", text, re.MULTILINE)
    assert re.search(r"^  1  2024-01-05 00:00 +2 +false +2\.02 % +1\.00 % ", text, re.MULTILINE)
    assert re.search(r"^  3  2024-01-09 00:00 +- +- +- +- +- +- +-$", text, re.MULTILINE)
    assert re.search(r"^  hour +8 \(2\), 2 \(1\) +50\.00 % +25\.00 % +50\.00 %$", text, re.MULTILINE)
    assert "  window 3: no setting closed enough trades in the train window; the account rested" in text
    assert max(map(len, text.splitlines())) <= 100


def test_efficiency_in_words(result):
    # 0.5 % a day in window 1, nothing in 2 and 4, which chose another hour; window 3 rested: a third of 182.5 % a year.
    assert ("Efficiency", "100 %: out of sample over in sample; Pardo asks for at least 50 %") in walk_text.overview(
        result
    )
    assert ("Annual return", "60.83 % in sample, 60.83 % out of sample (not compounded)") in walk_text.overview(result)


def test_efficiency_without_a_gain_in_sample(result):
    poor = dataclasses.replace(result, in_sample_return=-0.01)
    assert ("Efficiency", "not defined, because the in-sample return is not positive") in walk_text.overview(poor)


def test_windows_as_a_table(result):
    table = walk_files.windows(result)
    assert table.columns[:8].tolist() == [
        "window", "train_start", "train_end", "test_start", "test_end", "hour", "allow_short", "trials",
    ]  # fmt: skip
    assert table.loc[1, ["train_start", "train_end", "test_start", "test_end"]].tolist() == [
        "2024-01-03T00:00:00Z", "2024-01-07T00:00:00Z", "2024-01-07T00:00:00Z", "2024-01-09T00:00:00Z",
    ]  # fmt: skip
    assert table["hour"].tolist()[:2] == [2, 8]
    assert math.isnan(table["hour"].tolist()[2])
    assert table["out_of_sample_total_return"].tolist()[0] == pytest.approx(1.005**2 - 1)


def test_a_parameter_with_the_name_of_a_column_keeps_its_whole_key(result):
    class Renamed:
        key, label = HOUR, "window"

    class Changed:
        steps, dimensions = result.steps, [Renamed]

    assert HOUR in walk_files.windows(Changed).columns


def test_json(result):
    content = json.loads(json.dumps(walk_files.content(result), allow_nan=False))
    assert content["name"] == "clock: walk-forward"
    assert content["metrics"] == result.run.metrics
    assert content["windows"][0]["setting"] == {HOUR: 2, FILL: False}
    assert content["windows"][0]["train"] == ["2024-01-01T00:00:00Z", "2024-01-05T00:00:00Z"]
    assert content["windows"][2] | {"train": 0, "test": 0} == {
        "window": 3, "train": 0, "test": 0, "embargoed": [], "setting": None, "trials": 6, "in_sample": {},
        "out_of_sample": {}, "efficiency": None,
    }  # fmt: skip
    assert content["parameters"][0]["counts"] == [{"value": 8, "windows": 2}, {"value": 2, "windows": 1}]
    assert [one["name"] for one in content["rivals"]] == ["fixed", "first_window", "buy_and_hold", "hindsight"]
    assert (content["trials"], content["profitable_windows"]) == (24, 0.25)


def drawn(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1])


def test_page(result):
    page = walk_page.render(result)
    assert "<title>clock: walk-forward</title>" in page
    assert "default-src 'none'" in page
    assert "http:" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    data = drawn(page)
    assert [one["name"] for one in data["lines"]] == [
        "Walk-forward", "Configured parameters, kept", "Best setting of window 1, kept", "Buy and hold, without costs",
        "Best of the space, in hindsight",
    ]  # fmt: skip
    assert data["windows"][0] == {"number": 1, "start": 1_704_412_800_000, "end": 1_704_585_600_000}
    assert data["figures"][1]["after"][2] is None
    assert data["parameters"] == [
        {"values": [2.0, 8.0, None, 8.0], "choices": None, "range": [2.0, 14.0]},
        {"values": ["false", "true", None, "true"], "choices": ["true", "false"], "range": None},
    ]
    for name in ("equity", "windows", "parameter-0", "parameter-1", "scale", "figure"):
        assert f'id="{name}"' in page
    assert "the account rested" in page


def test_folder_is_a_run_that_can_be_read_and_drawn_again(result, tmp_path):
    path = walk_files.write(result, tmp_path / "out", wanted=["text"])
    assert {one.name for one in path.iterdir()} == {
        *stored.FILES, "report.txt", "windows.csv", "walkforward.json", "walkforward.html",
    }  # fmt: skip
    report = (path / "report.txt").read_text()
    assert report.index("Walk-forward, out of sample") < report.index("Overview")
    assert "python -m btbot walkforward config.yaml" in report
    assert json.loads((path / "manifest.json").read_text())["reproduce"] == "python -m btbot walkforward config.yaml"
    assert pd.read_csv(path / "windows.csv")["window"].tolist() == [1, 2, 3, 4]
    assert "walkforward:" in (path / "config.yaml").read_text()
    folder.rebuild(path, wanted=["text"])
    assert (path / "report.txt").read_text() == report
    again = stored.load(path)
    assert again.metrics == result.run.metrics
    assert len(again.bars["X/Y"]) == 8 * 24


def test_equal_walk_forwards_give_equal_files(result, tmp_path):
    one, other = (walk_files.write(result, tmp_path / name, wanted=["text"]) for name in ("one", "other"))
    for path in sorted(one.iterdir()):
        if path.name != "manifest.json":
            assert path.read_bytes() == (Path(other) / path.name).read_bytes(), path.name
