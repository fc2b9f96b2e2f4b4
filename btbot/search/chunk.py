"""Neighbouring trials that are evaluated in one go, wherever that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from btbot.bars import FloatArray
from btbot.search.store import Failure

KILLER = "killed its worker: the process died each time while it ran this setting (out of memory, or a crash)"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a chunk.

    Parameters
    ----------
    rows
        float64 of shape (k, width of the layout).
    failures
        Number and text of the trials that raised, in order.
    seconds
        How long it took.
    """

    rows: FloatArray
    failures: list[Failure]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Neighbouring trials.

    Parameters
    ----------
    first
        Number of the first one.
    values
        float64 of shape (k, number of dimensions): what each tries.
    bar
        Value on the first bars that a trial must reach to go on; NaN lets all go on, None does without a first look.
    """

    first: int
    values: FloatArray
    bar: float | None = None

    def __len__(self) -> int:
        return len(self.values)

    def done(self, bench: Any) -> Outcome:
        """Evaluate it with a `Bench`."""
        outcome: Outcome = bench.evaluate(self)
        return outcome

    def parts(self) -> list[Chunk]:
        """Return a chunk for each trial."""
        return [Chunk(self.first + at, self.values[at : at + 1], self.bar) for at in range(len(self))]

    def lost(self, bench: Any) -> Outcome:
        """Return the outcome of a single trial that killed its worker."""
        rows = bench.failed(self.values)
        return Outcome(rows, [(self.first + at, KILLER) for at in range(len(self))], 0.0)


def row_order(values: FloatArray) -> Any:
    """Return the order in which equal rows are neighbours, those of the first columns first.

    Examples
    --------
    >>> row_order(np.array([[2.0, 1.0], [1.0, 5.0], [2.0, 0.0]])).tolist()
    [1, 2, 0]
    """
    return np.lexsort(values.T[::-1]) if values.shape[1] else np.arange(len(values))
