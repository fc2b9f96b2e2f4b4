"""A position that is small when the market is wild and large when it is calm."""

from __future__ import annotations


def volatility_target(
    equity: float, close: float, annual_volatility: float, realized: float, max_exposure: float
) -> float:
    """Return the size at which the position's volatility is a given share of equity a year.

    Parameters
    ----------
    equity
        Cash plus the value of all positions at the decision, quote currency.
    close
        Price at the decision, quote currency, > 0.
    annual_volatility
        Wanted volatility as a fraction a year, > 0.
    realized
        Volatility of the market as a fraction a year, >= 0; NaN while too few bars are known.
    max_exposure
        Largest value of the position as a multiple of equity, > 0. It also is the exposure in a market that
        did not move at all.

    Returns
    -------
    ``equity * min(annual_volatility / realized, max_exposure) / close``, base currency; 0 if equity is
    negative or `realized` is NaN.

    References
    ----------
    Carver (2015), Systematic Trading, chapters 9 and 10.
    Moskowitz, Ooi and Pedersen (2012), Time Series Momentum, Journal of Financial Economics 104(2).

    Examples
    --------
    >>> volatility_target(10_000.0, 100.0, 0.2, 0.8, 1.0)
    25.0
    """
    if not realized >= 0.0:
        return 0.0
    exposure = min(annual_volatility / realized, max_exposure) if realized > 0.0 else max_exposure
    return max(0.0, equity * exposure / close)
