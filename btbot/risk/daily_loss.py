"""The limit on the loss of one UTC day."""

from __future__ import annotations

# A limit met exactly in decimals counts as met, whatever the rounding of floats.
_NEARLY_ONE = 1.0 - 1e-12


def daily_loss_breached(first: float, equity: float, limit: float) -> bool:
    """Return whether the loss since the beginning of the day has reached its limit.

    Works elementwise on arrays.

    Parameters
    ----------
    first
        First equity of the UTC day, quote currency, > 0.
    equity
        Equity at this close, quote currency.
    limit
        Largest tolerated loss as a fraction of the day's first equity, (0, 1); 0 for none.

    Returns
    -------
    True if ``1 - equity / first >= limit``, equality included.

    Examples
    --------
    >>> daily_loss_breached(10_000.0, 9_300.0, 0.07), daily_loss_breached(10_000.0, 9_300.01, 0.07)
    (True, False)
    """
    return (limit > 0.0) & (first - equity >= limit * first * _NEARLY_ONE)
