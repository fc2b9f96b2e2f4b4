"""Wilder's parabolic stop and reverse."""

from __future__ import annotations

from btbot.bars import Bars, FloatArray
from btbot.indicators import library
from btbot.indicators.series import empty, positive


def sar(bars: Bars, acceleration: float = 0.02, maximum: float = 0.2) -> FloatArray:
    """Return the parabolic stop-and-reverse price that holds during each bar.

    The first direction is down if the second bar's low falls further than its high rises, else up (TA-Lib's
    choice; Wilder takes it from the chart). A bar that touches the stop reverses it.

    Parameters
    ----------
    bars
        Candles, n of them.
    acceleration, maximum
        Step and limit of the acceleration factor, above 0.

    Returns
    -------
    float64 of shape (n,), a price; the first number at index 1.

    References
    ----------
    Wilder 1978, "New Concepts in Technical Trading Systems", section II.
    """
    step = positive(acceleration, name="sar: acceleration")
    limit = positive(maximum, name="sar: maximum")
    talib = library.talib()
    result: FloatArray = talib.SAR(bars.high, bars.low, step, limit) if talib else _sar(bars, step, limit)
    return result


def _sar(bars: Bars, step: float, limit: float) -> FloatArray:
    result = empty(len(bars))
    if len(bars) < 2:
        return result
    rise, fall = bars.high[1] - bars.high[0], bars.low[0] - bars.low[1]
    side = -1 if fall > 0.0 and fall > rise else 1
    # Seen from a short, prices are negated: its best is -low and its worst -high. One rule serves both sides.
    best = {1: bars.high.tolist(), -1: (-bars.low).tolist()}
    worst = {1: bars.low.tolist(), -1: (-bars.high).tolist()}
    stop, extreme, factor = worst[side][0], best[side][1], min(step, limit)
    for at in range(1, len(bars)):
        before = max(at - 1, 1)  # TA-Lib bounds the first stop by the second bar alone
        if worst[side][at] <= stop:
            side = -side
            stop = min(-extreme, worst[side][before], worst[side][at])
            extreme, factor = best[side][at], min(step, limit)
        elif best[side][at] > extreme:
            extreme, factor = best[side][at], min(factor + step, limit)
        result[at] = side * stop
        stop = min(stop + factor * (extreme - stop), worst[side][before], worst[side][at])
    return result
