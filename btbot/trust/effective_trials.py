"""How many independent trials a search over similar settings amounts to."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from btbot.trust.bootstrap import Weights

_HALVINGS = 3
_SHUFFLES = 4
_FEWEST = 16


def effective_trials(maxima: npt.NDArray[np.floating]) -> float:
    """Return the number of independent trials whose best behaves like the best of these correlated ones.

    The largest of N independent standard normal numbers has the distribution function ``Phi(x) ** N``; the result is
    the N under which the given maxima are most likely. So the correlation of the strategies' returns enters as it
    is, without assuming one and the same for all pairs.

    Parameters
    ----------
    maxima
        Shape (b,), the largest of the standardised means of each draw from a world without an edge.

    Returns
    -------
    1 or more.

    References
    ----------
    Dudbridge, F. and Gusnanto, A. (2008), Estimation of Significance Thresholds for Genomewide Association Scans,
    Genetic Epidemiology 32(3): the effective number of tests from the smallest p-values of permuted data.

    Examples
    --------
    >>> draws = np.random.default_rng(0).standard_normal((20_000, 50))
    >>> 49.0 < effective_trials(draws.max(axis=1)) < 51.0
    True
    >>> same = draws[:, :1].repeat(50, axis=1)
    >>> 0.97 < effective_trials(same.max(axis=1)) < 1.03
    True
    """
    return max(1.0, -1.0 / float(np.mean(log_ndtr(maxima.astype(np.float64)))))


def growth(means: Weights, *, rng: np.random.Generator) -> float:
    """Return the power of the number of trials with which their effective number grows.

    1 where each further trial is something new, near 0 where it lies between others that were tried already.
    Measured by halving the trials at random and halving them again.

    Parameters
    ----------
    means
        Shape (b, n), from `bootstrap.resampled`; the columns are a random sample of the trials.

    Returns
    -------
    In [0, 1]; 1 for fewer than 16 trials, which are too few to measure it.

    References
    ----------
    Dudbridge, F. and Gusnanto, A. (2008), as for `effective_trials`: the number at a higher density of tests,
    extrapolated from subsamples.
    """
    count = means.shape[1]
    if count < _FEWEST:
        return 1.0
    sizes = [count >> halving for halving in range(_HALVINGS + 1)]
    logarithms = np.zeros(len(sizes))
    for _ in range(_SHUFFLES):
        shuffled = means[:, rng.permutation(count)]
        logarithms += [math.log(effective_trials(shuffled[:, :size].max(axis=1))) for size in sizes]
    slope = np.polyfit(np.log(sizes), logarithms / _SHUFFLES, 1)[0]
    return float(np.clip(slope, 0.0, 1.0))
