"""How much may still be bought or sold short."""

from __future__ import annotations

# Eight units in the last place: more than the five roundings between a cut size and its cost.
_BELOW_ONE = 1.0 - 2.0**-50


def buying_power(equity: float, leverage: float, positions_notional: float, pending_notional: float) -> float:
    """Return the value of positions that may still be opened.

    Parameters
    ----------
    equity
        Cash plus the value of all positions, quote currency.
    leverage
        Largest value of all positions as a multiple of equity, > 0.
    positions_notional
        Sum of the values of open positions, longs and shorts alike, quote currency, >= 0.
    pending_notional
        Sum of the values of entry orders not filled yet, quote currency, >= 0.

    Returns
    -------
    ``equity * leverage - positions_notional - pending_notional``, quote currency, never negative.

    Examples
    --------
    >>> buying_power(10_000.0, 2.0, 12_000.0, 3_000.0)
    5000.0
    """
    return max(0.0, equity * leverage - positions_notional - pending_notional)


def affordable(size: float, price: float, fee_rate: float, power: float) -> float:
    """Return the largest size that buying power covers, fee included.

    Parameters
    ----------
    size
        Wanted size, base currency, >= 0.
    price
        Price with slippage, quote currency, > 0.
    fee_rate
        Fee as a fraction of the notional, [0, 1).
    power
        Buying power, quote currency, >= 0.

    Returns
    -------
    Base currency, in [0, size]. ``affordable * price * (1 + fee_rate) <= power`` holds in floats, evaluated
    in that order; a size larger by 1e-12 of itself would break it.

    Examples
    --------
    >>> affordable(5.0, 100.0, 0.0, 1000.0), affordable(50.0, 100.0, 0.25, 1000.0)
    (5.0, 8.0)
    """
    if size * price * (1.0 + fee_rate) <= power:
        return size
    cut = max(0.0, power) / (price * (1.0 + fee_rate))
    if cut * price * (1.0 + fee_rate) > power:
        cut *= _BELOW_ONE
    return min(cut, size)
