"""How long a backtest has to be for the number of settings that were tried on it."""

from __future__ import annotations

import math

from btbot.trust.deflated_sharpe import expected_maximum


def minimum_backtest_length(trials: float, sharpe: float) -> float:
    """Return the years below which the best of `trials` worthless strategies is expected to show `sharpe`.

    Parameters
    ----------
    trials
        Number of independent trials.
    sharpe
        Annual Sharpe ratio.

    Returns
    -------
    Years; infinity if `sharpe` is not positive, 0 for a single trial.

    References
    ----------
    Bailey, D. H., Borwein, J., Lopez de Prado, M. and Zhu, Q. J. (2014), Pseudo-Mathematics and Financial
    Charlatanism, Notices of the AMS 61(5).

    Examples
    --------
    The paper's: five years do not bear more than 45 trials, or the best one is expected to show 1.

    >>> [round(minimum_backtest_length(trials, 1.0), 2) for trials in (45, 46)]
    [5.0, 5.04]
    """
    return (expected_maximum(trials) / sharpe) ** 2 if sharpe > 0.0 else math.inf
