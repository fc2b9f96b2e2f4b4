"""The order of finished trials, and which of them is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from btbot.bars import IntArray
from btbot.config.search import Direction
from btbot.search.objective import pareto_front, ranked
from btbot.search.table import COMPLETE, STATUSES, Trials
from btbot.search.verify import Verification


@dataclass(frozen=True, slots=True)
class Ranking:
    """Trials by rank.

    Parameters
    ----------
    order
        int64 of shape (n,): their numbers, the best first; those that are not complete last.
    front
        int64: numbers of those that no other one beats in every objective, in that order; of one objective the best.
    counts
        How many ended how, by the words of `STATUSES`.
    """

    order: IntArray
    front: IntArray
    counts: dict[str, int]

    @classmethod
    def of(cls, trials: Trials, directions: Sequence[Direction]) -> Ranking:
        """Rank trials by their objectives."""
        status = trials.column("status")
        values = np.column_stack([trials.column(f"objective {at}") for at in range(len(directions))])
        order = ranked(values, directions, status)
        size = 1 if len(directions) == 1 else len(pareto_front(values, directions, status == COMPLETE))
        counts = np.bincount(status, minlength=len(STATUSES)).tolist()
        return cls(order, order[:size], dict(zip(STATUSES, counts, strict=True)))

    @property
    def complete(self) -> IntArray:
        """Complete trials, the best first."""
        return self.order[: self.counts["complete"]]

    def best(self, verification: Sequence[Verification]) -> int | None:
        """Return the number of the best trial; of those that were verified, the first that stood the test."""
        verified = [one for one in verification if one.rank is not None]
        if verified:
            return next((one.trial for one in verified if one.ok), None)
        return int(self.complete[0]) if len(self.complete) else None
