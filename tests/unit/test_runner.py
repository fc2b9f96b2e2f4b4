"""The whole run as the command line does it."""

from __future__ import annotations

import btbot

CONFIG = {
    "symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "sample", "bars": 10_000},
    "strategies": [{"name": "ma_cross"}], "report": ["text"],
}  # fmt: skip


def test_result_is_shown_before_the_folder_is_there(tmp_path):
    seen = []
    result = btbot.run(CONFIG, tmp_path / "run", show=lambda one: seen.append((one, (tmp_path / "run").exists())))
    assert seen == [(result, False)]
    assert result.folder == str(tmp_path / "run")
    assert (tmp_path / "run" / "report.txt").is_file()


def test_nothing_is_written_without_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen = []
    result = btbot.run(CONFIG, overrides=["capital=500"], show=seen.append)
    assert seen == [result]
    assert result.folder is None
    assert result.equity["equity"].iloc[0] == 500
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_in_both_loops():
    for loop in ("sparse", "dense"):
        told = []
        btbot.run({**CONFIG, "engine": loop}, progress=lambda done, whole, told=told: told.append((done, whole)))
        assert [done // 4096 for done, _ in told] == [0, 1] or [done // 4096 for done, _ in told] == [1, 2]
        assert {whole for _, whole in told} == {10_000}
