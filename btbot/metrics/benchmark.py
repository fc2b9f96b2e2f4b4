"""What holding the same symbols would have earned."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from btbot.bars import Bars, FloatArray, IntArray


def buy_and_hold(bars: Mapping[str, Bars], close_time_ms: IntArray, capital: float) -> FloatArray:
    """Return the equity of equal parts of the capital, each held in one symbol without costs.

    Each symbol is bought at its first close that is not before the first of `close_time_ms`; until then its
    part is cash. Where a symbol has no bar it is marked at its last close.

    Parameters
    ----------
    bars
        Bars by symbol; timeframes may differ. None at all leaves the capital as it is.
    close_time_ms
        int64 of shape (n,), epoch milliseconds UTC of the closes at which the value is wanted, increasing.
    capital
        Starting capital, positive.

    Returns
    -------
    float64 of shape (n,), equity at each of `close_time_ms`.
    """
    growth = np.zeros(len(close_time_ms))
    for held in bars.values():
        growth += _growth(held, close_time_ms)
    return capital * growth / len(bars) if bars else np.full(len(close_time_ms), capital)


def _growth(bars: Bars, close_time_ms: IntArray) -> FloatArray:
    """Return the close of each moment over the close at which the symbol was bought, 1 before that."""
    closes = bars.close_time
    bought = int(np.searchsorted(closes, close_time_ms[0])) if len(close_time_ms) else len(bars)
    if bought == len(bars):
        return np.ones(len(close_time_ms))
    at = np.searchsorted(closes, close_time_ms, side="right") - 1
    return np.where(at >= bought, bars.close[np.maximum(at, bought)] / bars.close[bought], 1.0)
