"""Every file in configs/ runs for real; the first one also as a newcomer runs it, twice, to the same bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from btbot import engine, run
from btbot.config import load_config

FOLDER = Path(__file__).resolve().parent.parent / "configs"
FILES = sorted(FOLDER.glob("*.yml"))
PRESETS = sorted(FOLDER.glob("presets/*.yml"))
ARTIFACTS = {
    "chart.parquet", "config.yaml", "drawdown.png", "equity.png", "equity_curve.csv", "manifest.json", "metrics.json",
    "monthly_returns.png", "orders.csv", "report.txt", "tearsheet.html", "trades.csv", "trades.html",
}  # fmt: skip
REPEATABLE = ("metrics.json", "trades.csv", "equity_curve.csv")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_configuration_runs_and_trades(path):
    config = load_config(path, overrides=["feed.bars=3000"] if path.stem == "realistic_costs" else [])
    result = engine.run(config)
    assert result.metrics["total_trades"] >= 10
    assert result.metrics["synthetic"] is True
    assert set(result.bars) == set(config.symbols)
    assert {entry.name for entry in config.strategies} >= set(result.trades["strategy"])
    assert set(result.figures) == {entry.name for entry in config.analyzers}
    assert result.metrics["final_equity"] == result.equity["equity"].iloc[-1]


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_runs_under_a_configuration_that_extends_it(path, tmp_path):
    (tmp_path / "mine.yml").write_text(
        f"extends: presets/{path.name}\n"
        "symbols: [BTC/USDT]\ntimeframe: 1h\nfeed: {name: sample, bars: 3000}\nstrategies: [{name: trend_following}]\n"
    )
    preset = yaml.safe_load(path.read_text())
    config = load_config(tmp_path / "mine.yml")
    result = engine.run(config)
    assert config.risk.model_dump() == preset["risk"]
    assert config.sizing.percent == preset["sizing"]["percent"]
    assert result.metrics["total_trades"] >= 10
    assert set(result.trades["exit_reason"]) & set(preset["exits"])


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    """`run configs/trend.yml --json` as a process of its own, with every artifact."""
    folder = tmp_path_factory.mktemp("trend") / "run"
    command = [sys.executable, "-m", "btbot", "run", "configs/trend.yml", "--out", str(folder), "--json"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BTBOT__")}
    done = subprocess.run(command, cwd=FOLDER.parent, env=environ, capture_output=True, check=True)
    return folder, done.stdout


@pytest.mark.xdist_group("trend")
def test_the_first_run_leaves_every_artifact(first_run):
    folder, _ = first_run
    assert {path.name for path in folder.iterdir()} == ARTIFACTS
    assert min(path.stat().st_size for path in folder.iterdir()) > 200
    assert (folder / "report.txt").read_text().startswith("SYNTHETIC")


@pytest.mark.xdist_group("trend")
def test_json_prints_the_metrics_and_nothing_else(first_run):
    folder, printed = first_run
    assert printed == (folder / "metrics.json").read_bytes()
    assert json.loads(printed)["bars"] == 17_520


@pytest.mark.xdist_group("trend")
def test_a_second_run_gives_the_same_bytes_from_python(first_run, tmp_path):
    folder, _ = first_run
    again = run(FOLDER / "trend.yml", tmp_path / "again", overrides=["report=[text]"])
    assert again.folder == str(tmp_path / "again")
    for name in REPEATABLE:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name
