"""Train and test windows, by hand and by property."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.errors import ConfigError
from btbot.search.windows import Fold, folds
from btbot.timeframe import Timeframe

HOUR, DAY = 3_600_000, 86_400_000


def bars(count, step=1):
    return np.arange(count, dtype=np.int64) * step


def spans(found):
    return [(fold.train, fold.test) for fold in found]


def test_rolling_by_bars():
    assert spans(folds(bars(16), 1, train=6, test=3)) == [
        ((0, 6), (6, 9)),
        ((3, 9), (9, 12)),
        ((6, 12), (12, 15)),
    ]


def test_anchored_begins_at_the_first_bar():
    assert spans(folds(bars(16), 1, train=6, test=3, kind="anchored")) == [
        ((0, 6), (6, 9)),
        ((0, 9), (9, 12)),
        ((0, 12), (12, 15)),
    ]


def test_by_durations():
    found = folds(bars(24 * 100, HOUR), HOUR, train=Timeframe.parse("60d"), test=Timeframe.parse("20d"))
    assert spans(found) == [
        ((0, 60 * DAY), (60 * DAY, 80 * DAY)),
        ((20 * DAY, 80 * DAY), (80 * DAY, 100 * DAY)),
    ]


def test_bars_and_durations_together():
    found = folds(bars(100, HOUR), HOUR, train=48, test=Timeframe.parse("1d"), purge=2)
    assert spans(found)[:2] == [
        ((0, 48 * HOUR), (50 * HOUR, 74 * HOUR)),
        ((24 * HOUR, 72 * HOUR), (74 * HOUR, 98 * HOUR)),
    ]


def test_a_last_window_of_half_the_length_counts_and_a_shorter_one_does_not():
    assert folds(bars(11), 1, train=4, test=4)[-1].test == (8, 11)
    assert folds(bars(10), 1, train=4, test=4)[-1].test == (8, 10)
    assert folds(bars(9), 1, train=4, test=4)[-1].test == (4, 8)
    assert folds(bars(11), 1, train=4, test=5)[-1].test == (4, 9)
    assert folds(bars(12), 1, train=4, test=5)[-1].test == (9, 12)


def test_purge_is_left_out_between_train_and_test():
    assert spans(folds(bars(14), 1, train=4, test=3, purge=2)) == [
        ((0, 4), (6, 9)),
        ((3, 7), (9, 12)),
        ((6, 10), (12, 14)),
    ]


def test_a_longer_step_leaves_bars_untraded():
    assert spans(folds(bars(16), 1, train=4, test=3, step=5)) == [
        ((0, 4), (4, 7)),
        ((5, 9), (9, 12)),
        ((10, 14), (14, 16)),
    ]


def test_the_embargo_makes_holes_in_later_train_windows():
    found = folds(bars(21), 1, train=9, test=3, embargo=2)
    assert [fold.embargoed for fold in found] == [(), (), ((12, 14),), ((12, 14), (15, 17))]
    assert [fold.train for fold in found] == [(0, 9), (3, 12), (6, 15), (9, 18)]


def test_an_embargo_beyond_the_next_one_is_one_hole():
    assert folds(bars(20), 1, train=8, test=3, embargo=4)[-1].embargoed == ((11, 17),)


def test_a_hole_in_the_data_moves_a_border_to_the_next_bar():
    time = np.array([0, 1, 2, 3, 7, 8, 9, 10, 11], dtype=np.int64)
    assert spans(folds(time, 1, train=Timeframe(4), test=Timeframe(4))) == [((0, 7), (7, 8)), ((7, 8), (8, 12))]


def test_a_fold_without_bars_is_left_out_and_numbers_go_on():
    time = np.array([0, 1, 2, 3, 12, 13, 14, 15, 16, 17, 18, 19], dtype=np.int64)
    found = folds(time, 1, train=Timeframe(4), test=Timeframe(4))
    assert found == [Fold(1, (12, 16), (16, 20))]


def test_too_short_says_what_there_is_and_what_would_fit():
    with pytest.raises(ConfigError) as caught:
        folds(bars(24 * 100, HOUR), HOUR, train=Timeframe.parse("90d"), test=Timeframe.parse("30d"), purge=24)
    assert str(caught.value) == (
        "walkforward: the data have 2,400 bars of 1h, 1970-01-01T00:00Z to 1970-04-11T00:00Z (100.0 days); train (90d), "
        "purge (24 bars) and half of a test window (30d) need 106.0 days; shorten train to 216 bars (9.0 days) or less, "
        "or take a longer span of data"
    )


def test_too_short_for_any_train_window():
    with pytest.raises(ConfigError, match=r"need 19\.0 days; shorten train and test, or take a longer span of data$"):
        folds(bars(10, DAY), DAY, train=14, test=10)


def test_overlapping_tests_are_refused():
    with pytest.raises(ConfigError) as caught:
        folds(bars(1000, HOUR), HOUR, train=300, test=Timeframe.parse("2d"), step=24)
    assert str(caught.value) == (
        "walkforward.step: must be at least test (2d), was 24 bars; test windows would overlap, and a bar is traded once: "
        "leave step out, or make it longer"
    )


def test_a_test_window_in_which_nothing_can_be_held_is_refused():
    with pytest.raises(ConfigError) as caught:
        folds(bars(100, HOUR), HOUR, train=20, test=2)
    assert str(caught.value) == (
        "walkforward.test: must be at least 3 bars, one to decide, one to enter and one to leave, was 2 bars"
    )


@st.composite
def problems(draw):
    count = draw(st.integers(30, 300))
    gaps = draw(st.lists(st.integers(1, count - 1), max_size=3))
    steps = np.ones(count, dtype=np.int64)
    steps[gaps] = draw(st.integers(2, 20))
    unit = draw(st.sampled_from(["bars", "duration"]))

    def length(low, high):
        number = draw(st.integers(low, high))
        return number if unit == "bars" or number == 0 else Timeframe(number * HOUR)

    test = length(3, 40)
    return {
        "open_time_ms": np.cumsum(steps) * HOUR, "train": length(5, 100), "test": test,
        "step": draw(st.sampled_from([None, test * 2 if isinstance(test, int) else Timeframe(test.ms * 2)])),
        "kind": draw(st.sampled_from(["rolling", "anchored"])), "purge": length(0, 10), "embargo": length(0, 60),
    }  # fmt: skip


def inside(time, span):
    return set(time[(time >= span[0]) & (time < span[1])].tolist())


@settings(max_examples=40, deadline=None)
@given(problems())
def test_whatever_the_lengths(problem):
    time = problem["open_time_ms"]
    try:
        found = folds(bar_ms=HOUR, **problem)
    except ConfigError:
        return
    assert [fold.number for fold in found] == list(range(1, len(found) + 1))
    for at, fold in enumerate(found):
        assert fold.train[0] < fold.train[1] <= fold.test[0] < fold.test[1] <= time[-1] + HOUR
        assert inside(time, fold.train)
        assert inside(time, fold.test)
        left_out = time[(time >= fold.train[1]) & (time < fold.test[0])]
        if isinstance(problem["purge"], int):
            assert len(left_out) == problem["purge"]
        else:
            assert fold.test[0] - fold.train[1] >= 0
        if problem["kind"] == "anchored":
            assert fold.train[0] == time[0]
        used = inside(time, fold.train).difference(*(inside(time, part) for part in fold.embargoed))
        assert used == inside(time, fold.train) - embargoed(time, found[:at], problem["embargo"])
    for one, other in itertools.pairwise(found):
        assert one.test[1] <= other.test[0]
        if problem["step"] is None and not isinstance(problem["test"], Timeframe):
            assert one.test[1] == other.test[0]


def embargoed(time, earlier, embargo):
    """The bars after each earlier test window, counted in another way."""
    out = set()
    for fold in earlier:
        after = time[time >= fold.test[1]]
        taken = after[:embargo] if isinstance(embargo, int) else after[after < fold.test[1] + embargo.ms]
        out |= set(taken.tolist())
    return out


@settings(max_examples=40, deadline=None)
@given(st.integers(40, 400), st.integers(5, 30), st.integers(3, 30), st.integers(0, 5))
def test_tests_tile_the_span_without_a_gap(count, train, test, purge):
    found = folds(bars(count), 1, train=train, test=test, purge=purge) if count >= train + purge + test else []
    if found:
        assert found[0].test[0] == train + purge
        assert all(one.test[1] == other.test[0] for one, other in itertools.pairwise(found))
        assert count - found[-1].test[1] < (test + 1) // 2
