"""How likely it is that a search finds this much where there is nothing to find."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from btbot.trust.reality_check import p_value

Verdict = Literal["skill", "unproven", "luck"]
SKILL = 0.05
"""Up to this probability of luck a search counts as skill: of searches on noise one in twenty does."""
LUCK = 0.5
"""From this probability on it counts as luck: every second search on noise finds more."""
_TAIL = 50  # draws: so many of the highest ones shape the tail


def luck_probability(maxima: npt.NDArray[np.floating], statistic: float, *, searches: float = 1.0) -> float:
    """Return the probability that the best find of so many searches on noise is at least this good.

    Parameters
    ----------
    maxima
        Shape (b,), the best t-statistic of each draw of one such search, from `best_scores_of_luck`; at least 100.
    statistic
        The t-statistic that was found.
    searches
        To how many such searches all that was tried amounts, 1 or more.

    Returns
    -------
    In [0, 1]. Up to the fiftieth highest draw it is counted; beyond that, where few draws lie, the probability is
    taken to fall exponentially, as the highest fifty do on average.

    References
    ----------
    Knijnenburg, T. A., Wessels, L. F. A., Reinders, M. J. T. and Shmulevich, I. (2009), Fewer Permutations, More
    Accurate P-values, Bioinformatics 25(12): the tail as a generalised Pareto distribution, here of shape 0, to which
    that of normal maxima belongs in the limit.

    Examples
    --------
    >>> maxima = np.linspace(-1.0, 3.0, 999)
    >>> round(luck_probability(maxima, 1.0), 3), round(luck_probability(maxima, 1.0, searches=2.0), 3)
    (0.5, 0.75)
    """
    highest = np.sort(maxima)[-_TAIL:]
    bar = float(highest[0])
    if statistic <= bar:
        single = p_value(maxima, statistic)
    else:
        excess = float(np.mean(highest)) - bar
        single = p_value(maxima, bar) * (math.exp((bar - statistic) / excess) if excess > 0.0 else 0.0)
    return -math.expm1(searches * math.log1p(-single)) if single < 1.0 else 1.0


def verdict(probability: float) -> Verdict:
    """Return what a probability of luck means.

    Examples
    --------
    >>> verdict(0.04), verdict(0.06), verdict(0.5), verdict(float("nan"))
    ('skill', 'unproven', 'luck', 'unproven')
    """
    if probability <= SKILL:
        return "skill"
    return "luck" if probability >= LUCK else "unproven"
