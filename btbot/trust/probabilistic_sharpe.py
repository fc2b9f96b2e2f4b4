"""How sure one may be that a strategy's true Sharpe ratio is above a threshold."""

from __future__ import annotations

import math
from statistics import NormalDist

_NORMAL = NormalDist()


def probabilistic_sharpe(
    sharpe: float, threshold: float, *, observations: int, skewness: float, kurtosis: float
) -> float:
    """Return the probability that the true Sharpe ratio exceeds `threshold`.

    Parameters
    ----------
    sharpe, threshold
        Ratios of one period, not annual ones: of one day where the observations are days.
    observations
        Number of returns behind `sharpe`.
    skewness, kurtosis
        Of these returns; 0 and 3 for a normal distribution.

    Returns
    -------
    In [0, 1]; NaN with fewer than two observations or where the moments leave no variance to the estimate.

    References
    ----------
    Bailey, D. H. and Lopez de Prado, M. (2012), The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2).

    Examples
    --------
    >>> round(probabilistic_sharpe(0.458, 0.0, observations=24, skewness=-2.448, kurtosis=10.164), 3)
    0.913
    """
    variance = estimation_variance(sharpe, skewness, kurtosis)
    if observations < 2 or not variance > 0.0:
        return math.nan
    return _NORMAL.cdf((sharpe - threshold) * math.sqrt((observations - 1) / variance))


def minimum_track_record(
    sharpe: float, threshold: float, *, skewness: float, kurtosis: float, confidence: float = 0.95
) -> float:
    """Return the number of observations from which `sharpe` shows that the true ratio exceeds `threshold`.

    Returns
    -------
    A number of periods; infinity if `sharpe` is not above `threshold`.

    References
    ----------
    Bailey, D. H. and Lopez de Prado, M. (2012), The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2).

    Examples
    --------
    A monthly ratio of an annual 2 against an annual 1, normal returns: 3.24 years.

    >>> year = 12
    >>> round(minimum_track_record(2 / year**0.5, 1 / year**0.5, skewness=0.0, kurtosis=3.0) / year, 2)
    3.24
    """
    if not sharpe > threshold:
        return math.inf
    score = _NORMAL.inv_cdf(confidence) / (sharpe - threshold)
    return 1.0 + estimation_variance(sharpe, skewness, kurtosis) * score**2


def estimation_variance(sharpe: float, skewness: float, kurtosis: float) -> float:
    """Return the variance of an estimated Sharpe ratio times the number of observations less one.

    It is 1 for a ratio of 0, whatever the distribution of the returns.
    """
    return 1.0 - skewness * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2
