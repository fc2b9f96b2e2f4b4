from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

import btbot
from btbot.config import load_config
from btbot.report.search import best

STRATEGY = '''"""Buys now and then."""
from btbot import Signals, Strategy


class Mine(Strategy):
    params = dict(every=10)

    @staticmethod
    def signals(bars, p):
        go = bars.close * 0 == 0
        go[::p.every] = False
        return Signals(enter_long=go, exit_long=~go)
'''


@pytest.fixture
def project(tmp_path):
    """A folder with a configuration, candles and plug-ins of its own, as a user has them."""
    for name in ("configs", "data", "strategies"):
        (tmp_path / name).mkdir()
    (tmp_path / "strategies" / "mine.py").write_text(STRATEGY)
    close = pd.Series(range(100, 400), dtype=float)
    candles = pd.DataFrame(
        {
            "time": pd.date_range("2024-01-01", periods=300, freq="h"),
            "open": close,
            "high": close,
            "low": close,
            "close": close,
            "volume": 1.0,
        }
    )
    candles.to_csv(tmp_path / "data" / "BTCUSDT.csv", index=False)
    path = tmp_path / "configs" / "search.yml"
    path.write_text(
        "symbols: [BTC/USDT]\ntimeframe: 1h\nfeed: {name: ohlcv_csv, path: '../data/{symbol}.csv'}\n"
        "strategies: [{name: mine}]\nreport: []\n"
        "optimize: {space: {strategies.0.params.every: {low: 5, high: 20, step: 5}}}\n"
        "walkforward: {train: 100, test: 50}\n"
    )
    return path


def found(make_search, project):
    space = {"strategies.0.params.every": {"low": 5, "high": 20, "step": 5}}
    return make_search(space=space, source=project, name="search")


def test_it_runs_from_anywhere(make_search, project, tmp_path, monkeypatch):
    result = found(make_search, project)
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "elsewhere" / "best.yml"
    path.write_text(best.render(result, None))
    monkeypatch.chdir(tmp_path / "elsewhere")
    every = result.trials.setting(result.best_trial)["strategies.0.params.every"]
    there = btbot.run(Path("best.yml"))
    here = btbot.run(project, overrides=[f"strategies.0.params.every={every}"])
    assert there.metrics == here.metrics
    assert there.metrics["total_trades"] > 0


def test_it_has_the_setting_and_no_search(make_search, project):
    result = found(make_search, project)
    content = yaml.safe_load(best.render(result, None))
    assert content["strategies"][0]["params"] == {
        "every": result.trials.setting(result.best_trial)["strategies.0.params.every"]
    }
    assert not {"optimize", "walkforward"} & set(content)
    assert content["name"] == "search_best"
    assert content["plugins"] == {"strategies": [str(project.parent.parent / "strategies")]}


def test_folders_that_were_named_stay_named(make_search, project):
    project.write_text(project.read_text() + "plugins: {strategies: [../strategies]}\n")
    content = yaml.safe_load(best.render(found(make_search, project), None))
    assert content["plugins"] == {"strategies": [str(project.parent.parent / "strategies")]}


def test_comments_say_what_it_is(make_search, make_overfit):
    result = make_search()
    lines = best.render(result, make_overfit("luck")).splitlines()
    assert lines[:7] == [
        "# The best setting of a search, ready to run: python -m btbot run best.yml",
        "#",
        "# search     hill: 300 settings by grid, seed 1",
        "# objective  Sharpe ratio (maximize)",
        "# setting    rank 1, trial 166: ma_fast 30, ma_slow 120, atr 3",
        "# result     Sharpe ratio 2.25",
        "# verdict    Probably luck",
    ]


def test_the_best_is_not_always_the_first(make_search):
    result = make_search()
    result.best_trial = int(result.order[1])
    assert f"# setting    rank 2, trial {result.best_trial}:" in best.render(result, None)


def test_a_name_cannot_leave_its_comment(make_search):
    text = best.render(make_search(name="a\nsymbols: [EVIL]\r\u2028b"), None)
    assert yaml.safe_load(text)["symbols"] == ["BTC/USDT"]
    assert "\n# search     a?symbols: [EVIL]??b: 300" in text


def test_secrets_stay_out(make_search, monkeypatch):
    result = make_search()
    result.loaded = load_config(
        {**result.config, "exchange": {"name": "binance"}}, environ={"BTBOT__EXCHANGE__SECRET": "hush"}
    )
    assert "hush" not in best.render(result, None)


def test_what_only_python_holds_is_said_and_not_written(make_search):
    frame = pd.DataFrame({"open": [1.0]})
    result = make_search(config={"feed": {"name": "frame", "frame": frame}})
    assert best.missing(result) == (
        "feed.frame came from Python and cannot stand in a file, so there is no best.yml; run the best setting with "
        "btbot.run(btbot.config.with_setting(config, setting))."
    )


def test_without_a_best_setting_there_is_none(make_search):
    assert best.missing(make_search(statuses=[3] * 300)) == "No setting could be ranked, so there is no best.yml."
    assert best.missing(make_search()) == ""


def test_where_none_stood_the_check_there_is_none(make_search):
    result = make_search(best_trial=None)
    result.verification = [replace(one, ok=False) for one in result.verification]
    said = "None of the best settings stood the check against Cerebro, so there is no best.yml."
    assert best.missing(result) == said


def test_it_never_goes_live(make_search):
    assert yaml.safe_load(best.render(make_search(config={"mode": "paper"}), None))["mode"] == "backtest"
