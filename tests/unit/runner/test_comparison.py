"""Runs side by side: which are compared, in which order, and when they must not be."""

import numpy as np
import pytest

from btbot.config import load_config
from btbot.errors import ConfigError
from btbot.runner import run
from btbot.runner.comparison import compare

GOOD, IDLE = {"hour": 2}, {"hour": 3}


@pytest.fixture
def config(clockwork):
    """A run in which 02:00 pays, by the hour at which it buys."""

    def make(name, params, days=12, paying=2, **keys):
        source = clockwork(
            paying if isinstance(paying, list) else [paying] * days,
            **{"name": name, "strategies": [{"name": "clockwork", "params": params}], **keys},
        )
        return {key: value for key, value in source.items() if key not in ("optimize", "walkforward")}

    return make


def test_the_best_comes_first(config):
    found = compare([config("idle", IDLE), config("good", GOOD)], sort="total_return")
    assert found.table[["rank", "name"]].to_numpy().tolist() == [[1, "good"], [2, "idle"]]
    assert found.table["total_return"].tolist() == pytest.approx([1.005**12 - 1, 0.0])
    assert [name for name, _ in found.runs] == ["good", "idle"]
    assert (found.sort, found.direction, found.warnings, found.folder) == ("total_return", "maximize", [], None)


def test_less_is_better_where_it_is_and_what_has_no_value_comes_last(config):
    sources = [config("good", GOOD), config("idle", IDLE), config("late", {"hour": 23})]
    assert compare(sources, sort="total_trades").table["name"].tolist() == ["good", "idle", "late"]
    assert compare(sources, sort="fees_paid").direction == "minimize"
    # Without a day that lost there is no Sortino ratio; in the order they were given.
    lost = config("lost", GOOD, costs={"maker_fee": 0.02, "taker_fee": 0.02, "slippage_bps": 0})
    assert compare([*sources, lost], sort="sortino").table["name"].tolist() == ["lost", "good", "idle", "late"]


def test_correlation_of_daily_returns(config):
    paying = [2, 3, 2, 2, 3, 2, 3, 3, 2, 2, 2, 3]
    costs = {"maker_fee": 0.002, "taker_fee": 0.002, "slippage_bps": 0}
    idle = config("idle", {"hour": 14}, paying=paying)
    sources = [idle, config("costly", GOOD, paying=paying, costs=costs), config("plain", GOOD, paying=paying)]
    found = compare(sources, sort="total_return")
    assert found.correlation.index.tolist() == found.correlation.columns.tolist() == ["plain", "costly", "idle"]
    assert found.correlation.loc["plain", "costly"] == pytest.approx(1.0, abs=1e-3)
    assert np.isnan(found.correlation.loc["plain", "idle"])
    assert found.correlation.loc["idle", "idle"] == 1.0


def test_equal_names_get_numbers(config):
    found = compare([config("same", GOOD), config("same", IDLE), config("same", IDLE)], sort="total_return")
    assert found.table["name"].tolist() == ["same", "same (2)", "same (3)"]


def test_files_loaded_configurations_results_and_folders(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yml").write_text(
        "{symbols: [BTC/USDT], timeframe: 1h, feed: {name: sample, bars: 500}, strategies: [{name: ma_cross}]}"
    )
    result = run("a.yml", out=tmp_path / "results" / "stored", overrides=["report=[]"])
    found = compare(["a.yml", load_config("a.yml"), result, "results/stored", "stored"], sort="total_return")
    assert found.table["name"].tolist() == ["a", "a (2)", "a (3)", "stored", "stored (2)"]
    assert found.table["source"].tolist() == ["a.yml", "a.yml", "", "results/stored", "stored"]
    assert found.table["final_equity"].nunique() == 1
    assert found.warnings == []


