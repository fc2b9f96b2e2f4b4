"""The same protective levels over many closes at once, for hosts that skip idle bars.

Element `k` of a path is the level after the close of the k-th bar, hence the one that bar ``k + 1`` meets. Every
function gives bit for bit what repeated calls of its scalar namesake in `btbot.exits.protect` give.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def best_path(side: int, best: float, highs: FloatArray, lows: FloatArray) -> FloatArray:
    """Return the best price since entry: highest high of a long, lowest low of a short."""
    if side > 0:
        return np.maximum(np.maximum.accumulate(highs), best)
    return np.minimum(np.minimum.accumulate(lows), best)


def tighter_path(side: int, level: float, candidates: FloatArray) -> FloatArray:
    """Return the running tightest of `level` and the candidates so far; NaN is ignored."""
    accumulate, combine = (np.fmax.accumulate, np.fmax) if side > 0 else (np.fmin.accumulate, np.fmin)
    return combine(accumulate(candidates), level)


def trailed_path(
    side: int,
    level: float,
    best: FloatArray,
    distances: FloatArray | float,
    active: npt.NDArray[np.bool_],
) -> FloatArray:
    """Return the trailing level after each close.

    Parameters
    ----------
    level
        Before the first of these closes, NaN if there was none.
    best
        Best prices, from `best_path`.
    distances
        Price distance at each close, or one for all.
    active
        bool of shape (n,): where trailing has begun.
    """
    return tighter_path(side, level, np.where(active, best - side * distances, np.nan))


def first_touch(side: int, stops: FloatArray, target: float, highs: FloatArray, lows: FloatArray) -> int:
    """Return the first bar whose range touches its stop or the target, ``len(highs)`` if none does.

    Parameters
    ----------
    stops
        Level that each bar meets; NaN is no level.
    target
        One price for all, NaN for none.
    """
    above, below = (target, stops) if side > 0 else (stops, target)
    touched = (lows <= below) | (highs >= above)
    at = int(touched.argmax()) if len(touched) else 0
    return at if len(touched) and touched[at] else len(highs)
