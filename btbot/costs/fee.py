"""The exchange's fee for a fill."""

from __future__ import annotations


def fee(notional: float, rate: float) -> float:
    """Return the fee of a fill, in quote currency.

    Works elementwise on arrays.

    Parameters
    ----------
    notional
        Size times fill price, quote currency; the sign is ignored.
    rate
        Maker or taker rate as a fraction (0.001 is 0.1 %), [0, 1).

    Returns
    -------
    Quote currency, >= 0.

    Examples
    --------
    >>> fee(-40000.0, 0.001)
    40.0
    """
    return abs(notional) * rate
