"""What settings of a search share: the same indicator of the same bars, and nothing that might change."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from btbot import indicators as ta
from btbot.bars import Bars
from btbot.indicators import memo, warmth
from btbot.kernel.crossing import crossings

WIDE = 1 << 24
_AWKWARD = (np.nan, -np.inf, np.inf, -0.0, 0.0, 1.0, np.nextafter(1.0, 2.0), 5e-324)


@pytest.fixture
def bars(walk: Callable[..., Bars]) -> Bars:
    return walk(400, seed=41)


def test_the_same_indicator_of_the_same_bars_is_computed_once(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    with memo.sharing(store):
        once = ta.sma(held.close, 20)
        assert ta.sma(held.close, 20) is once
        assert ta.sma(bars.close, 20) is once
        assert ta.atr(bars, period=14) is ta.atr(held, period=14)
        assert ta.sma(held.close, 21) is not once
        assert ta.sma(held.high, 20) is not once
        assert ta.ema(held.close, 20) is not once
    assert len(store) == 5
    assert store.nbytes == 5 * 400 * 8


def test_shared_values_are_those_of_a_run_on_its_own(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    for _ in range(2):
        with memo.sharing(store):
            shared = ta.sma(ta.atr(held, 14), 20), *ta.bollinger(held.close, 20, 2.0), *ta.macd(held.close)
        alone = ta.sma(ta.atr(bars, 14), 20), *ta.bollinger(bars.close, 20, 2.0), *ta.macd(bars.close)
        for left, right in zip(shared, alone, strict=True):
            np.testing.assert_array_equal(left, right)


def test_indicators_of_shared_lines_are_shared(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    with memo.sharing(store):
        bands = ta.bollinger(held.close, 20, 2.0)
        assert ta.bollinger(held.close, 20, 2.0) is bands
        assert ta.sma(bands.upper, 5) is ta.sma(bands.upper, 5)
        assert ta.sma(bands.upper, 5) is not ta.sma(bands.lower, 5)


def test_a_passing_array_is_never_shared(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    with memo.sharing(store):
        for factor in (1.0, 2.0, 3.0):  # each product is likely to live where the one before it lived
            np.testing.assert_array_equal(ta.sma(held.close * factor, 20), ta.sma((held.close * factor).tolist(), 20))
            gc.collect()
        assert ta.sma(held.close[:300], 20).shape == (300,)
        assert ta.atr(held.slice(0, 300), 14).shape == (300,)
    assert len(store) == 0


def test_outside_the_block_nothing_is_shared(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    with memo.sharing(store):
        inside = ta.sma(held.close, 20)
    outside = ta.sma(held.close, 20)
    assert outside is not inside
    assert outside.flags.writeable


def test_a_shared_line_cannot_be_written_to(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    with memo.sharing(store):
        for line in (ta.sma(held.close, 20), *ta.donchian(held, 20)):
            with pytest.raises(ValueError, match="read-only"):
                line[0] = 1.0


def test_equal_arguments_of_another_type_are_other_arguments(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    with memo.sharing(store):
        ta.sma(held.close, 20)
        with pytest.raises(ValueError, match=r"must be a whole number of 2 or more, was 20\.0"):
            ta.sma(held.close, 20.0)
        with pytest.raises(ValueError, match=r"must be a whole number of 2 or more, was 20\.0"):
            ta.sma(held.close, 20.0)


def test_higher_timeframes_are_shared(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    with memo.sharing(store):
        higher = held.resample("4h")
        assert held.resample("4h") is higher
        assert ta.sma(higher.close, 5) is ta.sma(higher.close, 5)
        line = held.align(higher, ta.sma(higher.close, 5))
        assert held.align(higher, ta.sma(higher.close, 5)) is line
        assert ta.atr(higher.resample("1d"), 3) is ta.atr(higher.resample("1d"), 3)
        assert held.resample("1h") is held
    expected = bars.align(bars.resample("4h"), ta.sma(bars.resample("4h").close, 5))
    np.testing.assert_array_equal(line, expected)
    assert isinstance(higher, Bars)
    assert higher.fingerprint == bars.resample("4h").fingerprint
    assert repr(held) == repr(bars)


def test_the_store_stays_within_its_limit_and_forgets_the_oldest(bars: Bars) -> None:
    store = memo.Store(3 * 400 * 8)
    held = store.hold(bars)
    with memo.sharing(store):
        first, second = ta.sma(held.close, 10), ta.sma(held.close, 11)
        ta.sma(held.close, 12)
        assert ta.sma(held.close, 10) is first
        ta.sma(held.close, 13)
        assert ta.sma(held.close, 10) is first
        assert ta.sma(held.close, 11) is not second
        for period in range(2, 90):
            ta.macd(held.close, period, 2 * period, 9)
            assert store.nbytes <= 3 * 400 * 8
            assert len(store) <= 3


def test_what_is_forgotten_leaves_memory(bars: Bars) -> None:
    store = memo.Store(3 * 400 * 8)
    held = store.hold(bars)
    with memo.sharing(store):
        line, higher = weakref.ref(ta.sma(held.close, 10)), weakref.ref(held.resample("4h").close)
        assert line() is not None
        assert higher() is not None
        ta.macd(held.close)
        assert line() is None
        assert higher() is None


def test_what_is_larger_than_the_limit_is_not_kept(bars: Bars) -> None:
    store = memo.Store(100)
    held = store.hold(bars)
    with memo.sharing(store):
        np.testing.assert_array_equal(ta.sma(held.close, 20), ta.sma(bars.close.tolist(), 20))
        held.resample("4h")
    assert len(store) == store.nbytes == 0


def test_a_line_that_was_forgotten_is_a_passing_array(bars: Bars) -> None:
    store = memo.Store(400 * 8)
    held = store.hold(bars)
    with memo.sharing(store):
        line = ta.atr(held, 14)
        ta.sma(held.close, 20)
        ta.sma(line, 5)
        assert len(store) == 1
        assert ta.sma(line, 5) is not ta.sma(line, 5)


def test_warm_up_is_seen_whether_computed_or_looked_up(bars: Bars) -> None:
    store = memo.Store(WIDE)
    held = store.hold(bars)
    with memo.sharing(store):
        for _ in range(2):
            with warmth.watch() as found:
                ta.sma(held.close, 20)
                ta.macd(held.close, 12, 26, 9)
                ta.sma(held.close * 2.0, 30)
            assert found == [(400, 19), (400, 33), (400, 33), (400, 33), (400, 29)]


@pytest.fixture(params=["numpy", "compiled"])
def store(request: pytest.FixtureRequest) -> memo.Store:
    return memo.Store(WIDE, crossings if request.param == "compiled" else None)


def test_crossings_are_the_same_with_and_without_sharing(walk: Callable[..., Bars], store: memo.Store) -> None:
    ticks = np.round(walk(600, seed=42, spread=0.02).close)  # whole prices, so that lines touch
    bars = Bars.from_frame(walk(600, seed=42).frame.assign(close=ticks), "TEST/USDT", "1h")
    held = store.hold(bars)
    with memo.sharing(store):
        high, low = ta.highest(held.close, 3), ta.lowest(held.close, 5)
        gaps = ta.sma(high, 2)
        for first, second in ((high, low), (low, gaps), (held.close, high), (gaps, ticks[100]), (ticks[100], gaps)):
            for cross in (ta.crossover, ta.crossunder):
                found = cross(first, second)
                assert found.any() or cross(second, first).any()
                copies = [np.copy(each) if isinstance(each, np.ndarray) else each for each in (first, second)]
                np.testing.assert_array_equal(found, cross(*copies))
    assert not ta.crossover(np.nan, low).any()


def test_the_way_down_is_that_of_the_same_two_lines(bars: Bars, store: memo.Store) -> None:
    held = store.hold(bars)
    with memo.sharing(store):
        fast, slow, other = (ta.sma(held.close, period) for period in (5, 20, 50))
        asked = [(fast, slow), (slow, fast), (slow, fast), (fast, slow), (fast, other), (slow, fast), (other, fast)]
        found = [ta.crossover(*pair) for pair in asked]
        assert len({id(flags) for flags in found}) == len(found)  # whoever writes into one changes no other
    for pair, flags in zip(asked, found, strict=True):
        np.testing.assert_array_equal(flags, ta.crossover(*pair))


def test_a_line_that_the_strategy_wrote_into_is_compared_anew(bars: Bars, store: memo.Store) -> None:
    held = store.hold(bars)
    with memo.sharing(store):
        mine, slow = held.close * 1.0, ta.sma(held.close, 20)
        ta.crossover(mine, slow)
        mine[:] = mine[::-1].copy()
        below = ta.crossunder(mine, slow)
    np.testing.assert_array_equal(below, ta.crossunder(mine, slow))


@given(lines=arrays(np.float64, st.tuples(st.just(2), st.integers(0, 70)), elements=st.sampled_from(_AWKWARD)))
def test_compiled_crossings_are_those_of_numpy(lines: np.ndarray) -> None:
    up, down = crossings(*lines)
    np.testing.assert_array_equal(up, ta.crossover(*lines))
    np.testing.assert_array_equal(down, ta.crossunder(*lines))
    assert up.dtype == down.dtype == bool


def test_lines_that_are_not_contiguous_are_left_to_numpy(bars: Bars) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("only contiguous lines of one length may come here")

    store = memo.Store(WIDE, refuse)  # type: ignore[arg-type]
    with memo.sharing(store):
        table = np.random.default_rng(1).normal(size=(50, 2))
        assert ta.crossover(table[:, 0], table[:, 1]).any()
        assert ta.crossover(table[:, 0].copy(), 0.0).any()


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_short_bars(n: int, walk: Callable[..., Bars]) -> None:
    store = memo.Store(WIDE)
    held = store.hold(walk(n, seed=43))
    with memo.sharing(store):
        fast, slow = ta.sma(held.close, 2), ta.sma(held.close, 3)
        assert not ta.crossover(fast, slow).any()
        assert ta.crossover(fast, slow).shape == (n,)
        assert held.resample("1h") is held
        assert ta.sma(held.resample("4h").close, 2).shape == (len(held.resample("4h")),)


def test_the_first_number_is_found_wherever_it_is() -> None:
    for first in (0, 1, 255, 256, 1023, 1024, 1025, 4999):
        line = np.full(5000, np.nan)
        line[first] = 1.0
        assert warmth.first_number(line) == first
    assert warmth.first_number(np.full(300, np.nan)) == 300
    assert warmth.first_number(np.zeros(0)) == 0
