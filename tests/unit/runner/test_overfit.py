"""The panel of a search, from its trials to the verdict, and the same from its folder."""

import json

import numpy as np
import pytest

from btbot.config import load_config
from btbot.errors import ConfigError
from btbot.runner import overfit
from btbot.runner.overfit import check_overfit, panel
from btbot.search.searching import search

CONFIG = {
    "symbols": ["BTC/USDT"], "timeframe": "4h", "feed": {"name": "sample", "bars": 1500}, "proof": "none",
    "strategies": [{"name": "ma_cross"}], "database": "sqlite:///btbot.db",
    "optimize": {
        "space": {
            "strategies.0.params.ma_fast": {"low": 4, "high": 16, "step": 4},
            "strategies.0.params.ma_slow": {"low": 20, "high": 60, "step": 10},
            "allow_short": [False, True],
        },
        "verify": {"best": 0, "sample": 0},
        "workers": {"backend": "none"},
    },
}  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(**optimize):
    return load_config({**CONFIG, "optimize": {**CONFIG["optimize"], **optimize}})


@pytest.fixture
def searched(here):
    return lambda **optimize: search(config(**optimize), parent=here)


def test_a_panel_of_a_grid(searched):
    result = searched()
    found = panel(result)
    figures = found.figures()
    best = float(result.trials.column("sharpe")[result.best_trial])
    assert figures["trials"] == 40
    assert figures["trials_before"] == 0
    assert figures["days"] == 250
    assert figures["sharpe"] == pytest.approx(best, rel=1e-9)
    assert 1.0 <= figures["effective_trials"] < 40
    assert figures["verdict"] in ("skill", "unproven", "luck")
    assert 1 <= figures["plateau_neighbours"] <= 17
    # one word apart is another strategy: all neighbours go short, or none
    short = result.trials.column("allow_short")
    assert set(short[found.neighbours]) == {short[result.best_trial]}
    assert figures["holding_sharpe"] is not None
    assert len(found.sentences) == 8


def test_it_says_the_same_again_and_counts_only_others_as_earlier(searched):
    first, again = panel(searched()), panel(searched())
    assert first.figures() == again.figures()
    other = panel(searched(space={"strategies.0.params.ma_fast": {"low": 4, "high": 6}}))
    assert other.figures()["trials"] == 3
    assert other.figures()["trials_before"] == 40


def test_of_many_trials_the_best_and_a_random_sample_are_compared(searched, monkeypatch):
    monkeypatch.setattr(overfit, "MOST", 20)
    monkeypatch.setattr(overfit, "BEST", 5)
    result = searched()
    settings, drawn = overfit._compared(result, result.best_trial)
    trials = {json.dumps(result.trials.setting(at)): at for at in range(40)}
    numbers = [trials[json.dumps(setting)] for setting in settings]
    assert len(set(numbers)) == len(settings) == 20
    assert numbers[0] == result.best_trial
    assert drawn.sum() == 15
    assert set(result.order[:5]) - set(np.array(numbers)[drawn]) == set(result.order[:5])
    assert panel(result).figures()["trials"] == 40


def test_a_sampler_that_learns_is_compared_with_the_whole_space(searched, monkeypatch):
    monkeypatch.setattr(overfit, "MOST", 20)
    monkeypatch.setattr(overfit, "BEST", 5)
    result = searched(sampler={"name": "tpe", "startup": 5}, trials=10)
    settings, drawn = overfit._compared(result, result.best_trial)
    tried = [result.trials.setting(at) for at in range(10)]
    assert drawn.sum() == 15
    assert any(setting not in tried for setting in settings)
    assert settings[0] == result.best
    assert not drawn[0]


def test_time_that_does_not_suffice_is_told(searched):
    found = panel(searched(), seconds=0.0)
    assert found.sentences[-1] == (
        "Of 40 settings that were to be compared, 1 could be computed again in 0 s; the figures are the rougher for it."
    )


def test_a_setting_that_raises_is_left_out(searched):
    result = searched()

    class Moody:
        def daily(self, setting):
            if setting["strategies.0.params.ma_slow"] == 30:
                raise ZeroDivisionError
            return result.evaluator.daily(setting)

    best = {**result.best, "strategies.0.params.ma_slow": 20}
    others = [result.trials.setting(at) for at in range(40)]
    stand_in = type("Result", (), {"evaluator": Moody()})
    returns, kept = overfit._daily(stand_in, [best, *others], 60.0)
    assert returns.shape == (250, 33)
    assert len(kept) == 33


def test_nothing_to_judge(searched):
    result = searched(minimum_trades=10_000)
    assert result.best_trial is None
    found = panel(result)
    assert found.verdict == "unproven"
    assert found.figures()["trials"] == 40


def test_several_objectives(searched):
    found = panel(searched(objective=["sharpe", {"metric": "max_drawdown"}]))
    assert found.sentences[-1] == "Of several objectives, the setting that ranks first was judged."


def test_a_configuration_is_searched_and_a_folder_is_read(here):
    from btbot.runner.search import optimize

    found = check_overfit(config())
    written = optimize(config(), here / "out")
    read = check_overfit(here / "out")
    assert written.overfit.figures() == found.figures() == read.figures()
    assert read.sentences == found.sentences


def test_folders_that_say_nothing(here):
    (here / "run").mkdir()
    with pytest.raises(ConfigError) as caught:
        check_overfit("run")
    assert str(caught.value) == (
        "run is not the folder of a search: it has no search.json; give one that `optimize` wrote"
    )
    (here / "run/search.json").write_text('{"overfit": null}')
    with pytest.raises(
        ConfigError, match=r"^run/search.json has no figures of overfitting; `check overfit` of the config"
    ):
        check_overfit("run")
    (here / "run/search.json").write_text("{")
    with pytest.raises(ConfigError, match=r"^run/search.json cannot be read: .*; search again$"):
        check_overfit("run")
    with pytest.raises(ConfigError, match=r"^run is a finished search; --set and --fresh are for its config.yaml$"):
        check_overfit("run", overrides=["capital=5"])
