"""How the verdict on a search is shown."""

import json

import pytest

CONFIG = """\
symbols: [BTC/USDT]
timeframe: 4h
feed: {name: sample, bars: 1200}
strategies: [{name: ma_cross}]
optimize:
  space:
    strategies.0.params.ma_fast: {low: 4, high: 16, step: 4}
  verify: {best: 0, sample: 0}
  workers: {backend: none}
"""


@pytest.fixture
def shown(cli, here):
    (here / "a.yml").write_text(CONFIG)
    return lambda *arguments: cli("check", "overfit", "a.yml", *arguments).stdout


def test_words_first_then_figures(shown):
    text = shown()
    lines = text.splitlines()
    assert lines[0] in ("More than luck, as far as these bars can tell", "Not proven: it may be luck", "Probably luck")
    assert lines[1] == "=" * len(lines[0])
    assert "  4 settings were tried; they resemble each other" in text
    assert "Figures\n-------\n" in text
    assert "Deflated Sharpe ratio" in text
    assert max(map(len, lines)) <= 100


def test_json_has_the_figures_and_the_sentences(shown):
    found = json.loads(shown("--json"))
    assert found["trials"] == 4
    assert found["verdict"] in ("skill", "unproven", "luck")
    assert found["sentences"][0].lower().startswith(found["verdict"])


def test_overrides_reach_the_search(shown):
    assert json.loads(shown("--json", "--set", "optimize.space={strategies.0.params.ma_fast: [5, 6]}"))["trials"] == 2


def test_a_search_is_found_by_its_name_under_results(cli, here):
    (here / "results/old").mkdir(parents=True)
    figures = dict.fromkeys(("luck_probability", "sharpe", "effective_trials"))
    figures |= dict.fromkeys(("deflated_sharpe", "pbo", "spa_pvalue", "minimum_backtest_days", "plateau_ratio"))
    figures |= {"plateau_neighbours": 0, "holding_sharpe": None, "trials": 3, "trials_before": 0, "days": 9}
    figures |= {"active_days": 0, "verdict": "unproven"}
    (here / "results/old/search.json").write_text(json.dumps({"overfit": figures}))
    text = cli("check", "overfit", "old").stdout
    assert text.startswith("Not proven: it may be luck\n==========================\n\n  Unproven: on 0 of 9 days")