def test_other_spans_are_told(config):
    found = compare([config("long", GOOD), config("short", GOOD, days=6)], sort="total_return")
    assert found.warnings == [
        "the runs are on different spans, so their figures do not compare (long: 2024-01-01T00:00:00Z to "
        "2024-01-12T23:00:00Z; short: 2024-01-01T00:00:00Z to 2024-01-06T23:00:00Z); give them the same start and end"
    ]


def test_other_markets_and_other_bars_are_told(config):
    two_hours = config("two", GOOD, timeframe="2h")
    found = compare([config("one", GOOD), two_hours], sort="total_return")
    assert found.warnings[0] == (
        "the runs are on different markets, so their figures do not compare (one: X/Y 1h; two: X/Y 2h); "
        "give them the same symbols and timeframe"
    )
    other = config("other", GOOD)
    other["feed"] = {"name": "frame", "frame": other["feed"]["frame"] * 2}
    (told,) = compare([config("one", GOOD), other], sort="total_return").warnings
    assert told.startswith(
        "the runs are on different bars, so their figures do not compare (one: recorded, fingerprint "
    )
    assert told.endswith("; give them the same feed")


def test_other_calendars_are_told(config):
    found = compare([config("one", GOOD), config("two", GOOD, calendar="stocks")], sort="total_return")
    assert found.warnings == [
        "the runs are on different calendars, so their figures do not compare (one: crypto; two: stocks); "
        "annual figures count other days"
    ]


def test_what_is_begun_is_told(config):
    told = []
    compare([config("a", GOOD), config("b", GOOD)], begun=lambda *one: told.append(one))
    assert told == [(1, 2, "a"), (2, 2, "b")]


def test_fewer_than_two(config):
    with pytest.raises(ConfigError) as caught:
        compare([config("a", GOOD)])
    assert str(caught.value) == "compare needs at least two configurations or folders of runs, was given 1"


def test_unknown_metric(config):
    with pytest.raises(ConfigError) as caught:
        compare([config("a", GOOD), config("b", GOOD)], sort="sharp")
    assert str(caught.value).startswith(
        "sort: there is no metric 'sharp'; did you mean 'sharpe'?; there are annual_return, annual_turnover, "
    )
    with pytest.raises(ConfigError, match="there is no metric 'first_bar'"):
        compare([config("a", GOOD), config("b", GOOD)], sort="first_bar")


def test_folder_that_is_no_run(config, tmp_path):
    with pytest.raises(ConfigError, match=r"is not a run's folder: config\.yaml, manifest\.json, "):
        compare([config("a", GOOD), tmp_path])


def test_a_name_that_means_nothing(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "trend_1").mkdir(parents=True)
    with pytest.raises(ConfigError) as caught:
        compare([config("a", GOOD), "trend_2"])
    assert str(caught.value) == (
        "trend_2: there is no configuration and no run of this name; did you mean 'trend_1'?; 'btbot runs' lists the "
        "runs, a configuration ends in .yml"
    )
    with pytest.raises(ConfigError, match=r"^zz/qq: there is no configuration and no run of this name; 'btbot runs'"):
        compare([config("a", GOOD), "zz/qq"])


def test_folder_of_a_search(config, tmp_path):
    (tmp_path / "search.json").write_text("{}")
    with pytest.raises(ConfigError) as caught:
        compare([config("a", GOOD), tmp_path])
    assert str(caught.value) == (
        f"{tmp_path} is the folder of a search, which has many runs; compare its best setting: {tmp_path / 'best.yml'}"
    )


def test_written_whole_or_not_at_all(config, tmp_path):
    sources = [config("a", GOOD), config("b", IDLE)]
    out = tmp_path / "out"
    assert compare(sources, out).folder == str(out)
    assert {one.name for one in out.iterdir()} == {
        "comparison.csv", "comparison.json", "comparison.html", "report.txt",
    }  # fmt: skip
    with pytest.raises(ConfigError, match=r"out is not empty"):
        compare(sources, out)
    compare(sources, out, force=True)
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
