"""Warnings of the gate: candles that may be right but rarely are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from btbot.data.candles import Candles, counted, rows_of
from btbot.records import Finding
from btbot.timeframe import Timeframe

OUTLIER, SPIKE, FLAT, ZERO_VOLUME = "outlier", "volume_spike", "flat", "zero_volume"
FloatArray = npt.NDArray[np.float64]
_BLOCK = 64  # bars over which the local scale is taken
_OUTLIER_SCALES = 25.0  # in robust standard deviations; crashes of real markets stay below
_LEAST_MOVE = 0.02  # a smaller move is no outlier, however calm the market
_SPIKE_TIMES = 100.0  # times the local median volume
_FLAT_RUN = 20  # bars
_NORMAL = 0.6745  # median of |x| of a standard normal


def oddities(candles: Candles, timeframe: Timeframe) -> Iterator[Finding]:
    """Yield warnings about candles in the order of time, finite and with prices above zero."""
    if len(candles) < 2:
        return
    with np.errstate(over="ignore"):  # quotients of absurd prices become infinite, and outliers
        findings = [*_outliers(candles, timeframe), *_spikes(candles)]
    yield from findings
    yield from _flat(candles)


def local_scale(values: FloatArray) -> FloatArray:
    """Return a robust local scale of non-negative values.

    Medians of blocks of 64 values; each value gets the largest of its own and the two neighbouring blocks, so
    that the start of a stormy time is not held against the calm before it. Linear in time, unlike a rolling
    median.

    Parameters
    ----------
    values
        float64 of shape (n,), 0 or more.

    Returns
    -------
    float64 of shape (n,).
    """
    n = len(values)
    blocks = max(n // _BLOCK, 1)
    whole = values[: blocks * _BLOCK].reshape(blocks, -1)
    medians = np.median(whole, axis=1)
    around = np.maximum(medians, np.maximum(np.r_[medians[1:], 0.0], np.r_[0.0, medians[:-1]]))
    repeated = np.repeat(around, whole.shape[1])
    return np.asarray(np.r_[repeated, np.full(n - len(repeated), around[-1])])


def _outliers(candles: Candles, timeframe: Timeframe) -> Iterator[Finding]:
    top, bottom = np.maximum(candles.open, candles.close), np.minimum(candles.open, candles.close)
    elapsed = np.diff(candles.time) / timeframe.ms
    steps = np.abs(np.diff(np.log(candles.close)))
    holes = elapsed > 1.0
    steps[holes] /= np.sqrt(elapsed[holes])
    move = np.r_[0.0, steps]
    scale = local_scale(move) / _NORMAL
    ratio = np.maximum(candles.high / top, bottom / candles.low)  # wicks: bad ticks show there first
    wick = np.log(np.maximum(ratio, np.maximum(candles.open / candles.close, candles.close / candles.open)))
    np.maximum(move, wick, out=move)
    rows = rows_of((move > np.maximum(_OUTLIER_SCALES * scale, _LEAST_MOVE)) & (scale > 0))
    if len(rows):
        worst = int(rows[np.argmax(move[rows])])
        text = (
            f"{counted(len(rows), 'candle')} with a move of more than {_OUTLIER_SCALES:g} times the usual of "
            f"their surroundings, the largest {100 * np.expm1(move[worst]):.0f} % at {candles.where(worst)}; "
            "compare them with another source"
        )
        yield candles.finding(OUTLIER, "warning", rows, text)


def _spikes(candles: Candles) -> Iterator[Finding]:
    volume = candles.volume
    usual = local_scale(volume)
    rows = rows_of((volume > _SPIKE_TIMES * usual) & (usual > 0))
    if len(rows):
        worst = int(rows[np.argmax(volume[rows] / usual[rows])])
        text = (
            f"{counted(len(rows), 'candle')} with more than {_SPIKE_TIMES:g} times the usual volume of their "
            f"surroundings, the largest {float(volume[worst]):g} at {candles.where(worst)}; "
            "compare them with another source"
        )
        yield candles.finding(SPIKE, "warning", rows, text)


def _flat(candles: Candles) -> Iterator[Finding]:
    still = (candles.high == candles.low) & (candles.open == candles.close)
    still[1:] &= candles.close[1:] == candles.close[:-1]
    edges = np.flatnonzero(np.diff(np.r_[False, still, False]))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    long = lengths >= _FLAT_RUN
    if long.any():
        longest = int(np.argmax(lengths))
        total = int(lengths[long].sum())
        text = (
            f"{counted(total, 'candle')} standing still in {counted(int(long.sum()), 'run')} of {_FLAT_RUN} "
            f"or more, the longest of {int(lengths[longest])} from {candles.where(int(starts[longest]))}; "
            "the source may have filled holes"
        )
        yield candles.finding(FLAT, "warning", starts[long], text, count=total)
    rows = rows_of(candles.volume == 0)
    if len(rows):
        share = 100 * len(rows) / len(candles)
        text = (
            f"{counted(len(rows), 'candle')} ({share:.3g} %) without volume, first {{where}}; orders would "
            "not have filled there"
        )
        yield candles.finding(ZERO_VOLUME, "warning", rows, text)
