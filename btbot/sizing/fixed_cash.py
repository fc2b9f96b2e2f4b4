"""The same amount of money each time."""

from __future__ import annotations


def fixed_cash(cash: float, close: float) -> float:
    """Return the size that an amount of money buys.

    Parameters
    ----------
    cash
        Amount, quote currency.
    close
        Price at the decision, quote currency, > 0.

    Returns
    -------
    ``cash / close``, base currency; 0 if `cash` is negative.

    Examples
    --------
    >>> fixed_cash(1000.0, 40_000.0)
    0.025
    """
    return max(0.0, cash / close)
