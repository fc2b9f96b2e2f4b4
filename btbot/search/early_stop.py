"""When a search has gone long enough without a better best."""

from __future__ import annotations

import math

import numpy as np

from btbot.search.dimension import FloatArray


class EarlyStop:
    """Follows the trials in the order of their numbers, so that its verdict does not depend on who was faster.

    Parameters
    ----------
    patience
        End after so many trials without a better best; None: never.
    maximize
        Whether more is better.

    Attributes
    ----------
    best
        Best value so far, NaN before the first.
    end
        How many trials the search has, once it is known.
    """

    def __init__(self, patience: int | None, *, maximize: bool) -> None:
        self.best = math.nan
        self.end: int | None = None
        self._patience, self._maximize = patience, maximize
        self._seen = self._last_better = 0

    def follow(self, values: FloatArray) -> None:
        """Take the next trials in.

        Parameters
        ----------
        values
            float64 of shape (k,): the objective, NaN for a trial that gave nothing.

        Examples
        --------
        >>> rule = EarlyStop(3, maximize=True)
        >>> rule.follow(np.array([1.0, 2.0, 2.0, np.nan, 1.5, 9.0]))
        >>> rule.best, rule.end
        (2.0, 5)
        """
        if self.end is not None:
            return
        pick = np.fmax if self._maximize else np.fmin
        bests = pick.accumulate(np.concatenate([[self.best], values]))
        # The first value of all is better than none.
        better = np.flatnonzero((bests[1:] != bests[:-1]) & ~np.isnan(bests[1:])) + self._seen + 1
        marks = np.concatenate([[self._last_better], better, [self._seen + len(values) + 1]])
        late = np.flatnonzero(np.diff(marks) > self._patience) if self._patience else np.empty(0, dtype=np.int64)
        if len(late):
            self.end = int(marks[late[0]]) + int(self._patience or 0)
            bests = bests[: self.end - self._seen + 1]
        self.best = float(bests[-1])
        self._last_better = int(better[-1]) if len(better) else self._last_better
        self._seen += len(values)
