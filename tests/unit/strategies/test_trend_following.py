"""One bar a row: the indicators' values, and the four answers they must give."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

NAN = np.nan
LONG = dict(close=110.0, fast=105.0, slow=100.0, adx=25.1, atr=2.9, mean=1.0)
SHORT = dict(close=90.0, fast=95.0, slow=100.0, adx=25.1, atr=2.9, mean=1.0)
ROWS = [
    # row, (enter_long, exit_long, enter_short, exit_short)
    (LONG, (1, 0, 0, 1)),
    (LONG | {"adx": 25.0}, (0, 0, 0, 1)),
    (LONG | {"adx": 24.9}, (0, 1, 0, 1)),
    (LONG | {"atr": 3.0}, (0, 0, 0, 1)),
    (LONG | {"atr": 3.1}, (0, 1, 0, 1)),
    (LONG | {"mean": 0.9}, (0, 1, 0, 1)),
    (LONG | {"close": 105.0}, (0, 0, 0, 1)),
    (LONG | {"close": 103.0}, (0, 0, 0, 1)),
    (LONG | {"close": 99.0}, (0, 0, 0, 1)),
    (LONG | {"fast": 100.0}, (0, 0, 0, 0)),
    (LONG | {"fast": 99.0}, (0, 1, 0, 0)),
    (SHORT, (0, 1, 1, 0)),
    (SHORT | {"adx": 25.0}, (0, 1, 0, 0)),
    (SHORT | {"adx": 24.9}, (0, 1, 0, 1)),
    (SHORT | {"atr": 3.0}, (0, 1, 0, 0)),
    (SHORT | {"atr": 3.1}, (0, 1, 0, 1)),
    (SHORT | {"close": 95.0}, (0, 1, 0, 0)),
    (SHORT | {"close": 97.0}, (0, 1, 0, 0)),
    (SHORT | {"fast": 100.0}, (0, 0, 0, 0)),
    (SHORT | {"fast": 101.0}, (0, 0, 0, 1)),
    (LONG | {"slow": NAN}, (0, 0, 0, 0)),
    (LONG | {"fast": NAN}, (0, 0, 0, 0)),
    (LONG | {"adx": NAN}, (0, 0, 0, 1)),
    (LONG | {"mean": NAN}, (0, 0, 0, 1)),
]
FLAGS = ("enter_long", "exit_long", "enter_short", "exit_short")


@pytest.fixture
def answer(shipped, plant):
    strategy = shipped("trend_following")
    v = {key: np.array([row[key] for row, _ in ROWS]) for key in LONG}
    bars = SimpleNamespace(close=v["close"])
    plant(
        strategy,
        [
            (("sma", bars.close, 20), v["fast"]),
            (("sma", bars.close, 50), v["slow"]),
            (("adx", bars, 14), v["adx"]),
            (("atr", bars, 14), v["atr"]),
            (("sma", v["atr"], 20), v["mean"]),
        ],
    )
    return strategy.signals(bars)


@pytest.mark.parametrize("at", range(len(ROWS)))
def test_each_condition_counts(answer, at):
    found = tuple(int(getattr(answer, flag)[at]) for flag in FLAGS)
    assert found == ROWS[at][1], ROWS[at][0]


def test_draws_both_averages(answer):
    assert list(answer.plot) == ["SMA 20", "SMA 50"]


def test_parameters_reach_the_indicators(shipped, plant):
    strategy = shipped("trend_following")
    ones = np.ones(2)
    bars, atr = SimpleNamespace(close=np.full(2, 9.0)), np.array([3.9, 4.1])
    plant(
        strategy,
        [
            (("sma", bars.close, 5), ones * 8),
            (("sma", bars.close, 7), ones * 7),
            (("adx", bars, 9), ones * 12),
            (("atr", bars, 11), atr),
            (("sma", atr, 20), ones),
        ],
    )
    found = strategy.signals(
        bars,
        ma_fast=5,
        ma_slow=7,
        adx_period=9,
        adx_threshold=11.0,
        atr_period=11,
        atr_critical_multiplier=4.0,
    )
    assert found.enter_long.tolist() == [True, False]
