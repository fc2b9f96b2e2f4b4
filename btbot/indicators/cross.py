"""The bar at which one line crosses another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from btbot.indicators import memo
from btbot.indicators.memo import BoolArray


def crossover(first: npt.ArrayLike, second: npt.ArrayLike) -> BoolArray:
    """Return where `first` rises above `second`: above at this bar, not above at the bar before.

    Parameters
    ----------
    first, second
        Arrays of shape (n,), or one of them a number.

    Returns
    -------
    bool of shape (n,). False at the first bar and wherever one of the four values is NaN.

    Examples
    --------
    >>> crossover([1.0, 2.0, 3.0, 1.0], 2.0)
    array([False, False,  True, False])
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    compiled = memo.crossed(a, b)
    if compiled is not None:
        return compiled
    above, at_most = np.greater(a, b), np.less_equal(a, b)  # where one is NaN neither
    result = np.zeros(above.shape, dtype=np.bool_)
    np.logical_and(above[1:], at_most[:-1], out=result[1:])
    return result


def crossunder(first: npt.ArrayLike, second: npt.ArrayLike) -> BoolArray:
    """Return where `first` falls below `second`: below at this bar, not below at the bar before.

    Parameters
    ----------
    first, second
        Arrays of shape (n,), or one of them a number.

    Returns
    -------
    bool of shape (n,). False at the first bar and wherever one of the four values is NaN.

    Examples
    --------
    >>> crossunder([3.0, 2.0, 1.0, 3.0], 2.0)
    array([False, False,  True, False])
    """
    return crossover(second, first)
