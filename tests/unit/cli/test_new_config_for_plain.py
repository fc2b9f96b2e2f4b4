"""A configuration for a strategy that sends its own orders has no section that would not act on it."""

from __future__ import annotations

from btbot.cli import making
from btbot.config import load_config
from btbot.engine import run

PLAIN = """import backtrader as bt


class Theirs(bt.Strategy):
    def next(self):
        if len(self) == 5:
            self.buy(size=0.01)
"""


def test_new_config_for_a_plain_strategy_runs(tmp_path, monkeypatch):
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies" / "theirs.py").write_text(PLAIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    making.new_config("mine", tmp_path / "configs", strategy="theirs")
    config = load_config(tmp_path / "configs" / "mine.yml")
    assert not {"risk", "sizing", "exits"} & config.model_fields_set
    assert len(run(config).trades) == 1
