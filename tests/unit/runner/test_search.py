"""A whole search as the command line does it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

import btbot
from btbot.errors import ConfigError
from btbot.runner import optimize

CONFIG = {
    "name": "crossing", "symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "sample", "bars": 2000},
    "strategies": [{"name": "ma_cross"}], "report": ["text"],
    "optimize": {
        "space": {"strategies.0.params.ma_fast": {"low": 5, "high": 20, "step": 5}, "exits.trailing.atr": [3.0, 6.0]},
        "workers": {"backend": "none"}, "verify": {"best": 2, "sample": 1},
    },
}  # fmt: skip
FILES = {"best.yml", "config.yaml", "report.txt", "search.html", "search.json", "trials.csv", "trials.parquet"}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def searched():
    return optimize(CONFIG, "out")


def test_the_folder_holds_the_ranked_trials_and_what_is_to_be_said(searched):
    assert searched.folder == "out"
    assert {path.name for path in Path("out").iterdir()} == FILES
    table = pd.read_parquet("out/trials.parquet")
    assert table["trial"].tolist() == searched.order.tolist()
    assert table["sharpe"].is_monotonic_decreasing
    said = json.loads(Path("out/search.json").read_text())
    assert said["counts"] == searched.counts == {"complete": 8, "hopeless": 0, "pruned": 0, "failed": 0}
    assert said["best"]["trial"] == searched.best_trial
    assert said["overfit"]["trials"] == 8
    assert set(searched.timings) == {"data", "evaluated", "search", "verify", "overfit", "report", "total"}


def test_the_best_setting_is_ready_to_run(searched):
    result = btbot.run("out/best.yml")
    best = searched.trials.frame([searched.best_trial]).iloc[0]
    assert result.metrics["sharpe"] == pytest.approx(best["sharpe"], rel=1e-9)
    assert result.metrics["final_equity"] == pytest.approx(best["final_equity"], rel=1e-9)


def test_the_same_search_again_writes_the_same_tables(searched):
    again = optimize(CONFIG, "again")
    assert again.timings["evaluated"] == 0
    for name in ("trials.parquet", "trials.csv", "best.yml", "config.yaml"):
        assert Path("again", name).read_bytes() == Path("out", name).read_bytes()


def test_every_setting_is_counted_in_the_ledger(searched):
    assert searched.overfit.figures()["trials_before"] == 0
    with sqlite3.connect("var/btbot.db") as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
    assert tables
    more = {**CONFIG["optimize"], "space": {"exits.trailing.atr": [4.0, 5.0]}}
    assert optimize({**CONFIG, "optimize": more}).overfit.figures()["trials_before"] == 8


def test_without_out_only_the_working_folder_is_written():
    assert optimize(CONFIG, overrides=["optimize.verify={best: 0, sample: 0}"]).folder is None
    assert {path.name for path in Path().iterdir()} == {"var"}


def test_a_folder_that_is_not_empty_is_refused_before_anything_is_searched():
    Path("out").mkdir()
    Path("out/mine.txt").touch()
    with pytest.raises(
        ConfigError, match="out is not empty; give a folder that is empty or does not exist, or --force"
    ):
        optimize(CONFIG, "out")
    assert not Path("var").exists()
    assert optimize(CONFIG, "out", force=True).folder == "out"
