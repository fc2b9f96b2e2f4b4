"""What an exchange accepts: multiples of a step, of a tick, and orders above a minimum.

Sizes and prices are floats here, steps and ticks decimal fractions such as 0.001 that no float holds exactly.
So numbers count as equal when they differ by less than 2**-48 (3.6e-15) of themselves, some twenty roundings.
Results are the float nearest to the decimal multiple: ``round_down(0.3, 0.1)`` is 0.3, neither 0.2 (as
``0.3 // 0.1`` suggests) nor 0.30000000000000004 (as ``3 * 0.1`` does).
"""

from __future__ import annotations

import math

_TOLERANCE = 2.0**-48
_DUST = 1e-9


def round_down(size: float, step: float) -> float:
    """Return the largest multiple of a step that is not above a size.

    Parameters
    ----------
    size
        Base currency, >= 0.
    step
        Smallest change of size, base currency: a decimal fraction or whole number in [1e-18, 1e15], or 0 for
        none.

    Returns
    -------
    Base currency, in [0, size], at most 2**-48 of it above; `size` itself if there is no step, or if the step
    is finer than sixteen times that tolerance.

    Examples
    --------
    >>> round_down(0.3, 0.1), round_down(0.29, 0.1), round_down(0.29, 0.0)
    (0.3, 0.2, 0.29)
    """
    # A step that is hardly coarser than the tolerance would be lifted over by it.
    if step <= 0.0 or size * _TOLERANCE * 16.0 >= step:
        return size
    count = math.floor(size / step * (1.0 + _TOLERANCE))
    # The step as a ratio of whole numbers: one division then rounds once, correctly.
    scale = 1.0
    while abs(step * scale - round(step * scale)) > _TOLERANCE * step * scale:
        scale *= 10.0
    return float(count) * float(round(step * scale)) / scale


def round_price(price: float, tick: float) -> float:
    """Return the multiple of a tick nearest to a price, the higher one of two.

    Parameters
    ----------
    price
        Quote currency, > 0.
    tick
        Smallest change of price, quote currency: a decimal fraction or whole number in [1e-18, 1e15], or 0
        for none.

    Returns
    -------
    Quote currency, at least one tick, since 0 is no price; `price` itself if there is no tick, or if the tick
    is finer than the tolerance of 2**-48.

    Examples
    --------
    >>> round_price(1.005, 0.01), round_price(1.0049, 0.01), round_price(0.001, 0.01)
    (1.01, 1.0, 0.01)
    """
    if tick <= 0.0 or price * _TOLERANCE >= tick:
        return price
    count = max(1, math.floor(price / tick * (1.0 + _TOLERANCE) + 0.5))
    # Written out here as in `round_down`: a call of a plain function would not compile.
    scale = 1.0
    while abs(tick * scale - round(tick * scale)) > _TOLERANCE * tick * scale:
        scale *= 10.0
    return float(count) * float(round(tick * scale)) / scale


def meets_minimum(size: float, price: float, min_notional: float) -> bool:
    """Return whether an order is worth enough to be accepted.

    Works elementwise on arrays.

    Parameters
    ----------
    size
        Base currency, >= 0.
    price
        Quote currency, > 0.
    min_notional
        Smallest accepted value, quote currency; 0 for none.

    Returns
    -------
    True if ``size * price`` is at least the minimum, within the tolerance of 2**-48.

    Examples
    --------
    >>> meets_minimum(0.57, 100.0, 57.0), meets_minimum(0.56, 100.0, 57.0)
    (True, False)
    """
    return size * price * (1.0 + _TOLERANCE) >= min_notional


def is_dust(remainder: float, last_fill: float) -> bool:
    """Return whether what is left of a position is only the rounding of floats.

    Parameters
    ----------
    remainder
        Size of the position after a fill, base currency, of either sign.
    last_fill
        Size of that fill, base currency, of either sign.

    Returns
    -------
    True if the remainder is below 1e-9 of the fill, or zero.

    Examples
    --------
    >>> is_dust(0.1 + 0.2 - 0.3, -0.3), is_dust(0.001, -0.3)
    (True, False)
    """
    return remainder == 0.0 or abs(remainder) < _DUST * abs(last_fill)
