"""Finished trials in the order of their numbers, in whatever order they end."""

from __future__ import annotations

import numpy as np

from btbot.bars import FloatArray
from btbot.search.early_stop import EarlyStop
from btbot.search.table import COMPLETE, FAILED

OF_THE_FIRST = 50


class Record:
    """Follows a search, so that when it ends depends on its trials alone and not on who was faster.

    Parameters
    ----------
    total
        How many trials there are to be.
    patience
        End after so many trials without a better best; None: never.
    maximize
        Whether more of the first objective is better.

    Attributes
    ----------
    seen
        All trials before this number are known.
    doomed
        Whether all of the first trials failed, so that the others would, too.
    """

    def __init__(self, total: int, *, patience: int | None, maximize: bool) -> None:
        self.seen = 0
        self._early_stop = EarlyStop(patience, maximize=maximize)
        self._probed, self._failed = min(OF_THE_FIRST, total), 0
        self._waiting: dict[int, tuple[FloatArray, FloatArray]] = {}

    @property
    def best(self) -> float:
        """Best value of the first objective so far, NaN before the first."""
        return self._early_stop.best

    @property
    def end(self) -> int | None:
        """How many trials the search has, once it is known that nothing better comes."""
        return self._early_stop.end

    @property
    def doomed(self) -> bool:
        """Whether all of the first trials failed, so that the others would, too."""
        return self.seen >= self._probed == self._failed

    def add(self, first: int, status: FloatArray, objective: FloatArray) -> None:
        """Take neighbouring trials in.

        Parameters
        ----------
        first
            Number of the first one.
        status, objective
            float64 of shape (k,): how each ended, and the value of the first objective.
        """
        self._waiting[first] = status.copy(), objective.copy()
        while self.seen in self._waiting:
            status, objective = self._waiting.pop(self.seen)
            probed = status[: max(0, self._probed - self.seen)]
            self._failed += int(np.count_nonzero(probed == FAILED))
            self._early_stop.follow(np.where(status == COMPLETE, objective, np.nan))
            self.seen += len(status)
