import json

from btbot.cli import listing
from btbot.plugins import shipped

BROKEN = "tests/plugins/broken"


def test_strategies_with_their_parameters(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    rows = {row["name"]: row for row in listing.strategies()}
    assert set(rows) >= {"trend_following", "mean_reversion", "reversal_trailing", "ewma_trend", "ma_cross"}
    assert rows["ma_cross"] == {
        "name": "ma_cross",
        "summary": "Buy when a fast moving average crosses above a slow one, and sell when it crosses back.",
        "params": {"ma_fast": 20, "ma_slow": 50},
        "where": "strategies/ma_cross.py",
        "error": None,
    }


def test_a_broken_file_has_its_error_and_the_others_are_listed(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    rows = {row["name"]: row for row in listing.strategies([checkout / BROKEN, shipped("strategies")])}
    assert rows["ma_cross"]["error"] is None
    assert rows["raises"]["error"] == "ZeroDivisionError: planted"
    assert rows["raises"]["where"] == f"{BROKEN}/raises.py"
    assert rows["syntax_error"]["error"] == "SyntaxError: 'return' outside function (syntax_error.py, line 3)"
    assert rows["two_classes"]["error"].startswith("StrategyError: ")
    assert "\n" not in "".join(row["error"] or "" for row in rows.values())


def test_a_file_that_leaves_the_process_does_not(tmp_path):
    (tmp_path / "leaver.py").write_text("raise SystemExit(3)")
    assert listing.strategies([tmp_path])[0]["error"] == "SystemExit: 3"


def test_indicators_with_their_arguments():
    rows = {row["name"]: row for row in listing.indicators()}
    assert rows["adx"]["arguments"] == "bars, period=14"
    assert all(row["summary"] for row in rows.values())
    assert "Bollinger" not in rows


def test_runs_oldest_first_without_what_is_no_run(tmp_path):
    for name, started, total_return in (("b", "2024-01-01", 0.5), ("a", "2024-01-02", None)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.json").write_text(json.dumps({"total_return": total_return, "bars": 5}))
        (tmp_path / name / "manifest.json").write_text(json.dumps({"started": started}))
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "metrics.json").write_text("{")
    (tmp_path / "empty").mkdir()
    rows = listing.runs(tmp_path)
    assert [(row["run"], row["started"], row["total_return"]) for row in rows] == [
        ("b", "2024-01-01", 0.5),
        ("a", "2024-01-02", None),
    ]
    assert list(rows[0]) == ["run", "started", "total_return", "sharpe", "max_drawdown", "total_trades"]
    assert listing.runs(tmp_path / "none") == []
