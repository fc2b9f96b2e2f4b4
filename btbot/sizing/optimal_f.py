"""Vince's optimal f, from the trades that are closed so far."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Each halves the interval. More of them could round to f = 1, where the worst trade leaves nothing and the
# derivative divides by zero.
_HALVINGS = 50


def optimal_f(returns: npt.NDArray[np.float64]) -> float:
    """Return the `f` at which past trades would have multiplied capital most.

    Maximises the terminal wealth relative ``TWR(f) = prod(1 + f * returns / largest_loss)`` over (0, 1]. Its
    logarithm is concave in `f`, so the zero of the derivative is found by bisection.

    Parameters
    ----------
    returns
        float64 of shape (n,), returns of closed trades as fractions of each position's value, in any order.

    Returns
    -------
    In [0, 1], exact to 1e-15: the share of capital to lose in a trade as bad as the worst one. 0 without
    trades or if their sum is not positive, since then any `f` loses; 1 if no trade lost.

    References
    ----------
    Vince (1990), Portfolio Management Formulas, chapter 2.

    Examples
    --------
    >>> round(optimal_f(np.array([2.0, -1.0])), 12)
    0.25
    """
    if len(returns) == 0 or np.sum(returns) <= 0.0:
        return 0.0
    largest_loss = -np.min(returns)
    if largest_loss <= 0.0:
        return 1.0
    outcomes = returns / largest_loss
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if np.sum(outcomes / (1.0 + middle * outcomes)) > 0.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def optimal_f_percent(
    optimal: float,
    largest_loss: float,
    trades: int,
    fraction: float,
    max_percent: float,
    minimum_trades: int,
    initial_percent: float,
) -> float:
    """Return the share of equity for the next position.

    Parameters
    ----------
    optimal
        Result of `optimal_f`, [0, 1].
    largest_loss
        Return of the worst trade as a fraction; the sign is ignored. 0 if no trade lost.
    trades
        Number of closed trades, >= 0.
    fraction
        Part of optimal f that is used, (0, 1].
    max_percent
        Upper limit of the result, > 0; also the result if no trade lost, since then nothing else limits it.
    minimum_trades
        Until so many trades are closed the result is `initial_percent`, as it is before the first one.
    initial_percent
        Share of equity until then, >= 0; `max_percent` limits it too.

    Returns
    -------
    ``optimal / |largest_loss| * fraction``, clipped to [0, max_percent].

    References
    ----------
    Vince (1990), Portfolio Management Formulas, chapter 2: one unit per ``largest loss / f`` of capital.

    Examples
    --------
    >>> optimal_f_percent(0.25, -0.5, 40, 0.5, 1.0, 30, 0.1)
    0.25
    """
    if trades < minimum_trades or trades == 0:
        return min(initial_percent, max_percent)
    wanted = max(0.0, optimal * fraction)
    if largest_loss == 0.0:
        return max_percent if wanted > 0.0 else 0.0
    return min(wanted / abs(largest_loss), max_percent)
