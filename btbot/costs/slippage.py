"""How far a fill is from the price that the order saw.

Fractions of several causes are added before `slipped_price` applies them once.
"""

from __future__ import annotations


def bps_fraction(bps: float) -> float:
    """Return basis points as a fraction.

    Works elementwise on arrays.

    Parameters
    ----------
    bps
        Basis points, >= 0; one is 0.01 %.

    Returns
    -------
    Fraction of the price, >= 0.

    Examples
    --------
    >>> bps_fraction(10.0)
    0.001
    """
    return bps / 10_000.0


def volatility_fraction(share: float, bar_volatility: float) -> float:
    """Return slippage that grows with the market's volatility.

    Works elementwise on arrays.

    Parameters
    ----------
    share
        Part of the volatility that a fill loses, >= 0; 0.1 is a tenth of a usual move of one bar.
    bar_volatility
        Standard deviation of the returns of one bar, as a fraction, >= 0; not annualised.

    Returns
    -------
    Fraction of the price, >= 0.

    Notes
    -----
    A fill is late or badly placed by some part of the time of a bar, and the usual move in that part is
    proportional to the bar's standard deviation. For the part of the order's size see
    `btbot.costs.square_root_impact`.

    References
    ----------
    Grinold and Kahn (2000), Active Portfolio Management, 2nd edition, chapter 16 on transaction costs.

    Examples
    --------
    >>> volatility_fraction(0.5, 0.01)
    0.005
    """
    return share * bar_volatility


def slipped_price(price: float, direction: int, fraction: float) -> float:
    """Return the price after slippage, always to the disadvantage of the order.

    Parameters
    ----------
    price
        Price without slippage, quote currency, > 0.
    direction
        +1 buys, -1 sells.
    fraction
        Slippage as a fraction of the price, >= 0. A sale that slips by 1 or more gets the price 0.

    Returns
    -------
    ``price * (1 + fraction)`` for a buy, ``price * (1 - fraction)`` for a sale, never negative.

    Examples
    --------
    >>> slipped_price(200.0, 1, 0.25), slipped_price(200.0, -1, 0.25), slipped_price(200.0, -1, 3.0)
    (250.0, 150.0, 0.0)
    """
    return max(0.0, price * (1.0 + direction * fraction))
