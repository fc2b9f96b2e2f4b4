"""Paths over many closes equal repeated calls of the scalar functions, bit for bit."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from btbot.exits import breached, moved_to_break_even, reached, tighter, trailed
from btbot.exits.path import best_path, first_touch, tighter_path, trailed_path

price = st.floats(1e-3, 1e6)
level = price | st.just(math.nan)
sides = st.sampled_from([-1, 1])


@st.composite
def markets(draw):
    """Highs, lows, opens, closing ATRs (NaN while cold) of a few bars."""
    rows = draw(st.lists(st.tuples(price, price, st.floats(0, 1), level, level), min_size=1, max_size=25))
    first, second, share, atr, candidate = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    highs, lows = np.maximum(first, second), np.minimum(first, second)
    opens = np.clip(lows + (highs - lows) * share, lows, highs)
    return highs, lows, opens, atr, candidate


def bits(values):
    return np.asarray(values, dtype=float).tobytes()


def scalar_best(side, best, highs, lows):
    path = []
    for high, low in zip(highs, lows, strict=True):
        best = max(best, high) if side > 0 else min(best, low)
        path.append(best)
    return path


@given(sides, price, markets())
def test_best_path(side, best, market):
    highs, lows, *_ = market
    assert bits(best_path(side, best, highs, lows)) == bits(scalar_best(side, best, highs, lows))


@given(sides, level, markets())
def test_tighter_path(side, before, market):
    candidates = market[-1]
    path, now = [], before
    for candidate in candidates:
        now = tighter(side, now, float(candidate))
        path.append(now)
    np.testing.assert_array_equal(tighter_path(side, before, candidates), path)


@given(sides, level, price, markets(), st.booleans(), st.data())
def test_trailed_path(side, before, best, market, by_atr, data):
    highs, lows, _, atr, _ = market
    distances = atr if by_atr else data.draw(price)
    start = data.draw(st.integers(0, len(highs)))
    active = np.arange(len(highs)) >= start
    bests = best_path(side, best, highs, lows)
    path, now = [], before
    for number, value in enumerate(bests):
        if active[number]:
            now = trailed(side, now, float(value), float(atr[number]) if by_atr else distances)
        path.append(now)
    np.testing.assert_array_equal(trailed_path(side, before, bests, distances, active), path)


@given(sides, level, price, price, st.floats(0, 100), markets())
def test_break_even_by_paths(side, before, entry, after, offset, market):
    highs, lows, *_ = market
    bests = best_path(side, entry, highs, lows)
    moved = np.where(side * (bests - entry) >= after, entry + side * offset, np.nan)
    path, now = [], before
    for value in bests:
        now = moved_to_break_even(side, now, entry, float(value), after, offset)
        path.append(now)
    np.testing.assert_array_equal(tighter_path(side, before, moved), path)


@given(sides, level, markets())
def test_first_touch(side, target, market):
    highs, lows, opens, stops, _ = market
    expected = len(highs)
    for number, (stop, opened, high, low) in enumerate(zip(stops, opens, highs, lows, strict=True)):
        prices = breached(side, stop, opened, high, low), reached(side, target, opened, high, low)
        if not all(math.isnan(value) for value in prices):
            expected = number
            break
    assert first_touch(side, stops, target, highs, lows) == expected


def test_first_touch_of_no_bars():
    nothing = np.zeros(0)
    assert first_touch(1, nothing, 1.0, nothing, nothing) == 0
