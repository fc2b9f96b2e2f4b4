"""The rule of the docstring, once more as three plain loops, and by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from btbot import ta


def turns(low, close, high, rsi, level, swing_bars):
    """Say for each bar whether a swing, RSI's return and a close above the previous high stand in this order."""
    found = np.zeros(len(low), dtype=bool)
    for i in range(1, len(low)):
        swings = [s for s in range(swing_bars - 1, i + 1) if low[s] == min(low[s - swing_bars + 1 : s + 1])]
        if not swings or i - swings[-1] >= swing_bars or not close[i] > high[i - 1]:
            continue
        found[i] = any(rsi[r - 1] <= level < rsi[r] for r in range(swings[-1] + 1, i + 1))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_equals_plain_loops(seed, shipped, walk):
    bars = walk(250, seed=seed, digits=0)
    rsi = ta.rsi(bars.close, 3)
    found = shipped("reversal_trailing").signals(
        bars, swing_bars=6, rsi_period=3, rsi_oversold=40.0, rsi_overbought=60.0
    )
    long = turns(bars.low, bars.close, bars.high, rsi, 40.0, 6)
    short = turns(-bars.high, -bars.close, -bars.low, -rsi, -60.0, 6)
    assert long.any()
    assert short.any()
    np.testing.assert_array_equal(found.enter_long, long)
    np.testing.assert_array_equal(found.enter_short, short)


BARS = dict(
    low=[11.0, 10.0, 9.0, 8.0, 8.5, 9.0, 9.5, 10.0],
    high=[13.0, 12.0, 11.0, 10.0, 10.0, 10.5, 11.0, 12.0],
    close=[11.0, 10.0, 9.0, 8.5, 9.5, 10.1, 10.6, 11.5],
    rsi=[55.0, 50.0, 40.0, 29.0, 30.0, 30.1, 35.0, 40.0],
)


@pytest.mark.parametrize(
    ("changes", "entries"),
    [
        # low at 3, RSI back at 5, closes at 5, 6 and 7 above the high before; bar 7 is 4 bars after the low
        ({}, [5, 6]),
        # a close on the previous high is not above it
        ({"close": [11.0, 10.0, 9.0, 8.5, 9.5, 10.0, 10.6, 11.5]}, [6]),
        # RSI on its level has not come back
        ({"rsi": [55.0, 50.0, 40.0, 29.0, 29.0, 30.0, 30.1, 40.0]}, [6]),
        # RSI came back in the bar of the low, not after it
        ({"rsi": [55.0, 50.0, 29.0, 31.0, 31.0, 31.0, 31.0, 31.0]}, []),
        # RSI has never been low
        ({"rsi": [50.0] * 8}, []),
        # an equal low at 5 begins anew, RSI's return in that bar is not after it
        ({"low": [11.0, 10.0, 9.0, 8.0, 8.5, 8.0, 9.5, 10.0]}, []),
    ],
)
def test_by_hand(changes, entries, shipped, plant):
    columns = {name: np.array(values) for name, values in (BARS | changes).items()}
    bars = SimpleNamespace(low=columns["low"], high=columns["high"], close=columns["close"])
    strategy = shipped("reversal_trailing")
    plant(strategy, [(("rsi", bars.close, 5), columns["rsi"])])
    found = strategy.signals(bars, swing_bars=4, rsi_period=5)
    assert np.flatnonzero(found.enter_long).tolist() == entries


def test_gives_entries_on_both_sides_and_no_exit(shipped, walk):
    found = shipped("reversal_trailing").signals(walk(500, seed=99))
    assert found.enter_long.any()
    assert found.enter_short.any()
    assert found.exit_long is found.exit_short is None
