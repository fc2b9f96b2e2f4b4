"""The shape of a distribution of returns: asymmetry and tails."""

from __future__ import annotations

import math

import numpy as np

from btbot.bars import FloatArray


def skewness(returns: FloatArray) -> float:
    """Return the third standardised moment, the population's (divided by n).

    Parameters
    ----------
    returns
        float64 of shape (d,).

    Returns
    -------
    0 for a symmetric distribution, negative with a long tail of losses; NaN if the returns do not vary.

    Examples
    --------
    >>> skewness(np.array([-1.0, 0.0, 1.0]))
    0.0
    """
    return _standardised(returns, 3)


def kurtosis(returns: FloatArray) -> float:
    """Return the fourth standardised moment, the population's: 3 for a normal distribution.

    Returns
    -------
    NaN if the returns do not vary.

    Examples
    --------
    >>> kurtosis(np.array([-1.0, 1.0]))
    1.0
    """
    return _standardised(returns, 4)


def _standardised(returns: FloatArray, order: int) -> float:
    if not len(returns):
        return math.nan
    centred = returns - np.mean(returns)
    variance = float(np.mean(centred**2))
    return float(np.mean(centred**order)) / variance ** (order / 2) if variance > 1e-30 else math.nan
