"""A trailing band of average true ranges that changes sides with the trend."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from btbot.bars import Bars, FloatArray
from btbot.indicators import library
from btbot.indicators.atr import atr
from btbot.indicators.series import empty, positive, whole


class Supertrend(NamedTuple):
    """Lines of `supertrend`: a price, and +1.0 (up) or -1.0 (down), each float64 of shape (n,)."""

    line: FloatArray
    direction: FloatArray


def supertrend(bars: Bars, period: int = 10, multiplier: float = 3.0) -> Supertrend:
    """Return the band that trails the trend, and the trend's direction.

    The bands lie `multiplier` ATR above and below the middle of the bar. The lower one never falls while the
    close before it held above it, the upper one never rises while the close before it held below. The
    direction turns up with a close above the upper band, down with a close below the lower one, and begins
    down.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Smoothing of Wilder's ATR in bars, 2 or more.
    multiplier
        Distance in ATR, above 0.

    Returns
    -------
    Supertrend
        ``line, direction``; the first numbers at index `period`.

    References
    ----------
    Seban 2008, "Tout le monde mérite d'être riche".
    """
    n = whole(period, name="supertrend: period")
    reach = positive(multiplier, name="supertrend: multiplier")
    talib = library.talib()
    if not talib:
        return _supertrend(bars, n, reach)
    line, direction = talib.SUPERTREND(bars.high, bars.low, bars.close, n, reach)
    return Supertrend(line, np.where(np.isnan(line), np.nan, direction))


def _supertrend(bars: Bars, period: int, multiplier: float) -> Supertrend:
    line, direction = empty(len(bars)), empty(len(bars))
    if len(bars) <= period:
        return Supertrend(line, direction)
    reach, middle = multiplier * atr(bars, period), (bars.high + bars.low) / 2.0
    closes, above, below = bars.close.tolist(), (middle + reach).tolist(), (middle - reach).tolist()
    upper, lower, side = above[period], below[period], 1.0
    line[period], direction[period] = lower, side
    for at in range(period + 1, len(closes)):
        before, close = closes[at - 1], closes[at]
        upper = above[at] if above[at] < upper or before > upper else upper
        lower = below[at] if below[at] > lower or before < lower else lower
        turned = close > upper if side < 0.0 else close < lower
        side = -side if turned else side
        line[at], direction[at] = (lower if side > 0.0 else upper), side
    return Supertrend(line, direction)
