"""How long the blocks of a bootstrap have to be for the memory that a series has."""

from __future__ import annotations

import math

import numpy as np

from btbot.bars import FloatArray


def block_length(series: FloatArray) -> float:
    """Return the expected block length with which a stationary bootstrap estimates the variance of the mean best.

    Parameters
    ----------
    series
        float64 of shape (d,), in the order of time.

    Returns
    -------
    Observations, from 1 (a series without memory, or one too short to show any) to the least of 3 times the root of
    d and a third of d; not rounded.

    References
    ----------
    Politis, D. N. and White, H. (2004), Automatic Block-Length Selection for the Dependent Bootstrap, Econometric
    Reviews 23(1), as corrected by Patton, A., Politis, D. N. and White, H. (2009), Econometric Reviews 28(4).

    Examples
    --------
    >>> block_length(np.tile([1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, -1.0], 3)[:11])
    1.0
    """
    count = len(series)
    if count < 12 or not np.ptp(series) > 0.0:
        return 1.0
    run = max(5, int(math.log10(count)))
    most = math.ceil(math.sqrt(count)) + run
    covariance = _autocovariance(series, most)
    width = min(2 * _memory(covariance, count, run), most)
    lags = np.arange(1, width + 1)
    window = 2.0 * np.minimum(1.0, 2.0 * (1.0 - lags / width)) * covariance[lags]
    spectrum = float(covariance[0] + np.sum(window))
    slope = float(np.sum(window * lags))
    longest = math.ceil(min(3.0 * math.sqrt(count), count / 3.0))
    if spectrum <= 0.0:
        return float(longest)
    return float(np.clip((count * slope**2 / spectrum**2) ** (1.0 / 3.0), 1.0, longest))


def _autocovariance(series: FloatArray, most: int) -> FloatArray:
    """Return the autocovariances of lag 0 to `most`, each divided by the number of observations."""
    centred = series - np.mean(series)
    products = [float(centred[lag:] @ centred[: len(centred) - lag]) for lag in range(most + 1)]
    return np.array(products) / len(series)


def _memory(covariance: FloatArray, count: int, run: int) -> int:
    """Return the first lag from which `run` autocorrelations in a row are too small to tell from none."""
    band = 2.0 * math.sqrt(math.log10(count) / count)
    small = np.abs(covariance[1:]) < band * covariance[0]
    calm = np.flatnonzero(np.convolve(small, np.ones(run), "valid") == run)
    return int(calm[0]) + 1 if len(calm) else len(small)
