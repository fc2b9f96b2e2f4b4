"""Funding of perpetual contracts: what longs and shorts pay each other, usually every eight hours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def payment(size: float, mark_price: float, rate: float) -> float:
    """Return what the holder of a position pays at one funding time.

    Works elementwise on arrays.

    Parameters
    ----------
    size
        Position in base currency, negative for a short.
    mark_price
        The contract's mark price at the funding time, quote currency, > 0.
    rate
        Funding rate of the interval as a fraction; may be negative.

    Returns
    -------
    Quote currency. Positive is paid, negative is received: at a positive rate longs pay and shorts receive.

    References
    ----------
    BitMEX (2016), Perpetual Contracts Guide: funding = position value * funding rate; Binance USD-M Futures
    and Bybit count alike.

    Examples
    --------
    >>> payment(2.0, 40_000.0, 0.0001), payment(-2.0, 40_000.0, 0.0001)
    (8.0, -8.0)
    """
    return size * mark_price * rate


def due(times: npt.NDArray[np.int64], start_ms: int, end_ms: int) -> tuple[int, int]:
    """Return which funding times fall into ``(start_ms, end_ms]``.

    The time of a bar's close belongs to that bar: who enters at the next open was not there yet.

    Parameters
    ----------
    times
        int64 of shape (m,), funding times in epoch milliseconds, ascending.
    start_ms, end_ms
        Previous close and this close, epoch milliseconds, start <= end.

    Returns
    -------
    Positions ``lo, hi``: the payments due are ``times[lo:hi]``.

    Examples
    --------
    >>> due(np.array([0, 8, 16, 24]), 8, 24)
    (2, 4)
    """
    low = np.searchsorted(times, start_ms, side="right")
    high = np.searchsorted(times, end_ms, side="right")
    return int(low), int(high)
