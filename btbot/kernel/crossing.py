"""Where two lines cross, compiled: both directions in one pass over the lines.

A second form of `btbot.indicators.crossover`, as TA-Lib is one of other indicators: a single run computes a crossing
once and need not load numba for it, a search computes thousands a second. Tests hold the two equal bit for bit.
"""

from __future__ import annotations

import numba
import numpy as np

from btbot.bars import FloatArray
from btbot.indicators.memo import BoolArray
from btbot.kernel.compiling import entry

_LINE = numba.types.Array(numba.float64, 1, "C", readonly=True)
_FLAGS = numba.uint8[::1]
_AT_LEAST, _AT_MOST = np.uint8(1), np.uint8(2)  # both: equal; neither: one of the two is NaN


def _mark(first, second, order, up, down):  # type: ignore[no-untyped-def]
    """Write where `first` begins to be above `second`, and where it begins to be below; `order` is room to work in."""
    for at in range(len(order)):
        more, less = np.uint8(first[at] >= second[at]), np.uint8(first[at] <= second[at])
        order[at] = _AT_LEAST * more | _AT_MOST * less
    up[:1] = down[:1] = 0
    for at in range(1, len(order)):
        up[at] = np.uint8(order[at] == _AT_LEAST) & np.uint8(order[at - 1] >= _AT_MOST)
        down[at] = np.uint8(order[at] == _AT_MOST) & (order[at - 1] & _AT_LEAST)


mark = entry(_mark, numba.void(_LINE, _LINE, _FLAGS, _FLAGS, _FLAGS))


def crossings(first: FloatArray, second: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return what `btbot.indicators.crossover` and `crossunder` do, each bool of shape (n,).

    Parameters
    ----------
    first, second
        float64 of shape (n,), contiguous.
    """
    n = len(first)
    order, up, down = np.empty(n, np.bool_), np.empty(n, np.bool_), np.empty(n, np.bool_)
    mark(first, second, order.view(np.uint8), up.view(np.uint8), down.view(np.uint8))
    return up, down
