"""Settings of a finished search, run again through Cerebro, which has the last word."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from btbot.bars import IntArray
from btbot.config import with_setting
from btbot.kernel import worst_difference
from btbot.search.bench import Bench, silence, told
from btbot.search.evaluate import hosted

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Verification:
    """What running a setting again through Cerebro showed.

    Parameters
    ----------
    trial, rank
        Number of the trial; its rank from 1, or None for one of the sample.
    worst_difference
        Largest relative difference between fills and equity here and there; infinite if they differ in kind, or if
        Cerebro did not come to an end.
    fills
        How many fills were compared.
    ok
        Whether nothing differs by more than `TOLERANCE` and the signals do not look ahead.
    text
        One sentence.
    """

    trial: int
    rank: int | None
    worst_difference: float
    fills: int
    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """The job of verifying one setting.

    Parameters
    ----------
    trial, rank
        See `Verification`.
    setting
        What it tried.
    """

    trial: int
    rank: int | None
    setting: dict[str, Any]

    def __len__(self) -> int:
        return 1

    def done(self, bench: Bench) -> Verification:
        """Run the setting through Cerebro with the look-ahead proof, and compare."""
        proof = bench.config.proof if bench.config.proof != "none" else "panel"
        config = with_setting(bench.config, {**self.setting, "proof": proof, "report": []})
        try:
            with silence():
                _, trace = hosted(config, bench.evaluator.market, bench.window)
        except Exception as error:  # noqa: BLE001 - whatever it is, the verdict on this setting says it
            return self._failed(told(error))
        if bench.evaluator.obstacle:
            return Verification(self.trial, self.rank, 0.0, len(trace.fills), True, "the signals do not look ahead")
        worst = worst_difference(bench.evaluator.trace(self.setting, bench.window), trace)
        if worst > TOLERANCE:
            text = f"fills or equity differ by {worst:.3g} (relative), allowed is {TOLERANCE:g}"
            return Verification(self.trial, self.rank, worst, len(trace.fills), False, text)
        text = "fills and equity are equal, and the signals do not look ahead"
        return Verification(self.trial, self.rank, worst, len(trace.fills), True, text)

    def parts(self) -> list[Check]:
        """Return itself: it cannot be divided."""
        return [self]

    def lost(self, bench: Bench) -> Verification:
        """Return the verdict on a setting that killed its worker."""
        return self._failed("killed its worker")

    def _failed(self, text: str) -> Verification:
        return Verification(self.trial, self.rank, math.inf, 0, False, text)


def drawn(ranked: IntArray, *, best: int, sample: int, seed: int) -> list[tuple[int, int | None]]:
    """Return which trials are verified: the best ones with their rank from 1, then some of the others.

    Parameters
    ----------
    ranked
        Numbers of the complete trials, best first.
    best, sample
        How many of each.
    seed
        Of the draw.

    Examples
    --------
    >>> drawn(np.array([7, 3, 5, 1]), best=2, sample=9, seed=0)
    [(7, 1), (3, 2), (1, None), (5, None)]
    """
    chosen: list[tuple[int, int | None]] = [(int(trial), rank) for rank, trial in enumerate(ranked[:best], 1)]
    others = ranked[best:]
    picked = np.random.default_rng(seed).choice(others, min(sample, len(others)), replace=False)
    return [*chosen, *((int(trial), None) for trial in sorted(picked))]
