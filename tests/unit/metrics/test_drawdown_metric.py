"""Drawdowns against hand-drawn curves and a loop that walks over the bars."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.metrics import drawdown as dd

DAY = 86_400_000
#                 0      1      2     3     4      5      6     7      8     9
EQUITY = np.array([100.0, 120.0, 90.0, 60.0, 120.0, 130.0, 117.0, 120.0, 125.0, 129.0])
TIME = np.arange(10, dtype=np.int64) * DAY
CURVE = dd.drawdown_curve(EQUITY, 100.0)

curves = st.integers(0, 99_999).map(
    lambda seed: 100.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.05, 1 + seed % 120)).round(2))
)


def walk(equity, capital):
    """Return all drawdowns as (start, valley, end or None, depth) by walking over the bars."""
    found, peak, peak_at, valley, depth = [], capital, 0, None, 0.0
    for at, value in enumerate(equity):
        if value >= peak:
            if valley is not None:
                found.append((peak_at, valley, at, depth))
            peak, peak_at, valley, depth = value, at, None, 0.0
        elif 1.0 - value / peak > depth:
            valley, depth = at, 1.0 - value / peak
    return [*found, (peak_at, valley, None, depth)] if valley is not None else found


def test_curve_is_the_fall_from_the_running_maximum():
    assert pytest.approx([0, 0, 0.25, 0.5, 0, 0, 0.1, 10 / 130, 5 / 130, 1 / 130]) == CURVE
    assert dd.max_drawdown(EQUITY, 100.0) == 0.5
    assert dd.pain_index(CURVE) == pytest.approx((0.75 + 0.1 + 16 / 130) / 10)


def test_deepest_has_peak_valley_and_recovery():
    deepest = dd.deepest_drawdown(TIME, CURVE)
    assert deepest == dd.Drawdown(0.5, start_ms=1 * DAY, valley_ms=3 * DAY, end_ms=4 * DAY, days=3.0)


def test_longest_is_not_the_deepest_and_may_be_unfinished():
    assert dd.longest_drawdown_days(TIME, CURVE) == 4.0  # bars 5 to 9


def test_starting_capital_is_the_first_peak():
    curve = dd.drawdown_curve(np.array([90.0, 95.0]), 100.0)
    assert curve == pytest.approx([0.1, 0.05])
    assert dd.deepest_drawdown(TIME[:2], curve) == dd.Drawdown(pytest.approx(0.1), 0, 0, None, 1.0)


def test_negative_equity_lost_more_than_everything():
    assert dd.max_drawdown(np.array([100.0, -20.0]), 100.0) == pytest.approx(1.2)


@pytest.mark.parametrize("equity", [[], [100.0], [100.0, 100.0, 100.0], [100.0, 101.0, 150.0]])
def test_without_a_fall_there_is_no_drawdown(equity):
    curve, time = dd.drawdown_curve(np.array(equity), 100.0), TIME[: len(equity)]
    assert dd.max_drawdown(np.array(equity), 100.0) == 0.0
    assert dd.deepest_drawdown(time, curve) is None
    assert dd.longest_drawdown_days(time, curve) == 0.0
    table = dd.drawdown_table(time, curve, count=5)
    assert table.columns.tolist() == ["start", "valley", "end", "depth", "days"]
    assert len(table) == 0


def test_pain_of_nothing_is_undefined():
    assert math.isnan(dd.pain_index(np.empty(0)))


def test_table_lists_the_deepest_first():
    table = dd.drawdown_table(TIME, CURVE, count=2)
    assert table["depth"].tolist() == pytest.approx([0.5, 0.1])
    assert table["days"].tolist() == [3.0, 4.0]
    assert table["valley"].tolist() == [
        pd.Timestamp("1970-01-04", tz="UTC"),
        pd.Timestamp("1970-01-07", tz="UTC"),
    ]
    assert table["end"].isna().tolist() == [False, True]
    assert len(dd.drawdown_table(TIME, CURVE, count=1)) == 1


@settings(max_examples=150, deadline=None)
@given(equity=curves)
def test_equals_the_walk(equity):
    time = np.arange(len(equity), dtype=np.int64) * DAY
    curve, wanted = dd.drawdown_curve(equity, 100.0), walk(equity, 100.0)
    table = dd.drawdown_table(time, curve, count=len(equity))
    assert sorted(table["depth"]) == pytest.approx(sorted(depth for *_, depth in wanted))
    assert ((curve >= 0.0) & (curve < 1.0)).all()
    if not wanted:
        assert dd.deepest_drawdown(time, curve) is None
        return
    start, valley, end, depth = max(wanted, key=lambda found: found[3])
    deepest = dd.deepest_drawdown(time, curve)
    assert deepest == dd.Drawdown(
        pytest.approx(depth),
        start * DAY,
        valley * DAY,
        None if end is None else end * DAY,
        (len(equity) - 1 if end is None else end) - start,
    )
    longest = max((len(equity) - 1 if end is None else end) - start for start, _, end, _ in wanted)
    assert dd.longest_drawdown_days(time, curve) == longest


@settings(max_examples=50, deadline=None)
@given(equity=curves, factor=st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaling_money_leaves_the_drawdown_alone(equity, factor):
    assert dd.max_drawdown(equity * factor, 100.0 * factor) == dd.max_drawdown(equity, 100.0)
