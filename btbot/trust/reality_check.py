"""Whether the best of many strategies earned more than the best of as many without any merit would have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.trust.bootstrap import Weights


def reality_check(statistics: FloatArray, means: Weights, deviations: FloatArray) -> float:
    """Return the p-value of White's reality check against a benchmark of cash.

    The statistic is the largest **mean** return, so that the wildest strategies weigh most; the test of superior
    ability, which divides by the risk, is the sharper one.

    Parameters
    ----------
    statistics
        float64 of shape (n,), t-statistic of each strategy's mean return.
    means
        Shape (b, n), the resampled means in standard errors, from `bootstrap.resampled`.
    deviations
        float64 of shape (n,), standard deviation of each strategy's returns, positive.

    Returns
    -------
    In (0, 1]; the smallest value is 1 / (b + 1).

    References
    ----------
    White, H. (2000), A Reality Check for Data Snooping, Econometrica 68(5).
    """
    best = float(np.max(statistics * deviations))
    return p_value((means * deviations.astype(np.float32)).max(axis=1), best)


def p_value(maxima: npt.NDArray[np.floating], observed: float) -> float:
    """Return the share of random maxima that reach the observed one, itself counted as one of them.

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010), Permutation P-values Should Never Be Zero, Statistical Applications in
    Genetics and Molecular Biology 9(1).

    Examples
    --------
    >>> p_value(np.array([1.0, 2.0, 3.0]), 2.5)
    0.5
    """
    return (1 + int(np.count_nonzero(maxima >= observed))) / (1 + len(maxima))
