"""The settings between which a search chooses."""

from __future__ import annotations

import numpy as np
import pytest

from btbot.config import load_config
from btbot.errors import ConfigError
from btbot.search.space import Space

FAST, SLOW = "strategies.0.params.ma_fast", "strategies.0.params.ma_slow"
SPACE = {
    FAST: {"low": 5, "high": 20, "step": 5},
    SLOW: {"low": 10, "high": 30, "step": 10},
    "exits.trailing.atr": [2.0, 3.5],
}


def space(values=SPACE, constraints=(), **search):
    config = {
        "symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "sample"}, "strategies": [{"name": "ma_cross"}],
        "optimize": {"space": values, "constraints": constraints, **search},
    }  # fmt: skip
    return Space.of(load_config(config, environ={}))


def refused(values=SPACE, constraints=()):
    with pytest.raises(ConfigError) as caught:
        space(values, constraints)
    return str(caught.value)


def test_labels_are_short_where_they_are_unique():
    keys = [FAST, "exits.stop.atr", "exits.trailing.atr"]
    labels = [one.label for one in space({key: [1.0, 2.0] for key in keys}).dimensions]
    assert labels == ["ma_fast", "exits.stop.atr", "exits.trailing.atr"]


def test_the_grid_is_counted_with_the_last_dimension_fastest():
    one = space()
    assert one.size == 4 * 3 * 2
    settings = list(one.settings(one.grid(np.arange(24))))
    assert settings[:3] == [
        {FAST: 5, SLOW: 10, "exits.trailing.atr": 2.0},
        {FAST: 5, SLOW: 10, "exits.trailing.atr": 3.5},
        {FAST: 5, SLOW: 20, "exits.trailing.atr": 2.0},
    ]
    assert len({tuple(setting.items()) for setting in settings}) == 24
    assert [type(value) for value in settings[0].values()] == [int, int, float]


def test_settings_and_arrays_are_turned_into_each_other():
    one = space()
    columns = one.grid(np.arange(24))
    assert one.numbers(columns).tolist() == list(range(24))
    again = one.columns(list(one.settings(columns)))
    assert all((again[label] == columns[label]).all() for label in columns)


def test_constraints_take_settings_away():
    one = space(constraints=["ma_fast < ma_slow", "atr > 3"])
    columns = one.grid(np.arange(24))
    fast, slow, atr = (columns[label] for label in ("ma_fast", "ma_slow", "atr"))
    assert one.allowed(columns).tolist() == ((fast < slow) & (atr == 1)).tolist()  # 3.5 is the choice of position 1
    assert one.allowed(columns).sum() == 1 + 3 + 4


def test_true_and_false_are_conditions_of_their_own():
    one = space({FAST: [5, 10], "allow_short": [True, False]}, ["allow_short or ma_fast == 5"])
    assert one.allowed(one.grid(np.arange(4))).tolist() == [True, True, True, False]


def test_a_range_without_steps_is_not_counted():
    assert space({"exits.trailing.atr": {"low": 1.0, "high": 3.0}}, sampler="random", trials=9).size is None


def test_values_are_tried_against_their_keys():
    assert refused({FAST: [5, 6], "exits.trailing.atr": [1.0, -2.0]}) == (
        "<mapping>: optimize.space.exits.trailing.atr=-2.0 cannot be tried:\n"
        "<mapping>: exits.trailing.atr: must be > 0, was -2.0 (distance as a multiple of the ATR at the signal bar) "
        f"(with {FAST}=5, exits.trailing.atr=-2.0)"
    )
    assert "optimize.space.sizing.percent=2.0 cannot be tried:\n<mapping>: sizing.percent: must be <= leverage (1)" in (
        refused({"sizing.percent": {"low": 0.5, "high": 2.0, "step": 0.5}})
    )
    assert "optimize.space cannot be tried:\n<mapping>: exits.stop.percent: must be > 0" in refused(
        {"exits.stop.percent": {"low": 0.0, "high": 0.5, "step": 0.1}}
    )


def test_values_that_need_each_other_are_tried_together():
    assert space({"exits.break_even.offset_percent": [0.0, 0.01], "exits.break_even.after_atr": [1.0, 2.0]}).size == 4


def test_a_misspelt_section_is_refused_with_a_hint():
    text = refused({"exit.trailing.atr": [1.0, 2.0]})
    assert text.startswith("<mapping>: optimize.space cannot be tried:\n<mapping>: exit: is not a key; allowed are ")
    assert "; did you mean 'exits'?" in text


def test_a_misspelt_parameter_is_refused_with_a_hint():
    with pytest.raises(ConfigError) as caught:
        space({"strategies.0.params.ma_fats": [1, 2]}).check_params([["ma_fast", "ma_slow"]], source="a.yml")
    assert str(caught.value) == (
        "a.yml: optimize.space.strategies.0.params.ma_fats: the strategy has no parameter 'ma_fats'; "
        "allowed are ma_fast, ma_slow; did you mean 'ma_fast'?"
    )
    space().check_params([["ma_fast", "ma_slow"]], source="a.yml")


def test_a_constraint_that_is_not_understood_is_refused():
    assert refused(constraints=["ma_fast <"]).startswith(
        "<mapping>: optimize.constraints: 'ma_fast <' is not understood"
    )


def test_without_the_section_there_is_no_space():
    config = load_config(
        {"symbols": ["A"], "timeframe": "1h", "feed": {"name": "x"}, "strategies": [{"name": "x"}]}, environ={}
    )
    with pytest.raises(
        ConfigError, match="<mapping>: optimize: is missing; it says what is searched, such as optimize: "
    ):
        Space.of(config)
