"""When the exchange closes positions by force."""

from __future__ import annotations


def liquidated(equity: float, maintenance_margin: float, notional: float) -> bool:
    """Return whether equity no longer covers the maintenance margin.

    Parameters
    ----------
    equity
        Cash plus the value of all positions at the price in question, quote currency.
    maintenance_margin
        Fraction of the positions' value that equity must reach, [0, 1).
    notional
        Sum of the values of open positions at that price, longs and shorts alike, quote currency, >= 0.

    Returns
    -------
    True if equity is strictly below ``maintenance_margin * notional``; False without a position.

    Examples
    --------
    >>> liquidated(49.0, 0.005, 10_000.0), liquidated(50.0, 0.005, 10_000.0)
    (True, False)
    """
    return (notional > 0.0) & (equity < maintenance_margin * notional)
