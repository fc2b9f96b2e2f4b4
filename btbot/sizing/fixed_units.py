"""The same number of coins or shares each time."""

from __future__ import annotations


def fixed_units(units: float) -> float:
    """Return a size that depends on nothing.

    Parameters
    ----------
    units
        Wanted size, base currency.

    Returns
    -------
    `units`, base currency; 0 if it is negative.

    Examples
    --------
    >>> fixed_units(0.5)
    0.5
    """
    return max(0.0, units)
