"""Runs side by side as text, JSON and a page."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from btbot.metrics.labels import LABELS
from btbot.report import comparison


@pytest.fixture(scope="module")
def found(make_result):
    runs = [("first", make_result(bars=500, trades=6)), ("<b>", make_result(bars=400, trades=0, seed=9))]
    numbers = [name for name, label in LABELS.items() if label.kind != "time"]
    table = pd.DataFrame({"rank": [1, 2], "name": ["first", "<b>"], "source": ["a.yml", ""]})
    figures = pd.DataFrame([[result.metrics.get(name) for name in numbers] for _, result in runs], columns=numbers)
    names = ["first", "<b>"]
    return SimpleNamespace(
        runs=runs, sort="expectancy", direction="maximize", table=pd.concat([table, figures], axis=1),
        correlation=pd.DataFrame([[1.0, np.nan], [np.nan, 1.0]], index=names, columns=names),
        warnings=["the runs are on different spans"],
    )  # fmt: skip


def test_text(found):
    text = comparison.render(found)
    lines = text.splitlines()
    assert lines[0] == "btbot comparison of 2 runs by Expectancy per trade"
    assert "  warning: the runs are on different spans" in lines
    assert re.search(r"^ +run +Expectancy per trade +return +CAGR +Sharpe", text, re.MULTILINE)
    assert re.search(r"^  1  first +-?[\d.,]+ +-?[\d.]+ %", text, re.MULTILINE)
    assert re.search(r"^  2  <b> +- +0\.00 %", text, re.MULTILINE)
    assert lines[-2:] == ["  1  first  1.00     -", "  2  <b>       -  1.00"]
    assert max(map(len, lines)) <= 100


def test_json(found):
    content = json.loads(json.dumps(comparison.content(found)))
    assert (content["sort"], content["direction"]) == ("expectancy", "maximize")
    assert [one["name"] for one in content["runs"]] == ["first", "<b>"]
    assert content["runs"][0]["metrics"] == found.runs[0][1].metrics
    assert content["correlation"] == {"first": {"first": 1.0, "<b>": None}, "<b>": {"first": None, "<b>": 1.0}}


def test_page_is_whole_and_escapes(found):
    page = comparison.html(found)
    assert page.startswith("<!DOCTYPE html>\n")
    assert "<title>Comparison by Expectancy per trade</title>" in page
    assert "&lt;b&gt;" in page
    assert "default-src 'none'" in page
    assert "http:" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1])
    assert [one["name"] for one in data["runs"]] == ["first", "<b>"]
    assert set(data["runs"][0]) == {"name", "time", "growth"}


def test_generated_candles_are_told(found, make_result):
    synthetic = SimpleNamespace(
        **{**vars(found), "runs": [("a", make_result(bars=100, trades=0, synthetic=True)), found.runs[0]]}
    )
    assert comparison.render(synthetic).startswith("SYNTHETIC DATA")
    assert comparison.html(synthetic).startswith("<!DOCTYPE html><!-- SYNTHETIC -->")


def test_files(found, tmp_path):
    comparison.write(found, tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "comparison.csv")
    assert table["name"].tolist() == ["first", "<b>"]
    assert table["final_equity"].tolist() == [result.metrics["final_equity"] for _, result in found.runs]
    assert json.loads((tmp_path / "out" / "comparison.json").read_text()) == comparison.content(found)
    assert (tmp_path / "out" / "report.txt").read_text() == comparison.render(found)
    assert (tmp_path / "out" / "comparison.html").read_text() == comparison.html(found)
