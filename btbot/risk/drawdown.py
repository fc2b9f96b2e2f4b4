"""The limit on the loss from the peak of equity."""

from __future__ import annotations

# A limit met exactly in decimals counts as met: 1 - 9000 / 10000 is 0.09999999999999998 in floats.
_NEARLY_ONE = 1.0 - 1e-12


def drawdown_breached(peak: float, equity: float, limit: float) -> bool:
    """Return whether the drawdown has reached its limit.

    Works elementwise on arrays.

    Parameters
    ----------
    peak
        Highest equity so far, this close included, quote currency, > 0.
    equity
        Equity at this close, quote currency.
    limit
        Largest tolerated drawdown as a fraction of the peak, (0, 1); 0 for none.

    Returns
    -------
    True if ``1 - equity / peak >= limit``, equality included.

    Examples
    --------
    >>> drawdown_breached(10_000.0, 9_000.0, 0.1), drawdown_breached(10_000.0, 9_000.01, 0.1)
    (True, False)
    """
    return (limit > 0.0) & (peak - equity >= limit * peak * _NEARLY_ONE)
