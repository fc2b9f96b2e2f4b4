"""A share of equity."""

from __future__ import annotations


def percent(equity: float, close: float, percent: float) -> float:
    """Return the size whose value is a share of equity.

    Parameters
    ----------
    equity
        Cash plus the value of all positions at the decision, quote currency.
    close
        Price at the decision, quote currency, > 0.
    percent
        Share as a fraction (0.95 is 95 %), > 0; above 1 it needs leverage.

    Returns
    -------
    ``equity * percent / close``, base currency; 0 if equity is negative.

    Examples
    --------
    >>> percent(10_000.0, 400.0, 0.5)
    12.5
    """
    return max(0.0, equity * percent / close)
