"""One bar a row: the indicators' values, and the four answers they must give."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from btbot import ta

NAN = np.nan
LONG = dict(close=98.5, rsi=29.9, upper=101.0, middle=100.0, lower=99.0, trend=100.0)
SHORT = dict(close=101.5, rsi=70.1, upper=101.0, middle=100.0, lower=99.0, trend=100.0)
ROWS = [
    # row, (enter_long, exit_long, enter_short, exit_short)
    (LONG, (1, 0, 0, 1)),
    (LONG | {"rsi": 30.0}, (0, 0, 0, 1)),
    (LONG | {"close": 99.0}, (0, 0, 0, 1)),
    (LONG | {"close": 98.0}, (1, 0, 0, 1)),
    (LONG | {"close": 97.9}, (0, 0, 0, 1)),
    (LONG | {"close": 99.9}, (0, 0, 0, 1)),
    (LONG | {"close": 100.0}, (0, 1, 0, 1)),
    (LONG | {"close": 100.1}, (0, 1, 0, 1)),
    (LONG | {"rsi": 49.9}, (0, 0, 0, 1)),
    (LONG | {"rsi": 50.0}, (0, 1, 0, 1)),
    (LONG | {"trend": 101.0}, (0, 0, 0, 1)),
    (SHORT, (0, 1, 1, 0)),
    (SHORT | {"rsi": 70.0}, (0, 1, 0, 0)),
    (SHORT | {"close": 101.0}, (0, 1, 0, 0)),
    (SHORT | {"close": 102.0}, (0, 1, 1, 0)),
    (SHORT | {"close": 102.1}, (0, 1, 0, 0)),
    (SHORT | {"close": 100.0}, (0, 1, 0, 1)),
    (SHORT | {"rsi": 50.0}, (0, 1, 0, 1)),
    (SHORT | {"rsi": 50.1}, (0, 1, 0, 0)),
    (SHORT | {"trend": 99.0}, (0, 1, 0, 0)),
    (LONG | {"trend": NAN}, (0, 0, 0, 1)),
    (SHORT | {"trend": NAN}, (0, 1, 0, 0)),
    (LONG | {"rsi": NAN, "middle": NAN}, (0, 0, 0, 0)),
    (LONG | {"lower": NAN}, (0, 0, 0, 1)),
]
FLAGS = ("enter_long", "exit_long", "enter_short", "exit_short")


@pytest.fixture
def answer(shipped, plant):
    strategy = shipped("mean_reversion")
    v = {key: np.array([row[key] for row, _ in ROWS]) for key in LONG}
    bars = SimpleNamespace(close=v["close"])
    plant(
        strategy,
        [
            (("rsi", bars.close, 14), v["rsi"]),
            (("bollinger", bars.close, 20, 2.0), ta.Bollinger(v["upper"], v["middle"], v["lower"])),
            (("sma", bars.close, 50), v["trend"]),
        ],
    )
    return strategy.signals(bars)


@pytest.mark.parametrize("at", range(len(ROWS)))
def test_each_condition_counts(answer, at):
    found = tuple(int(getattr(answer, flag)[at]) for flag in FLAGS)
    assert found == ROWS[at][1], ROWS[at][0]


def test_parameters_reach_the_indicators(shipped, plant):
    strategy = shipped("mean_reversion")
    bars = SimpleNamespace(close=np.array([94.0, 95.0, 105.0, 106.0]))
    close = bars.close
    bands = ta.Bollinger(close - (close > 100), np.full(4, 100.0), close + (close < 100))
    plant(
        strategy,
        [
            (("rsi", close, 3), np.array([39.0, 39.0, 61.0, 61.0])),
            (("bollinger", close, 6, 1.5), bands),
            (("sma", close, 9), np.full(4, 100.0)),
        ],
    )
    found = strategy.signals(
        bars,
        rsi_period=3,
        rsi_oversold=40.0,
        rsi_overbought=60.0,
        bb_period=6,
        bb_std=1.5,
        trend_filter_ma=9,
        trend_filter_threshold=0.05,
    )
    assert found.enter_long.tolist() == [False, True, False, False]
    assert found.enter_short.tolist() == [False, False, True, False]


def test_draws_the_bands(answer):
    assert [line[0] for line in answer.plot.values()] == [101.0, 100.0, 99.0]
    assert list(answer.plot) == ["upper band", "middle band", "lower band"]
