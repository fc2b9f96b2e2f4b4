"""Protective levels: where they lie, how they move at a close, and whether a bar touches them.

`side` is +1 for a long and -1 for a short position; NaN is "no level". Inside a bar the caller asks for the
stop before the target, which is the pessimistic order.
"""

from __future__ import annotations

import math


def distance_level(reference: float, direction: int, distance: float) -> float:
    """Return ``reference + direction * distance``; a stop of a long lies in direction -1.

    Examples
    --------
    >>> distance_level(100.0, -1, 5.0)
    95.0
    """
    return reference + direction * distance


def tighter(side: int, first: float, second: float) -> float:
    """Return the stop that is hit earlier: the higher one of a long, the lower one of a short.

    Examples
    --------
    >>> tighter(1, 95.0, 97.0), tighter(-1, 105.0, float("nan"))
    (97.0, 105.0)
    """
    if math.isnan(first):
        return second
    if math.isnan(second):
        return first
    return max(first, second) if side > 0 else min(first, second)


def trailed(side: int, level: float, best: float, distance: float) -> float:
    """Return the trailing level for the next bar; it never loosens.

    Parameters
    ----------
    level
        Level of this bar, NaN before the first.
    best
        Highest high (long) or lowest low (short) from the entry bar to this bar.
    distance
        Price distance, positive.
    """
    return tighter(side, level, best - side * distance)


def moved_to_break_even(side: int, level: float, entry: float, best: float, after: float, offset: float) -> float:
    """Return the break-even stop for the next bar: set once the best price is `after` beyond the entry.

    Parameters
    ----------
    level
        Level of this bar, NaN until the move.
    after
        Favourable move that triggers it, in price, >= 0.
    offset
        Distance of the stop beyond the entry price in the direction of the profit, in price.
    """
    if side * (best - entry) >= after:
        return tighter(side, level, entry + side * offset)
    return level


def breached(side: int, stop: float, bar_open: float, high: float, low: float) -> float:
    """Return the price at which a stop triggers inside a bar, NaN if it does not. A gap triggers at the open.

    Examples
    --------
    >>> breached(1, 95.0, 100.0, 102.0, 94.0), breached(1, 95.0, 90.0, 92.0, 89.0)
    (95.0, 90.0)
    """
    if side > 0:
        if bar_open <= stop:
            return bar_open
        return stop if low <= stop else math.nan
    if bar_open >= stop:
        return bar_open
    return stop if high >= stop else math.nan


def reached(side: int, target: float, bar_open: float, high: float, low: float) -> float:
    """Return the price at which a take-profit fills inside a bar, NaN if it does not. A gap fills at the open.

    Examples
    --------
    >>> reached(1, 110.0, 100.0, 111.0, 99.0), reached(1, 110.0, 112.0, 113.0, 111.0)
    (110.0, 112.0)
    """
    return breached(-side, target, bar_open, high, low)
