"""How much of an order one bar can fill."""

from __future__ import annotations


def fillable(remaining: float, volume: float, max_share: float) -> float:
    """Return the size that fills in a bar when orders may take only a share of its volume.

    Parameters
    ----------
    remaining
        Size not filled yet, base currency, >= 0.
    volume
        The bar's volume in base currency, >= 0; nothing fills at 0.
    max_share
        Largest part of the volume that one order takes, (0, 1]; 0 means no limit.

    Returns
    -------
    Base currency, in [0, remaining].

    Examples
    --------
    >>> fillable(5.0, 20.0, 0.1), fillable(1.0, 20.0, 0.1), fillable(5.0, 20.0, 0.0)
    (2.0, 1.0, 5.0)
    """
    if max_share <= 0.0:
        return remaining
    return min(remaining, max_share * volume)
