"""Which trials are not worth the rest of the bars, by what they gave on the first of them.

Decided by the first trials alone, once: the verdict on a trial depends neither on who was faster nor on where a search
was interrupted.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from btbot.search.dimension import FloatArray


def bar(early: FloatArray, *, keep: float, maximize: bool) -> float:
    """Return the value on the first bars that a trial must reach to go on.

    Parameters
    ----------
    early
        float64 of shape (n,): the objective of the first trials on the first bars, NaN where it is not defined.
    keep
        Share of them that would have gone on, in (0, 1].
    maximize
        Whether more is better.

    Returns
    -------
    NaN, which lets every trial go on, if too few of them have a value.

    Examples
    --------
    >>> bar(np.array([0.1, 0.9, np.nan, 0.5]), keep=0.5, maximize=True)
    0.5
    """
    wanted = max(1, math.ceil(keep * len(early)))
    known = np.sort(early[~np.isnan(early)])
    if len(known) < wanted:
        return math.nan
    return float(known[-wanted] if maximize else known[wanted - 1])


def goes_on(early: FloatArray, bar: float, *, maximize: bool) -> npt.NDArray[np.bool_]:
    """Return which trials reach the bar; one without a value does not, unless the bar is NaN.

    Examples
    --------
    >>> goes_on(np.array([0.4, 0.5, np.nan]), 0.5, maximize=True)
    array([False,  True, False])
    """
    if math.isnan(bar):
        return np.ones(len(early), dtype=bool)
    return early >= bar if maximize else early <= bar
