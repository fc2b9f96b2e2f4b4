"""A share of equity that is lost if the stop is hit."""

from __future__ import annotations


def fixed_risk(equity: float, risk: float, stop_distance: float) -> float:
    """Return the size at which the way to the stop costs a given share of equity.

    Fees, slippage and gaps through the stop come on top of that loss.

    Parameters
    ----------
    equity
        Cash plus the value of all positions at the decision, quote currency.
    risk
        Share of equity at risk as a fraction, (0, 1).
    stop_distance
        Distance of the stop from the price at the decision, quote currency per unit of base, > 0.

    Returns
    -------
    ``equity * risk / stop_distance``, base currency; 0 if equity is negative or the distance is 0, negative
    or NaN, since without a stop no size has that risk.

    References
    ----------
    Tharp (1998), Trade Your Way to Financial Freedom, "percent risk model".

    Examples
    --------
    >>> fixed_risk(10_000.0, 0.01, 50.0), fixed_risk(10_000.0, 0.01, 0.0)
    (2.0, 0.0)
    """
    if not stop_distance > 0.0:
        return 0.0
    return max(0.0, equity * risk / stop_distance)
