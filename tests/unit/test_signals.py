"""What `Signals` and `Targets` accept, what they refuse, and in which words."""

from __future__ import annotations

import numpy as np
import pytest

from btbot import Signals, Targets
from btbot.errors import StrategyError
from btbot.signals import checked

UP = np.array([True, False, True])


def test_missing_flags_become_never():
    signals = Signals(enter_long=UP).checked(3)
    assert signals.enter_long is UP
    for name in ("exit_long", "enter_short", "exit_short"):
        values = getattr(signals, name)
        assert values.dtype == bool
        assert values.tolist() == [False] * 3
    assert signals.stop_long is None
    assert signals.confidence is None


def test_lists_are_taken_too():
    signals = Signals(enter_long=[True, False], stop_long=[1, None]).checked(2)
    assert signals.enter_long.tolist() == [True, False]
    np.testing.assert_array_equal(signals.stop_long, [1.0, np.nan])


def test_nan_confidence_counts_as_zero_and_the_limits_are_allowed():
    signals = Signals(enter_long=UP, confidence=np.array([np.nan, 0.0, 1.0])).checked(3)
    assert signals.confidence.tolist() == [0.0, 0.0, 1.0]


def test_empty_market():
    assert len(Signals(confidence=np.zeros(0)).checked(0).enter_long) == 0
    assert len(Targets(np.zeros(0)).checked(0).exposure) == 0


@pytest.mark.parametrize(
    ("signals", "text"),
    [
        (
            Signals(enter_long=np.array([1.0, 0.0, 1.0])),
            "signals: enter_long has type float64, a boolean array is wanted; "
            "write a comparison such as `fast > slow`",
        ),
        (
            Signals(exit_short=np.array([1, 0, 1])),
            "signals: exit_short has type int64, a boolean array is wanted; "
            "write a comparison such as `fast > slow`",
        ),
        (
            Signals(exit_long=np.array([True, False])),
            "signals: exit_long has shape (2,), (3,) is wanted; give one value a bar, not one for all",
        ),
        (
            Signals(enter_short=True),
            "signals: enter_short has shape (), (3,) is wanted; give one value a bar, not one for all",
        ),
        (
            Signals(stop_long=95.0),
            "signals: stop_long has shape (), (3,) is wanted; give one value a bar, not one for all",
        ),
        (
            Signals(plot={"SMA": np.zeros(4)}),
            "signals: plot['SMA'] has shape (4,), (3,) is wanted; give one value a bar, not one for all",
        ),
        (
            Signals(confidence=np.array([0.1, 1.5, 0.2])),
            "signals: confidence must lie in [0, 1]; divide it by its largest value",
        ),
        (
            Signals(confidence=np.array([0.1, -0.5, 0.2])),
            "signals: confidence must lie in [0, 1]; divide it by its largest value",
        ),
    ],
)  # fmt: skip
def test_refused_signals(signals, text):
    with pytest.raises(StrategyError) as caught:
        signals.checked(3)
    assert str(caught.value) == text
    assert caught.value.exit_code == 5


def test_targets_keep_nan_and_take_the_limits():
    targets = Targets([np.nan, -1, 1], band=0.0).checked(3)
    np.testing.assert_array_equal(targets.exposure, [np.nan, -1.0, 1.0])
    assert np.isnan(Targets(np.full(3, np.nan)).checked(3).exposure).all()


@pytest.mark.parametrize(
    ("targets", "text"),
    [
        (Targets(None), "targets: exposure is missing; give one number a bar in [-1, +1]"),
        (Targets([0.0, np.nan, -1.25]), "targets: exposure must lie in [-1, +1], was -1.25; clip it"),
        (Targets([0.0, np.inf, 0.0]), "targets: exposure must lie in [-1, +1], was inf; clip it"),
        (Targets([0.0, 0.0, 0.0], band=1.5), "targets: band must lie in [0, 1], was 1.5"),
        (Targets([0.0, 0.0, 0.0], band=-0.1), "targets: band must lie in [0, 1], was -0.1"),
        (Targets([0.0, 0.0, 0.0], band=float("nan")), "targets: band must lie in [0, 1], was nan"),
    ],
)
def test_refused_targets(targets, text):
    with pytest.raises(StrategyError) as caught:
        targets.checked(3)
    assert str(caught.value) == text


def test_refused_shape_of_targets_says_targets():
    with pytest.raises(StrategyError, match=r"^targets: exposure has shape \(2,\), \(3,\) is wanted"):
        Targets([0.0, 0.0]).checked(3)


@pytest.mark.parametrize(("answer", "kind"), [(None, "NoneType"), ({"enter_long": UP}, "dict"), (UP, "ndarray")])
def test_other_answers_are_refused(answer, kind):
    with pytest.raises(StrategyError) as caught:
        checked(answer, 3)
    assert str(caught.value) == (
        f"signals() returned {kind}; return Signals(...) or Targets(...), "
        "both from `from btbot import Signals, Targets`"
    )


def test_nothing_is_wanted_before_the_first_warm_bar():
    plain = Signals(enter_long=UP, exit_short=UP, stop_long=np.ones(3)).checked(3)
    warm = plain.warm(2)
    assert warm.enter_long.tolist() == warm.exit_short.tolist() == [False, False, True]
    assert warm.stop_long.tolist() == [1.0, 1.0, 1.0]
    assert plain.enter_long.tolist() == [True, False, True]
    np.testing.assert_array_equal(Targets(np.ones(3)).checked(3).warm(1).exposure, [np.nan, 1.0, 1.0])


def test_warm_from_the_start_changes_nothing():
    plain, targets = Signals(enter_long=UP).checked(3), Targets(np.ones(3)).checked(3)
    assert plain.warm(0) is plain
    assert targets.warm(0) is targets


def test_arrays_without_anything_to_take_away_are_not_copied():
    plain = Signals(enter_long=UP, exit_long=np.array([False, False, True])).checked(3)
    warm = plain.warm(1)
    assert warm.exit_long is plain.exit_long
    assert warm.enter_long.tolist() == [False, False, True]
    assert warm.warm(1) is warm


def test_targets_that_are_out_of_range_beside_nan_are_refused():
    for exposure in ([np.nan, 1.5], [-1.5, np.nan], [np.nan, -np.inf]):
        with pytest.raises(StrategyError, match=r"exposure must lie in \[-1, \+1\], was"):
            Targets(exposure).checked(2)
