"""Warnings of the gate: candles that may be right but rarely are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from btbot.data.candles import BoolArray, Candles, counted, rows_of
from btbot.records import Finding
from btbot.timeframe import Timeframe

OUTLIER, SPIKE, FLAT, ZERO_VOLUME = "outlier", "volume_spike", "flat", "zero_volume"
FloatArray = npt.NDArray[np.float64]
BLOCK = 64  # bars over which the local scale is taken
OUTLIER_SCALES = 25.0  # in robust standard deviations; crashes of real markets stay below
_LEAST_MOVE = 0.02  # a smaller move is no outlier, however calm the market
SPIKE_TIMES = 100.0  # times the local median volume
FLAT_RUN = 20  # bars
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
    blocks = max(n // BLOCK, 1)
    whole = values[: blocks * BLOCK].reshape(blocks, -1)
    medians = np.median(whole, axis=1)
    around = np.maximum(medians, np.maximum(np.r_[medians[1:], 0.0], np.r_[0.0, medians[:-1]]))
    repeated = np.repeat(around, whole.shape[1])
    return np.asarray(np.r_[repeated, np.full(n - len(repeated), around[-1])])


def moves(candles: Candles, timeframe: Timeframe) -> tuple[FloatArray, FloatArray]:
    """Return how far the price moved from close to close, and at most within each candle or to its close.

    Parameters
    ----------
    candles
        In the order of time, with prices above zero.
    timeframe
        Of the candles: a move over a hole counts by the square root of the time that it took.

    Returns
    -------
    Two arrays float64 of shape (n,), absolute logarithms; the first close has none before it and moved by 0.
    """
    top, bottom = np.maximum(candles.open, candles.close), np.minimum(candles.open, candles.close)
    elapsed = np.diff(candles.time) / timeframe.ms
    steps = np.abs(np.diff(np.log(candles.close)))
    holes = elapsed > 1.0
    steps[holes] /= np.sqrt(elapsed[holes])
    steps = np.r_[0.0, steps]
    ratio = np.maximum(candles.high / top, bottom / candles.low)  # wicks: bad ticks show there first
    wick = np.log(np.maximum(ratio, np.maximum(candles.open / candles.close, candles.close / candles.open)))
    return steps, np.maximum(steps, wick)


def outlying(steps: FloatArray, largest: FloatArray) -> BoolArray:
    """Mark the candles whose largest move is many times the usual step of their surroundings; see `moves`."""
    scale = local_scale(steps) / _NORMAL
    return np.asarray((largest > np.maximum(OUTLIER_SCALES * scale, _LEAST_MOVE)) & (scale > 0))


def spikes(volume: FloatArray) -> FloatArray:
    """Return how many times the usual volume of its surroundings each candle has, 0 where that is not too much."""
    usual = local_scale(volume)
    spiking = (volume > SPIKE_TIMES * usual) & (usual > 0)
    return np.divide(volume, usual, out=np.zeros(len(volume)), where=spiking)


def standing_still(candles: Candles) -> BoolArray:
    """Mark the candles without a move, neither within them nor from the close before; the first by itself."""
    still: BoolArray = (candles.high == candles.low) & (candles.open == candles.close)
    still[1:] &= candles.close[1:] == candles.close[:-1]
    return still


def _outliers(candles: Candles, timeframe: Timeframe) -> Iterator[Finding]:
    steps, largest = moves(candles, timeframe)
    rows = rows_of(outlying(steps, largest))
    if len(rows):
        worst = int(rows[np.argmax(largest[rows])])
        text = (
            f"{counted(len(rows), 'candle')} with a move of more than {OUTLIER_SCALES:g} times the usual of "
            f"their surroundings, the largest {100 * np.expm1(largest[worst]):.0f} % at {candles.where(worst)}; "
            "compare them with another source"
        )
        yield candles.finding(OUTLIER, "warning", rows, text)


def _spikes(candles: Candles) -> Iterator[Finding]:
    times = spikes(candles.volume)
    rows = rows_of(times > 0)
    if len(rows):
        worst = int(np.argmax(times))
        text = (
            f"{counted(len(rows), 'candle')} with more than {SPIKE_TIMES:g} times the usual volume of their "
            f"surroundings, the largest {float(candles.volume[worst]):g} at {candles.where(worst)}; "
            "compare them with another source"
        )
        yield candles.finding(SPIKE, "warning", rows, text)


def _flat(candles: Candles) -> Iterator[Finding]:
    edges = np.flatnonzero(np.diff(np.r_[False, standing_still(candles), False]))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    long = lengths >= FLAT_RUN
    if long.any():
        longest = int(np.argmax(lengths))
        total = int(lengths[long].sum())
        text = (
            f"{counted(total, 'candle')} standing still in {counted(int(long.sum()), 'run')} of {FLAT_RUN} "
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
