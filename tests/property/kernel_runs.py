"""Random runs through the compiled kernel and through Cerebro, in a form in which they can be compared."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from random_runs import HOUR_MS, START, Case, draw

from btbot.config import load_config
from btbot.engine import Window
from btbot.engine.market import load_market
from btbot.kernel import FIGURES, Trace, worst_difference
from btbot.search.evaluate import Evaluator, hosted, hosted_figures

QUICK = range(5_000, 5_150)
FIRST_MS = START.value // 1_000_000


class Outcome(NamedTuple):
    """What one host made of a case."""

    trace: Trace
    figures: dict[str, float]


def draw_twisted(seed: int, folder: Path) -> tuple[Case, Window | None]:
    """Draw a case, and now and then sessions, a rebate, a coarser timeframe, and a window or an outage."""
    case = draw(seed, folder)
    rng = np.random.default_rng([seed, 1])
    changes: dict[str, Any] = {"calendar": "stocks"} if rng.random() < 0.2 else {}
    if rng.random() < 0.2:
        changes["costs"] = {**case.config["costs"], "maker_fee": -0.0002}
    if rng.random() < 0.25:
        entries = changes["strategies"] = copy.deepcopy(case.config["strategies"])
        entries[int(rng.integers(len(entries)))]["timeframe"] = str(rng.choice(["2h", "4h"]))
    case = case.changed(**changes)
    if rng.random() < 0.4:
        return case, _window(rng)
    enough = min(map(len, case.frames.values())) > 80
    return (_with_outage(rng, case) if enough and rng.random() < 0.4 else case), None


def _with_outage(rng: np.random.Generator, case: Case) -> Case:
    """Leave out a day and more of all symbols."""
    begin = START + pd.Timedelta(hours=int(rng.integers(20, 40)))
    end = begin + pd.Timedelta(hours=int(rng.integers(24, 60)))
    return case.with_frames(
        {symbol: frame[(frame.index < begin) | (frame.index >= end)] for symbol, frame in case.frames.items()}
    )


def _window(rng: np.random.Generator) -> Window:
    """Draw a window; one in four begins or ends where the bars do, and spans are closed in some."""
    start, end = int(rng.integers(0, 40)), int(rng.integers(45, 120))
    closed = [(int(first), int(first + rng.integers(1, 12))) for first in rng.integers(start, 100, rng.integers(0, 3))]
    return Window(
        None if rng.random() < 0.25 else FIRST_MS + start * HOUR_MS,
        None if rng.random() < 0.25 else FIRST_MS + end * HOUR_MS,
        flat_at_end=bool(rng.random() < 0.5),
        closed=tuple((FIRST_MS + first * HOUR_MS, FIRST_MS + until * HOUR_MS) for first, until in sorted(closed)),
    )


def by_kernel(case: Case, window: Window | None) -> Outcome:
    """Run a case through the compiled kernel."""
    evaluator = Evaluator(load_config({**case.config}))
    assert evaluator.obstacle == ""
    return Outcome(evaluator.trace({}, window), named(evaluator.figures({}, window)))


def by_cerebro(case: Case, window: Window | None, *, loop: str) -> Outcome:
    """Run a case through Cerebro."""
    config = load_config({**case.config, "engine": loop})
    result, trace = hosted(config, load_market(config), window)
    return Outcome(trace, named(hosted_figures(result)))


def assert_equal(found: Outcome, expected: Outcome) -> None:
    """Fills, account and all figures are equal to 1e-9."""
    assert worst_difference(found.trace, expected.trace) <= 1e-9
    assert found.figures == pytest.approx(expected.figures, rel=1e-9, abs=1e-12, nan_ok=True)


def named(figures: Any) -> dict[str, float]:
    return dict(zip(FIGURES, figures.tolist(), strict=True))
