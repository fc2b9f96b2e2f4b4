from __future__ import annotations

from types import SimpleNamespace

import numpy as np


def test_enters_and_leaves_at_the_crossing_alone(shipped):
    # averages of two:     4.5  3.5  3.5   5     6     4.5  2
    # averages of three:        4    3.67  4.33  5.33  5    3.33
    bars = SimpleNamespace(close=np.array([5.0, 4.0, 3.0, 4.0, 6.0, 6.0, 3.0, 1.0]))
    found = shipped("ma_cross").signals(bars, ma_fast=2, ma_slow=3)
    assert np.flatnonzero(found.enter_long).tolist() == [4]
    assert np.flatnonzero(found.exit_short).tolist() == [4]
    assert np.flatnonzero(found.exit_long).tolist() == [6]
    assert np.flatnonzero(found.enter_short).tolist() == [6]
    assert list(found.plot) == ["SMA 2", "SMA 3"]


def test_averages_that_touch_have_not_crossed(shipped):
    # fast less slow: -0.5, 0, -0.08: touches from below, falls back
    bars = SimpleNamespace(close=np.array([5.0, 4.0, 3.0, 5.0, 0.5]))
    found = shipped("ma_cross").signals(bars, ma_fast=2, ma_slow=3)
    assert not found.enter_long.any()
    assert np.flatnonzero(found.exit_long).tolist() == [4]
