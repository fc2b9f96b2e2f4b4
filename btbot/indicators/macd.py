"""The distance between a fast and a slow exponential average."""

from __future__ import annotations

from typing import NamedTuple

import numpy.typing as npt

from btbot.bars import FloatArray
from btbot.indicators import library, recursion
from btbot.indicators.series import empty, lines_by_run, numbers, whole


class Macd(NamedTuple):
    """Lines of `macd`, each float64 of shape (n,), in the unit of the series."""

    line: FloatArray
    signal: FloatArray
    histogram: FloatArray


def macd(values: npt.ArrayLike, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Return EMA(`fast`) less EMA(`slow`), its own EMA(`signal`), and the difference of these two.

    Both averages begin at index ``slow - 1``, each with the simple mean of its last values up to there.

    Parameters
    ----------
    values
        Array of shape (n,), any unit.
    fast, slow, signal
        Spans in values, 2 or more, `fast` below `slow`.

    Returns
    -------
    Macd
        ``line, signal, histogram``; the first number of all three at index ``slow + signal - 2``.

    References
    ----------
    Appel 2005, "Technical Analysis: Power Tools for Active Investors".

    Examples
    --------
    >>> macd([1.0, 2.0, 3.0, 4.0, 5.0], 2, 3, 2).line
    array([nan, nan, nan, 0.5, 0.5])
    """
    n_fast, n_slow = whole(fast, name="macd: fast"), whole(slow, name="macd: slow")
    n_signal = whole(signal, name="macd: signal")
    if n_fast >= n_slow:
        raise ValueError(f"macd: fast must be below slow, was {n_fast} against {n_slow}; exchange them")
    talib = library.talib()

    def compute(run: FloatArray) -> tuple[FloatArray, ...]:
        if talib:
            return tuple(talib.MACD(run, n_fast, n_slow, n_signal))
        return _macd(run, n_fast, n_slow, n_signal)

    return Macd(*lines_by_run(compute, numbers(values, name="macd")))


def _macd(run: FloatArray, fast: int, slow: int, signal: int) -> tuple[FloatArray, ...]:
    head = min(slow + signal - 2, len(run))
    line, average = empty(len(run)), empty(len(run))
    if head < len(run):
        quick = recursion.exponential(run[slow - fast :], fast)[fast - 1 :]
        line[slow - 1 :] = quick - recursion.exponential(run, slow)[slow - 1 :]
        average[slow - 1 :] = recursion.exponential(line[slow - 1 :], signal)
    line[:head] = float("nan")
    return line, average, line - average
