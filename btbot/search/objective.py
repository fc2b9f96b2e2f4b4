"""Which trials are better: by one objective a ranking, by several the Pareto front before the rest."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from btbot.config.search import Direction
from btbot.search.dimension import FloatArray, IntArray


def ranked(values: FloatArray, directions: Sequence[Direction], status: npt.NDArray[np.integer]) -> IntArray:
    """Return the numbers of all trials, the best first.

    Those of status 0, complete, come before all others, which follow by status. With several objectives the Pareto
    front comes first; both it and what is behind it are ordered by the sum of the ranks in each objective.

    Parameters
    ----------
    values
        float64 of shape (n, number of objectives); a NaN ranks behind every number.
    directions
        ``maximize`` or ``minimize`` for each objective.
    status
        Integers of shape (n,): 0 for a complete trial, larger for worse endings.

    Returns
    -------
    int64 of shape (n,); equal trials keep their order.

    Examples
    --------
    >>> ranked(np.array([[1.0], [np.nan], [3.0], [9.0]]), ["maximize"], np.array([0, 0, 0, 2]))
    array([2, 0, 1, 3])
    """
    losses = _losses(values, directions)
    if len(directions) == 1:
        # NaN sorts behind every number.
        return np.lexsort((losses[:, 0], status)).astype(np.int64)
    behind = np.ones(len(values), dtype=bool)
    behind[pareto_front(values, directions, status == 0)] = False
    return np.lexsort((_summed_ranks(losses), behind, status)).astype(np.int64)


def pareto_front(values: FloatArray, directions: Sequence[Direction], usable: npt.NDArray[np.bool_]) -> IntArray:
    """Return the trials that no other one equals or beats in every objective and beats in one.

    Parameters
    ----------
    values
        float64 of shape (n, k) for one to three objectives.
    directions
        ``maximize`` or ``minimize`` for each objective.
    usable
        bool of shape (n,): others do not count, nor do trials with a NaN.

    Returns
    -------
    int64, ascending. Trials that are equal in every objective are in it together.

    References
    ----------
    Kung, H. T., Luccio, F. and Preparata, F. P. (1975), On Finding the Maxima of a Set of Vectors, Journal of the ACM
    22(4): sorted by the first objective, a stair of the other two tells who is beaten, in O(n log n).

    Examples
    --------
    >>> values = np.array([[1.0, 5.0], [2.0, 4.0], [1.5, 3.0], [2.0, 4.0]])
    >>> pareto_front(values, ["maximize", "maximize"], np.ones(4, dtype=bool))
    array([0, 1, 3])
    """
    numbers = np.flatnonzero(usable & ~np.isnan(values).any(axis=1))
    losses = np.zeros((len(numbers), 3))
    losses[:, : values.shape[1]] = _losses(values, directions)[numbers]
    order = np.lexsort((losses[:, 2], losses[:, 1], losses[:, 0]))
    kept = _unbeaten(losses[order])
    return np.sort(numbers[order[kept]]).astype(np.int64)


def _unbeaten(losses: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which rows, sorted by all three columns, no earlier row equals or undercuts in every column."""
    kept = np.zeros(len(losses), dtype=bool)
    # The stair: second losses ascending, third losses descending, of rows that may beat later ones.
    seconds: list[float] = []
    thirds: list[float] = []
    last, verdict = None, False
    for row, (first, second, third) in enumerate(losses.tolist()):
        if (first, second, third) != last:
            last = (first, second, third)
            at = bisect_left(seconds, second)
            if at < len(seconds) and seconds[at] == second:
                at += 1
            verdict = not (at and thirds[at - 1] <= third)
            if verdict:
                _step_in(seconds, thirds, second, third)
        kept[row] = verdict
    return kept


def _step_in(seconds: list[float], thirds: list[float], second: float, third: float) -> None:
    """Put a step into the stair and take out those that it makes needless."""
    begin = end = bisect_left(seconds, second)
    while end < len(seconds) and thirds[end] >= third:
        end += 1
    seconds[begin:end], thirds[begin:end] = [second], [third]


def _losses(values: FloatArray, directions: Sequence[Direction]) -> FloatArray:
    """Return values of which less is better."""
    signs = np.array([-1.0 if direction == "maximize" else 1.0 for direction in directions])
    losses: FloatArray = values * signs
    return losses


def _summed_ranks(losses: FloatArray) -> FloatArray:
    """Return the sum over objectives of how many trials are better, equal ones sharing a rank; NaN is the last."""
    total = np.zeros(len(losses))
    for column in losses.T:
        total += np.searchsorted(np.sort(column), column)
    return total
