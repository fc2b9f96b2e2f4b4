"""The best t-statistics that a search finds where there is nothing to find."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.trust.bootstrap import Weights


def best_scores_of_luck(statistics: FloatArray, scores: Weights, *, observations: int) -> npt.NDArray[np.float32]:
    """Return the largest t-statistic of each draw in a world in which no strategy has an edge.

    This is the null distribution of Hansen's test of superior predictive ability (the consistent one): strategies
    that are certainly worthless keep their bad mean, so that adding hopeless ones to a search does not hide a good
    one; all others are given a mean of 0. Here the standard error of a mean is that of the Sharpe ratio, standard
    deviation over the root of the number of days, in the data as in each draw; what dependence between days adds to it
    shows in the draws.

    Parameters
    ----------
    statistics
        float64 of shape (n,), t-statistic of each strategy's mean return.
    scores
        Shape (b, n), the resampled t-statistics, from `bootstrap.resampled`.
    observations
        Number of returns behind each statistic.

    Returns
    -------
    float32 of shape (b,), never below 0.

    References
    ----------
    Hansen, P. R. (2005), A Test for Superior Predictive Ability, Journal of Business and Economic Statistics 23(4).

    Examples
    --------
    The second strategy is so bad that it does not count.

    >>> statistics, scores = np.array([1.0, -9.0]), np.array([[0.5, 3.0], [-0.5, 1.0]], np.float32)
    >>> best_scores_of_luck(statistics, scores, observations=1000).tolist()
    [0.5, 0.0]
    """
    hopeless = -math.sqrt(2.0 * math.log(math.log(max(observations, 3))))
    kept = np.where(statistics < hopeless, statistics, 0.0).astype(np.float32)
    best: npt.NDArray[np.float32] = np.maximum((scores + kept).max(axis=1), 0.0)
    return best
