"""Resample days in blocks, so that what hangs together in time stays together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray

Weights = npt.NDArray[np.float32]
_LEAST_VARIANCE = np.float32(1e-4)  # of a draw, in variances of the column: what is below is rounding
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
    taken = rng.integers(0, observations, (draws, observations))
    if block > 1.0:
        place = np.arange(observations)
        jumps = rng.random((draws, observations)) < 1.0 / block
        jumps[:, 0] = True
        began = np.maximum.accumulate(np.where(jumps, place, 0), axis=1)
        taken = (np.take_along_axis(taken, began, axis=1) + place - began) % observations
    taken += np.arange(draws)[:, None] * observations
    return np.bincount(taken.ravel(), minlength=draws * observations).reshape(draws, observations)


def resampled(returns: FloatArray, weights: Weights) -> tuple[Weights, Weights]:
    """Return what strategies of no skill would have shown in each draw: mean returns, and t-statistics.

    Every column is moved to a mean of 0 before it is resampled. The columns are resampled on the same days, so they
    stay as correlated as they are. A t-statistic takes the standard deviation of its own draw, as the one that is
    observed took that of the observed days: a strategy of many small gains and a few large losses has both a high mean
    and a low deviation where the losses happen to be missing, and would otherwise seem to have skill.

    Parameters
    ----------
    returns
        Shape (d, n), one column a strategy; none of them constant.
    weights
        Shape (b, d), from `resampling_weights`.

    Returns
    -------
    Two float32 arrays of shape (b, n): the means in standard errors of the original column, and the t-statistics.

    References
    ----------
    Hall, P. (1992), The Bootstrap and Edgeworth Expansion, chapter 3: the percentile-t method.
    """
    days = len(returns)
    standard = ((returns - returns.mean(axis=0)) / returns.std(axis=0)).astype(np.float32)
    means: Weights = weights @ standard / np.float32(days)
    variances = weights @ standard**2
    variances /= np.float32(days)
    variances -= means**2
    np.maximum(variances, _LEAST_VARIANCE, out=variances)
    root = np.float32(np.sqrt(days - 1.0))
    means *= root
    return means, means / np.sqrt(variances, out=variances)
