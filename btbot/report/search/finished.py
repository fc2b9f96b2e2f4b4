"""The trials that count for pictures and statistics: complete, with a number for every objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from btbot.bars import FloatArray, IntArray
from btbot.report.search.given import SearchResult, Trials

_COMPLETE = 0  # what the column of statuses holds for a complete trial


@dataclass(frozen=True, slots=True)
class Finished:
    """Complete trials in the order of the ranking.

    Parameters
    ----------
    trials
        All trials.
    numbers
        int64 of shape (m,): which of them are complete, best first.
    values
        For each objective float64 of shape (m,), finite.
    best
        Position of the best setting among them; None without one.
    """

    trials: Trials
    numbers: IntArray
    values: tuple[FloatArray, ...]
    best: int | None

    @classmethod
    def of(cls, result: SearchResult) -> Finished:
        """Pick them out of a search."""
        trials = result.trials
        columns = [np.asarray(trials.column(f"objective {at}"), np.float64) for at in range(len(result.objectives))]
        known = np.asarray(trials.column("status")) == _COMPLETE
        for column in columns:
            known &= np.isfinite(column)
        numbers = result.order[known[result.order]]
        at = np.flatnonzero(numbers == result.best_trial)
        return cls(trials, numbers, tuple(one[numbers] for one in columns), int(at[0]) if len(at) else None)

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, name: str) -> FloatArray:
        """Return a parameter or a figure of these trials, float64 of shape (m,)."""
        return np.asarray(self.trials.column(name), np.float64)[self.numbers]

    def spread(self, most: int) -> IntArray:
        """Return positions of at most `most` trials, evenly over the ranks, the first and the last among them."""
        if len(self) <= most:
            return np.arange(len(self))
        return np.unique(np.linspace(0, len(self) - 1, most).round().astype(np.int64))


def labels(dimensions: Sequence[Any]) -> dict[str, str]:
    """Return the short name of each searched key."""
    return {one.key: one.label for one in dimensions}


def rank(result: SearchResult, trial: int) -> int:
    """Return the place of a trial in the ranking, from 1; a better one that failed its check stays before the best."""
    return int(np.flatnonzero(result.order == trial)[0]) + 1
