"""Exits as a strategy declares them: what is refused, in which words, and how two declarations merge."""

from __future__ import annotations

import pytest

from btbot.errors import ConfigError
from btbot.exits import NEVER, Exits

REFUSED = [
    ({"stop": 0.05}, "exits.stop: must be a mapping such as {percent: 0.05}, was 0.05"),
    ({"break_even": 0.05}, "exits.break_even: must be a mapping such as {after_percent: 0.05}, was 0.05"),
    (
        {"stop": {"persent": 0.05}},
        "exits.stop: unknown key 'persent'; allowed are percent, atr, level; did you mean 'percent'?",
    ),
    (
        {"take_profit": {"after_percent": 0.1, "percent": 0.1}},
        "exits.take_profit: unknown key 'after_percent'; allowed are percent, atr, level; did you mean 'percent'?",
    ),
    (
        {"break_even": {"percent": 0.05}},
        "exits.break_even: unknown key 'percent'; allowed are after_percent, after_atr, offset_percent",
    ),
    ({"stop": {"percent": -0.05}}, "exits.stop.percent: must be a number >= 0, was -0.05"),
    ({"stop": {"percent": "5%"}}, "exits.stop.percent: must be a number >= 0, was '5%'"),
    ({"stop": {"percent": True}}, "exits.stop.percent: must be a number >= 0, was True"),
    ({"trailing": {"atr": float("nan")}}, "exits.trailing.atr: must be a number >= 0, was nan"),
    ({"trailing": {"atr": float("inf")}}, "exits.trailing.atr: must be a number >= 0, was inf"),
    ({"stop": {"level": 95.0}}, "exits.stop.level: must be true, was 95.0"),
    (
        {"stop": {"percent": 0.05, "atr": 2.0}},
        "exits.stop: name exactly one of percent or atr or level, found ['percent', 'atr']",
    ),
    ({"trailing": {"after_atr": 1.0}}, "exits.trailing: name exactly one of percent or atr or level, found none"),
    (
        {"break_even": {"offset_percent": 0.01}},
        "exits.break_even: name exactly one of after_percent or after_atr, found none",
    ),
    ({"max_hold_bars": -1}, "exits.max_hold_bars: must be a whole number >= 0, was -1"),
    ({"cooldown_bars": 1.5}, "exits.cooldown_bars: must be a whole number >= 0, was 1.5"),
    ({"cooldown_bars": True}, "exits.cooldown_bars: must be a whole number >= 0, was True"),
    ({"atr_period": "14"}, "exits.atr_period: must be a whole number >= 2, was '14'"),
]


@pytest.mark.parametrize(("given", "text"), REFUSED, ids=lambda value: str(value)[:40])
def test_refused_with_the_place_and_the_range(given, text):
    with pytest.raises(ConfigError) as caught:
        Exits(**given)
    assert str(caught.value).startswith(text)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "given",
    [
        {}, {"stop": {"percent": 0.05}}, {"take_profit": {"atr": 2}}, {"stop": {"level": True}},
        {"trailing": {"atr": 3.0, "after_percent": 0.02}}, {"trailing": {"level": True, "after_atr": 1.0}},
        {"break_even": {"after_atr": 1.0, "offset_percent": 0.001}}, {"stop": False, "trailing": False},
        {"max_hold_bars": 0, "cooldown_bars": NEVER, "atr_period": 20, "opposite": False},
    ],
    ids=str,
)  # fmt: skip
def test_accepted(given):
    exits = Exits(**given)
    assert all(getattr(exits, name) == value for name, value in given.items())


def test_merged_replaces_the_kinds_that_are_named_as_a_whole():
    own = Exits(stop={"percent": 0.05}, trailing={"atr": 3.0, "after_atr": 1.0}, max_hold_bars=200, atr_period=10)
    merged = own.merged(Exits(trailing={"percent": 0.1}, cooldown_bars=5))
    assert merged == Exits(
        stop={"percent": 0.05}, trailing={"percent": 0.1}, max_hold_bars=200, cooldown_bars=5, atr_period=10
    )
    assert own.trailing == {"atr": 3.0, "after_atr": 1.0}


def test_merged_with_false_and_zero_switches_off():
    own = Exits(stop={"percent": 0.05}, max_hold_bars=200, cooldown_bars=10)
    merged = own.merged(Exits(stop=False, max_hold_bars=0))
    assert not merged.stop
    assert not merged.max_hold_bars
    assert merged.cooldown_bars == 10


def test_merged_with_nothing_is_the_same():
    own = Exits(stop={"percent": 0.05}, opposite=False)
    assert own.merged(Exits()) == own


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({}, False), ({"stop": {"percent": 0.05}}, False), ({"stop": {"atr": 2.0}}, True),
        ({"break_even": {"after_atr": 1.0}}, True), ({"trailing": {"percent": 0.1, "after_atr": 1.0}}, True),
        ({"stop": False}, False),
    ],
    ids=str,
)  # fmt: skip
def test_needs_atr(given, needs):
    assert Exits(**given).needs_atr is needs
