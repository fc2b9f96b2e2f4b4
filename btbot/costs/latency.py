"""When an order reaches the market, and at which price it then is.

The model: an order sent at a bar's close reaches the market `latency_ms` milliseconds, or a number of whole
bars, later. Between a bar's open and its close the expected price moves in a straight line.
"""

from __future__ import annotations


def arrival(time_close_ms: int, latency_ms: int, bar_open_ms: int, bar_ms: int) -> float:
    """Return the elapsed part of a bar at which an order reaches the market.

    Parameters
    ----------
    time_close_ms
        Close of the bar at which the order was sent, epoch milliseconds.
    latency_ms
        Time on the way in milliseconds, >= 0.
    bar_open_ms
        Open of the bar in question, epoch milliseconds; not before `time_close_ms`.
    bar_ms
        Length of that bar in milliseconds, > 0.

    Returns
    -------
    Fraction in [0, 1); 0 also for an order that was there before the open. -1 if the order arrives at the
    bar's close or later: it is not in this bar.

    Examples
    --------
    >>> arrival(60_000, 15_000, 60_000, 60_000), arrival(60_000, 0, 120_000, 60_000)
    (0.25, 0.0)
    >>> arrival(60_000, 60_000, 60_000, 60_000)
    -1.0
    """
    elapsed = time_close_ms + latency_ms - bar_open_ms
    if elapsed >= bar_ms:
        return -1.0
    if elapsed <= 0:
        return 0.0
    return elapsed / bar_ms


def arrival_bar(sent_bar: int, latency_bars: int) -> int:
    """Return the first bar on which an order may be matched when latency is counted in bars.

    Parameters
    ----------
    sent_bar
        Index of the bar at whose close the order was sent, >= 0.
    latency_bars
        Bars that the order sits out, >= 0.

    Returns
    -------
    Index of a bar; without latency the one after `sent_bar`.

    Examples
    --------
    >>> arrival_bar(7, 0), arrival_bar(7, 2)
    (8, 10)
    """
    return sent_bar + 1 + latency_bars


def price_at(open: float, close: float, fraction: float) -> float:  # noqa: A002 - the name every candle uses
    """Return the expected price inside a bar of which only open and close are known.

    Works elementwise on arrays.

    Parameters
    ----------
    open, close
        The bar's prices, quote currency, > 0.
    fraction
        Elapsed part of the bar, [0, 1].

    Returns
    -------
    ``open + (close - open) * fraction``, quote currency; exactly the open at 0.

    Notes
    -----
    It is the conditional mean of a Brownian bridge between open and close. The true price at that time lies
    around it; only its mean is free of bias.

    References
    ----------
    Glasserman (2003), Monte Carlo Methods in Financial Engineering, section 3.1.1.

    Examples
    --------
    >>> price_at(100.0, 104.0, 0.25)
    101.0
    """
    return open + (close - open) * fraction
