"""Many settings through one sweep: what strategies may do, and what is computed how often."""

from __future__ import annotations

import numpy as np
import pytest

from btbot import engine
from btbot.config import with_setting
from btbot.kernel import worst_difference
from btbot.search.evaluate import Evaluator, hosted

WINDOW = engine.Window(1_704_067_200_000 + 48 * 3_600_000, 1_704_067_200_000 + 120 * 3_600_000, flat_at_end=True)
READ_ONLY = """
from btbot import Strategy


class Stubborn(Strategy):
    params = dict(text="this file is read-only")

    @staticmethod
    def signals(bars, p):
        raise ValueError(p.text)
"""


@pytest.fixture
def markets(frame):
    """Two random markets of 200 hours."""
    made = {}
    for number, symbol in enumerate(("A/X", "B/X")):
        close = 100 * np.exp(np.cumsum(np.random.default_rng(number).normal(0, 0.01, 200)))
        made[symbol] = frame([(c, c * 1.002, c * 0.998, c) for c in close])
    return made


@pytest.fixture
def evaluator(configured, markets):
    def make(name, **keys):
        strategies = [{"name": name, "params": keys.pop("params", {})}]
        return Evaluator(configured(markets, [{}, {}], strategies=strategies, **keys))

    return make


@pytest.mark.parametrize("name", ["in_place", "own_loop"])
def test_strategies_that_want_arrays_of_their_own(name, evaluator):
    """One writes into an indicator's result, one has compiled code that takes writable arrays only."""
    sweep = evaluator(name)
    for length in (5, 9, 5):
        setting = {"strategies.0.params.length": length}
        _, expected = hosted(with_setting(sweep.config, setting), sweep.market)
        assert len(expected.fills) > 10
        assert worst_difference(sweep.trace(setting), expected) <= 1e-9


def test_bars_of_higher_timeframes(evaluator):
    sweep = evaluator("two_timeframes", exits={"cooldown_bars": 2})
    for cooldown in (2, 5):
        setting = {"exits.cooldown_bars": cooldown}
        _, expected = hosted(with_setting(sweep.config, setting), sweep.market)
        assert len(expected.fills) > 4
        assert worst_difference(sweep.trace(setting), expected) <= 1e-9


def test_signals_are_asked_for_only_when_their_parameters_change(evaluator, tmp_path):
    log = tmp_path / "log"
    sweep = evaluator("counting", params={"log": str(log)})
    for length in (5, 9):
        for stop in (0.01, 0.02, 0.03):
            for window in (None, WINDOW):
                sweep.figures({"strategies.0.params.length": length, "exits.stop.percent": stop}, window)
    assert log.read_text().splitlines() == ["A/X 5", "B/X 5", "A/X 9", "B/X 9"]


def test_equal_parameters_of_another_type_are_other_parameters(evaluator, tmp_path):
    """To a strategy 1, 1.0 and True need not be the same."""
    log = tmp_path / "log"
    sweep = evaluator("counting", params={"log": str(log)})
    for length in (5, np.int64(5), 5):
        sweep.figures({"strategies.0.params.length": length})
    assert len(log.read_text().splitlines()) == 6


def test_an_error_about_something_else_that_is_read_only(evaluator, tmp_path):
    (tmp_path / "stubborn.py").write_text(READ_ONLY)
    sweep = evaluator("stubborn", plugins={"strategies": [str(tmp_path)]})
    for text in ("this file is read-only", "another one is read-only"):
        with pytest.raises(ValueError, match=f"^{text}") as error:
            sweep.figures({"strategies.0.params.text": text})
        assert error.value.__notes__ == ["in signals() of strategy stubborn, A/X, 200 bars"]
