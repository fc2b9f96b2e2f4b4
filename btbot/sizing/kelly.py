"""Kelly's fraction, from the trades that are closed so far."""

from __future__ import annotations


def kelly_percent(
    wins: int,
    losses: int,
    sum_win: float,
    sum_loss: float,
    fraction: float,
    max_percent: float,
    minimum_trades: int,
    initial_percent: float,
) -> float:
    """Return the share of equity for the next position.

    Parameters
    ----------
    wins, losses
        Number of closed trades with a positive return, and of all others, >= 0.
    sum_win, sum_loss
        Sums of their returns as fractions of each position's value; the sign of `sum_loss` is ignored.
    fraction
        Part of Kelly's fraction that is used, (0, 1]; 0.5 is "half Kelly".
    max_percent
        Upper limit of the result, > 0.
    minimum_trades
        Until so many trades are closed the result is `initial_percent`, as it is before the first one.
    initial_percent
        Share of equity until then, >= 0; `max_percent` limits it too.

    Returns
    -------
    Share of equity in [0, max_percent]: ``fraction * (p - (1 - p) / b)`` with the win rate `p` and the payoff
    `b`, the mean win over the mean loss. 0 without an edge; without any loss, `fraction`.

    Notes
    -----
    Kelly's `f` is the share of capital lost in an average loss. As a share of equity put into a position that
    loses only a part of its value, it stays below the growth-optimal size, which is `f` over the mean loss;
    the estimate from few trades is too noisy for more. `optimal_f_percent` divides by the largest loss.

    References
    ----------
    Kelly (1956), A New Interpretation of Information Rate, Bell System Technical Journal 35(4).
    Thorp (2006), The Kelly Criterion in Blackjack, Sports Betting and the Stock Market, Handbook of Asset and
    Liability Management, volume 1.

    Examples
    --------
    >>> kelly_percent(20, 20, 1.0, -0.5, 0.5, 1.0, 30, 0.1)
    0.125
    """
    trades = wins + losses
    if trades < minimum_trades or trades == 0:
        return min(initial_percent, max_percent)
    if wins == 0 or sum_win <= 0.0:
        return 0.0
    win_rate = wins / trades
    mean_win = sum_win / wins
    mean_loss = abs(sum_loss) / losses if losses > 0 else 0.0
    edge = win_rate - (1.0 - win_rate) * mean_loss / mean_win
    return min(max(0.0, edge * fraction), max_percent)
