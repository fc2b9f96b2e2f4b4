"""The best of many Sharpe ratios, less what the best of as many coin tosses would show."""

from __future__ import annotations

import math
from statistics import NormalDist

from btbot.trust.probabilistic_sharpe import probabilistic_sharpe

_NORMAL = NormalDist()
_EULER = 0.5772156649015329  # Euler-Mascheroni


def expected_maximum(trials: float) -> float:
    """Return the expected largest of `trials` independent standard normal draws.

    Parameters
    ----------
    trials
        1 or more; need not be whole, as an effective number of trials is not.

    Returns
    -------
    Standard deviations, 0 for one trial. The approximation of the paper, 0.02 to 0.04 above the exact value.

    References
    ----------
    Bailey, D. H. and Lopez de Prado, M. (2014), The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5).

    Examples
    --------
    >>> round(expected_maximum(10), 2)
    1.57
    """
    if trials <= 1.0:
        return 0.0
    first = _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    second = _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return max((1.0 - _EULER) * first + _EULER * second, 0.0)


def expected_max_sharpe(trials: float, variance: float) -> float:
    """Return the Sharpe ratio that the best of `trials` independent worthless strategies is expected to show.

    Parameters
    ----------
    trials
        Number of independent trials.
    variance
        Of their Sharpe ratios, in the period of the ratio that is returned.
    """
    return math.sqrt(variance) * expected_maximum(trials)


def deflated_sharpe(
    sharpe: float, *, trials: float, variance: float, observations: int, skewness: float, kurtosis: float
) -> float:
    """Return the probability that the true Sharpe ratio exceeds what luck alone makes of the best trial.

    Parameters
    ----------
    sharpe
        Of the chosen trial, of one period, not annual.
    trials
        Number of independent trials among which it was chosen.
    variance
        Of the trials' Sharpe ratios, of one period.
    observations, skewness, kurtosis
        Of the returns of the chosen trial.

    Returns
    -------
    In [0, 1]; NaN where `probabilistic_sharpe` is.

    References
    ----------
    Bailey, D. H. and Lopez de Prado, M. (2014), The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5).

    Examples
    --------
    The paper's: an annual 2.5 over 1,250 days, the best of 100 trials whose annual ratios have a variance of 1/2.

    >>> daily = 2.5 / 250**0.5
    >>> round(deflated_sharpe(daily, trials=100, variance=0.5 / 250, observations=1250, skewness=-3, kurtosis=10), 4)
    0.9004
    """
    luck = expected_max_sharpe(trials, variance)
    return probabilistic_sharpe(sharpe, luck, observations=observations, skewness=skewness, kurtosis=kurtosis)
