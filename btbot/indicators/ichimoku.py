"""The Ichimoku cloud, without the line that looks ahead."""

from __future__ import annotations

from typing import NamedTuple

from btbot.bars import Bars, FloatArray
from btbot.indicators.channel import donchian
from btbot.indicators.series import empty, whole


class Ichimoku(NamedTuple):
    """Lines of `ichimoku`, each float64 of shape (n,), prices."""

    conversion: FloatArray
    base: FloatArray
    span_a: FloatArray
    span_b: FloatArray
    past_close: FloatArray


def ichimoku(bars: Bars, conversion: int = 9, base: int = 26, span: int = 52, *, displacement: int = 26) -> Ichimoku:
    """Return the lines of the cloud chart as they stand at each bar.

    The cloud over bar `i` is the one computed `displacement` bars earlier. The classical lagging line draws
    the close of bar `i` over bar ``i - displacement``, a value of the future there; the same comparison
    without looking ahead is the close against ``past_close``. TradingView draws the cloud one bar nearer.

    Parameters
    ----------
    bars
        Candles, n of them.
    conversion, base, span
        Bars in the three channels whose middles are taken, 2 or more.
    displacement
        Bars by which the cloud is moved, 1 or more.

    Returns
    -------
    Ichimoku
        ``conversion`` (tenkan), ``base`` (kijun), ``span_a, span_b`` (the cloud, senkou) and ``past_close``,
        the close `displacement` bars ago. First numbers at index ``conversion - 1``, ``base - 1``,
        ``max(conversion, base) - 1 + displacement``, ``span - 1 + displacement`` and `displacement`.

    References
    ----------
    Hosoda 1969, "Ichimoku Kinko Hyo"; Patel 2010, "Trading with Ichimoku Clouds".
    """
    n_conversion, n_base = whole(conversion, name="ichimoku: conversion"), whole(base, name="ichimoku: base")
    n_span = whole(span, name="ichimoku: span")
    moved = whole(displacement, name="ichimoku: displacement", minimum=1)
    quick, slow = donchian(bars, n_conversion).middle, donchian(bars, n_base).middle
    return Ichimoku(
        quick,
        slow,
        _later((quick + slow) / 2.0, moved),
        _later(donchian(bars, n_span).middle, moved),
        _later(bars.close, moved),
    )


def _later(values: FloatArray, count: int) -> FloatArray:
    result = empty(len(values))
    result[count:] = values[: max(len(values) - count, 0)]
    return result
