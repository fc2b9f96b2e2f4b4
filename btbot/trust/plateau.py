"""Whether the best setting stands on a plain or on a peak."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from btbot.bars import FloatArray, IntArray

_APART = 1e9  # steps between words: nothing lies between them
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """What the trials took for one parameter.

    Parameters
    ----------
    values
        float64 of shape (n,); of words their number.
    low, high
        Least and largest value that was allowed.
    size
        How many values there are in between, both included; None for any number.
    log
        Whether distances are those of the logarithms.
    ordered
        False for words, of which none is nearer than another.
    """

    values: FloatArray
    low: float
    high: float
    size: int | None = None
    log: bool = False
    ordered: bool = True

    def places(self, levels: float) -> FloatArray:
        """Return the values as places on a scale of so many levels a step apart, float64 of shape (n,)."""
        if not self.ordered:
            return self.values * _APART
        if not self.high > self.low:
            return np.zeros(len(self.values))
        steps = (levels if self.size is None else min(levels, self.size)) - 1.0
        shares = (self.values - self.low) / (self.high - self.low)
        if self.log:
            shares = np.log(self.values / self.low) / math.log(self.high / self.low)
        return shares * steps


@dataclass(frozen=True, slots=True, eq=False)
class Plateau:
    """The best setting and those around it.

    Parameters
    ----------
    ratio
        Share of the best setting's lead over the median setting that its median neighbour keeps: 1 on a plain, 0 where
        the neighbours are no better than any setting, negative where they are worse; NaN without neighbours or lead.
    neighbours
        int64 of shape (k,), positions of the neighbours among the trials, the nearest first.
    """

    ratio: float
    neighbours: IntArray


def plateau(axes: Sequence[Axis], objective: FloatArray, best: int) -> Plateau:
    """Compare the best trial with the trials around it.

    A neighbour is at most one step away in every parameter. A step is the distance at which as many trials would lie
    apart if they were spread evenly over the space, and never less than that of adjacent values; so on a grid the
    neighbours are the adjacent points, and of trials drawn at random there are about as many. If there are fewer than
    parameters, the nearest trials take their place.

    The lead is measured from the median trial, not from zero, so that the ratio is the same for an objective that is
    minimised, that is negative, or that has another unit.

    Parameters
    ----------
    axes
        The parameters that were searched, with values of shape (n,).
    objective
        float64 of shape (n,); NaN for a trial that does not count.
    best
        Position of the best trial.

    Examples
    --------
    The neighbours of 3 are 2 and 4; the median of all is 1.

    >>> axis = Axis(np.arange(1.0, 8.0), 1.0, 7.0, size=7)
    >>> found = plateau([axis], np.array([1.0, 4.0, 5.0, 3.0, 1.0, 0.0, 1.0]), 2)
    >>> found.neighbours.tolist(), found.ratio
    ([1, 3], 0.625)
    """
    known = np.flatnonzero(np.isfinite(objective))
    levels = len(known) ** (1.0 / max(len(axes), 1))
    distance = np.zeros(len(objective))
    for axis in axes:
        places = axis.places(levels)
        np.maximum(distance, np.abs(places - places[best]), out=distance)
    others = known[known != best]
    others = others[np.argsort(distance[others], kind="stable")]
    near = int(np.searchsorted(distance[others], 1.0 + _ROUNDING, side="right"))
    neighbours = others[: max(near, len(axes))]
    if not len(neighbours) or not np.isfinite(objective[best]):
        return Plateau(math.nan, neighbours)
    middle = float(np.median(objective[known]))
    lead = float(objective[best]) - middle
    kept = float(np.median(objective[neighbours])) - middle
    return Plateau(kept / lead if lead else math.nan, neighbours)
