"""What the account risked, and what it earned for that.

Ratios take daily returns and a risk-free rate of 0. Volatility, Sharpe and Sortino equal those of
quantstats for the same daily returns and ``periods=periods_per_year``. Where they do not, the function says
why.
"""

from __future__ import annotations

import math

import numpy as np

from btbot.bars import FloatArray

# A daily return is a ratio near 1 less 1: whatever varies by less than this is rounding.
_ROUNDING = 1e-15


def volatility(daily: FloatArray, *, periods_per_year: float) -> float:
    """Return the sample standard deviation (n - 1) of the daily returns times the root of the days of a year.

    Parameters
    ----------
    daily
        float64 of shape (d,), fractions.
    periods_per_year
        Trading days of a year: 365 or 252.

    Returns
    -------
    A fraction, 0 for constant equity, NaN with fewer than two days.
    """
    if len(daily) < 2:
        return math.nan
    deviation = float(np.std(daily, ddof=1))
    return deviation * math.sqrt(periods_per_year) if deviation > _ROUNDING else 0.0


def sharpe(daily: FloatArray, *, periods_per_year: float) -> float:
    """Return the mean daily return over its sample standard deviation, times the root of the days of a year.

    Returns
    -------
    NaN with fewer than two days or if the returns do not vary (quantstats shows infinity or rounding there).

    References
    ----------
    Sharpe, W. F. (1994), The Sharpe Ratio, Journal of Portfolio Management 21(1).

    Examples
    --------
    >>> sharpe(np.array([0.03, -0.01]), periods_per_year=2)
    0.5
    """
    deviation = volatility(daily, periods_per_year=1.0)
    if math.isnan(deviation) or deviation == 0.0:
        return math.nan
    return float(np.mean(daily)) / deviation * math.sqrt(periods_per_year)


def sortino(daily: FloatArray, *, periods_per_year: float) -> float:
    """Return the mean daily return over the downside deviation, times the root of the days of a year.

    The downside deviation is the root of the mean over **all** days of the squared negative returns.

    Returns
    -------
    NaN without a day or without a losing one.

    References
    ----------
    Sortino, F. A. and Price, L. N. (1994), Performance Measurement in a Downside Risk Framework, Journal of
    Investing 3(3), with a minimum acceptable return of 0.

    Examples
    --------
    >>> round(sortino(np.array([0.03, -0.02, 0.0, 0.03]), periods_per_year=4), 12)
    2.0
    """
    if not len(daily):
        return math.nan
    downside = math.sqrt(float(np.mean(np.minimum(daily, 0.0) ** 2)))
    if downside <= _ROUNDING:
        return math.nan
    return float(np.mean(daily)) / downside * math.sqrt(periods_per_year)


def calmar(growth: float, max_drawdown: float) -> float:
    """Return the CAGR over the maximum drawdown of the whole run.

    The drawdown is the one at bar closes; quantstats takes that of daily closes, which is never deeper, so
    its value is the larger one wherever bars are shorter than a day.

    Returns
    -------
    NaN without a drawdown.

    References
    ----------
    Young, T. W. (1991), Calmar Ratio: A Smoother Tool, Futures 20(1); he takes the last 36 months.
    """
    return growth / max_drawdown if max_drawdown > 0.0 else math.nan


def recovery_factor(gain: float, max_drawdown: float) -> float:
    """Return the total return over the maximum drawdown, both fractions.

    quantstats divides the absolute sum of the daily returns instead, so that a loss looks like a gain there.

    Returns
    -------
    NaN without a drawdown; negative for a losing run.
    """
    return gain / max_drawdown if max_drawdown > 0.0 else math.nan


def value_at_risk(daily: FloatArray, *, confidence: float = 0.95) -> float:
    """Return the daily loss that was exceeded on a share ``1 - confidence`` of the days.

    Historical: the quantile of the returns themselves, interpolated linearly. The tearsheet's value is that
    of a normal distribution with the same mean and deviation.

    Parameters
    ----------
    daily
        float64 of shape (d,), fractions.
    confidence
        In (0, 1).

    Returns
    -------
    A fraction, positive for a loss; negative if even the worst days gained; NaN without a day.

    References
    ----------
    Jorion, P. (2006), Value at Risk, 3rd edition: historical simulation.

    Examples
    --------
    >>> value_at_risk(np.array([-0.04, -0.02, 0.0, 0.02, 0.04]), confidence=0.75)
    0.02
    """
    return 0.0 - float(np.quantile(daily, 1.0 - confidence)) if len(daily) else math.nan


def expected_shortfall(daily: FloatArray, *, confidence: float = 0.95) -> float:
    """Return the mean loss of the days on which the value at risk was reached or exceeded.

    Equals ``quantstats.stats.cvar(daily, method="historical")`` with the sign turned; the tearsheet's value
    is that of a normal distribution.

    Returns
    -------
    A fraction, positive for a loss, never below `value_at_risk`; NaN without a day.

    References
    ----------
    Acerbi, C. and Tasche, D. (2002), Expected Shortfall: a natural coherent alternative to Value at Risk.

    Examples
    --------
    >>> round(expected_shortfall(np.array([-0.04, -0.02, 0.0, 0.02, 0.04]), confidence=0.75), 12)
    0.03
    """
    if not len(daily):
        return math.nan
    return 0.0 - float(np.mean(daily[daily <= np.quantile(daily, 1.0 - confidence)]))
