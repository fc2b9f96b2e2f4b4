from pathlib import Path

import pytest

from btbot.cli.checking import validate
from btbot.errors import ConfigError

CONFIG = """\
symbols: [BTC/USDT]
timeframe: 1h
feed: {name: sample}
strategies: [{name: ma_cross}]
"""


@pytest.fixture
def path(here):
    path = Path("a.yml")
    path.write_text(CONFIG)
    return path


def test_a_valid_file_is_one_line(path):
    assert validate(path, []) == "a.yml is valid: backtest of ma_cross on BTC/USDT, 1h"


def test_plugins_that_do_not_exist_and_parameters_they_do_not_have_come_at_once(path):
    with pytest.raises(ConfigError) as caught:
        validate(path, ["feed.sed=3", "strategies.0.params.ma_fats=3", "analyzers=[drawdwn]"])
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "'sed'" in lines[0]
    assert "did you mean 'seed'?" in lines[0]
    assert "'ma_fats'" in lines[1]
    assert "did you mean 'ma_fast'?" in lines[1]
    assert "there is no analyzer 'drawdwn'" in lines[2]
    assert "did you mean 'drawdown'?" in lines[2]


def test_names_that_there_are_not_come_with_file_and_line(path):
    path.write_text(
        CONFIG.replace("sample", "smaple").replace("[{name: ma_cross}]", "\n  - params: {}\n    name: ma_cros")
        + "analyzers:\n  - returns\n  - drawdwn\noptimize: {space: {strategies.0.params.ma_fast: [5, 10]}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        validate(path, [])
    feed, strategy, analyzer = str(caught.value).splitlines()
    assert feed.startswith("a.yml:3: feed.name: there is no feed 'smaple'; looked in ")
    assert "did you mean 'sample'?" in feed
    assert strategy.startswith("a.yml:6: strategies.0.name: there is no strategy 'ma_cros'; looked in ")
    assert strategy.endswith("did you mean 'ma_cross'?")
    assert analyzer.startswith("a.yml:9: analyzers.1.name: there is no analyzer 'drawdwn'; looked in ")
    with pytest.raises(ConfigError, match=r"^--set feed\.name: there is no feed 'stroe'; .*did you mean 'store'\?"):
        validate(path, ["feed.name=stroe", "strategies.0.name=ma_cross", "analyzers=[]"])


def test_a_mistake_in_the_file_comes_first(path):
    with pytest.raises(ConfigError, match=r"^--set capitl: is not a key"):
        validate(path, ["capitl=3", "strategies.0.params.ma_fats=3"])


def test_a_search_is_checked_too(path):
    path.write_text(CONFIG + "optimize: {space: {strategies.0.params.ma_fats: [5, 10]}}\n")
    with pytest.raises(ConfigError, match=r"has no parameter 'ma_fats'.*did you mean 'ma_fast'\?"):
        validate(path, [])


def test_a_mistake_in_the_strategies_is_said_once_beside_those_of_the_search(path):
    path.write_text(CONFIG + "optimize: {space: {strategies.0.params.ma_fast: [5, 10]}}\n")
    with pytest.raises(ConfigError) as caught:
        validate(path, ["strategies.0.params.ma_fats=3"])
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(ConfigError) as caught:
        validate(path, ["strategies.0.params.ma_fats=3", "optimize.constraints=[ma_fast < ma_slwo]"])
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "'ma_fats'" in lines[0]
    assert "ma_slwo" in lines[1]
