"""The average price weighted by volume."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from btbot.bars import Bars, FloatArray
from btbot.indicators import window
from btbot.indicators.series import whole
from btbot.timeframe import Timeframe


def vwap(bars: Bars, period: int | None = None, *, session: str | Timeframe | None = None) -> FloatArray:
    """Return the volume-weighted average of the typical price ``(high + low + close) / 3``.

    Parameters
    ----------
    bars
        Candles, n of them.
    period
        Number of bars of the rolling form, 2 or more.
    session
        Length of the sessions of the anchored form, such as ``"1d"`` (UTC days) or ``"1w"`` (from Monday);
        each sum starts anew with the first bar that opens in a session.

    Returns
    -------
    float64 of shape (n,), a price. Rolling: the first number at index ``period - 1``; by session: from the
    first bar on. NaN where nothing was traded in the window.

    Raises
    ------
    ValueError
        Unless exactly one of `period` and `session` is given.

    References
    ----------
    Berkowitz, Logue and Noser 1988, "The Total Cost of Transactions on the NYSE", Journal of Finance 43.
    """
    if (period is None) == (session is None):
        found = "neither" if period is None else "both"
        raise ValueError(
            f"vwap: give either a period (rolling) or a session (anchored), found {found}; "
            'write vwap(bars, 20) or vwap(bars, session="1d")'
        )
    turnover = (bars.high + bars.low + bars.close) / 3.0 * bars.volume
    if period is not None:
        n = whole(period, name="vwap: period")
        traded, volume = window.total(turnover, n), window.total(bars.volume, n)
    else:
        length = Timeframe.parse(session or "")
        bucket = (bars.time - length.origin_ms) // length.ms
        starts = np.flatnonzero(np.diff(bucket, prepend=bucket[:1] - 1)).tolist()
        traded, volume = _total_since(turnover, starts), _total_since(bars.volume, starts)
    result = np.full(len(bars), np.nan)
    np.divide(traded, volume, out=result, where=volume > 0.0)
    return result


def _total_since(values: FloatArray, starts: list[int]) -> FloatArray:
    result = np.empty(len(values))
    for start, stop in pairwise([*starts, len(values)]):
        np.cumsum(values[start:stop], out=result[start:stop])
    return result
