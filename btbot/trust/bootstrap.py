"""Resample days in blocks, so that what hangs together in time stays together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray

Weights = npt.NDArray[np.float32]
_AT_ONCE = 2**21  # observations drawn at a time: bounds the memory, changes no result


def resampling_weights(observations: int, draws: int, *, block: float, rng: np.random.Generator) -> Weights:
    """Return how often each observation occurs in each draw of a stationary bootstrap.

    A draw of d observations begins at a random one and goes on to the next, the first following the last; before each
    step it jumps to a random one with probability ``1 / block``. The mean of a draw is one row of the result times
    the series over d, so that all draws of many series are a single product of matrices.

    Parameters
    ----------
    observations
        Length d of the series.
    draws
        Number of draws b.
    block
        Expected length of a block, 1 or more.

    Returns
    -------
    float32 of shape (b, d); every row sums to d.

    References
    ----------
    Politis, D. N. and Romano, J. P. (1994), The Stationary Bootstrap, Journal of the American Statistical
    Association 89(428).

    Examples
    --------
    >>> resampling_weights(5, 3, block=2.0, rng=np.random.default_rng(0)).sum(axis=1).tolist()
    [5.0, 5.0, 5.0]
    """
    weights = np.empty((draws, observations), np.float32)
    step = max(1, _AT_ONCE // observations)
    for first in range(0, draws, step):
        part = weights[first : first + step]
        part[:] = _counts(len(part), observations, block, rng)
    return weights


def _counts(draws: int, observations: int, block: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    place = np.arange(observations)
    jumps = rng.random((draws, observations)) < 1.0 / block
    jumps[:, 0] = True
    began = np.maximum.accumulate(np.where(jumps, place, 0), axis=1)
    start = rng.integers(0, observations, (draws, observations))
    taken = (np.take_along_axis(start, began, axis=1) + place - began) % observations
    taken += np.arange(draws)[:, None] * observations
    return np.bincount(taken.ravel(), minlength=draws * observations).reshape(draws, observations)


def resampled_scores(returns: FloatArray, weights: Weights) -> Weights:
    """Return the t-statistics that strategies of no skill would have shown in each draw.

    Every column is moved to a mean of 0 before it is resampled; its mean in a draw is measured in standard errors
    of the original. The columns are resampled on the same days, so they stay as correlated as they are.

    Parameters
    ----------
    returns
        Shape (d, n), one column a strategy; none of them constant.
    weights
        Shape (b, d), from `resampling_weights`.

    Returns
    -------
    float32 of shape (b, n).
    """
    centred = returns - returns.mean(axis=0)
    centred *= np.sqrt(len(returns)) / (returns.std(axis=0, ddof=1) * len(returns))
    scores: Weights = weights @ centred.astype(np.float32)
    return scores
