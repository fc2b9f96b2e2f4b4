"""Interest on what a short has borrowed."""

from __future__ import annotations

_YEAR_MS = 365 * 86_400_000


def interest(notional: float, annual_rate: float, ms: float) -> float:
    """Return the interest on a borrowed amount for a stretch of time.

    Simple interest, a year of 365 days (actual/365 fixed, the convention of margin lenders).
    Works elementwise on arrays.

    Parameters
    ----------
    notional
        Value of what is borrowed, quote currency; the sign is ignored.
    annual_rate
        Rate a year as a fraction, >= 0.
    ms
        Length of the stretch in milliseconds, >= 0.

    Returns
    -------
    Quote currency, >= 0.

    Examples
    --------
    >>> interest(-3650.0, 0.1, 86_400_000)
    1.0
    """
    return abs(notional) * annual_rate * ms / _YEAR_MS
