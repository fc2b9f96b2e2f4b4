"""Cerebro has the last word on what a search found."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.search.bench import Bench
from btbot.search.searching import search
from btbot.search.verify import Check, drawn

LENGTH = "strategies.0.params.length"


@pytest.fixture
def bench(moody):
    config = load_config(moody())
    return Bench(config, engine.load_market(config))


def test_the_sample_is_drawn_by_the_seed_from_what_is_not_among_the_best():
    ranked = np.arange(100)[::-1]
    first = drawn(ranked, best=3, sample=5, seed=1)
    assert first[:3] == [(99, 1), (98, 2), (97, 3)]
    assert all(rank is None and trial < 97 for trial, rank in first[3:])
    assert len({trial for trial, _ in first}) == 8
    assert first == drawn(ranked, best=3, sample=5, seed=1) != drawn(ranked, best=3, sample=5, seed=2)
    assert drawn(ranked[:0], best=3, sample=5, seed=1) == []


def test_a_setting_that_is_the_same_here_and_there(bench):
    verdict = Check(4, 1, {LENGTH: 6}).done(bench)
    assert (verdict.trial, verdict.rank, verdict.ok) == (4, 1, True)
    assert verdict.worst_difference <= 1e-9
    run = engine.run(replace_length(bench.config, 6), market=bench.evaluator.market)
    assert verdict.fills == (run.orders["status"] == "completed").sum() > 10
    assert verdict.text == "fills and equity are equal, and the signals do not look ahead"


def replace_length(config, length):
    return load_config(config, overrides=[f"{LENGTH}={length}"])


class Wrong:
    """An evaluator that gives a fill a slightly other price."""

    def __init__(self, evaluator, factor):
        self.evaluator, self.factor = evaluator, factor
        self.market, self.obstacle = evaluator.market, ""

    def trace(self, setting, window=None):
        trace = self.evaluator.trace(setting, window)
        fills = trace.fills.copy()
        fills["price"][3] *= self.factor
        return replace(trace, fills=fills)


@pytest.mark.parametrize(("off", "ok"), [(1e-12, True), (1e-6, False)])
def test_a_difference_is_told(bench, off, ok):
    bench.evaluator = Wrong(bench.evaluator, 1 + off)
    verdict = Check(4, 1, {LENGTH: 6}).done(bench)
    assert verdict.ok is ok
    assert verdict.worst_difference == pytest.approx(off, rel=1e-3)
    if not ok:
        assert verdict.text == "fills or equity differ by 1e-06 (relative), allowed is 1e-09"


def test_an_exception_of_the_strategy_is_a_verdict(moody):
    config = load_config(moody({"unlucky": 6}))
    verdict = Check(4, None, {LENGTH: 6}).done(Bench(config, engine.load_market(config)))
    assert (verdict.ok, verdict.worst_difference, verdict.fills) == (False, math.inf, 0)
    assert verdict.text.startswith("ValueError: 6 is unlucky; in signals() of strategy moody")


def test_a_setting_that_looks_ahead_is_not_called_the_best(moody, caplog):
    result = search(load_config(moody({"peeks": 7}, verify={"best": 3, "sample": 0})))
    seer, honest, _ = result.verification
    assert (seer.trial, seer.rank, seer.ok) == (5, 1, False)
    assert result.trials.setting(5) == {LENGTH: 7}
    assert result.order[:2].tolist() == [5, honest.trial]
    assert seer.text.startswith("StrategyError: strategy moody, BTC/USDT: ")
    assert "so it looks ahead" in seer.text
    assert result.best_trial == honest.trial
    assert result.notes == [
        f"1 of 3 settings did not stand the verification; trial 5: {seer.text}",
        f"trial {honest.trial} is called the best: those ranked before it did not stand the verification",
    ]
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == result.notes


def test_if_none_of_the_best_stands_there_is_no_best(moody):
    result = search(load_config(moody({"peeks": 7}, verify={"best": 1, "sample": 0})))
    assert (result.best_trial, result.best) == (None, None)
    assert result.notes[1] == "none of the best settings stood the verification, so there is no best one"
