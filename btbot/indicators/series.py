"""What enters and leaves an indicator: arrays, periods, and the gaps in them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import SupportsIndex

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray


def numbers(values: npt.ArrayLike, *, name: str) -> FloatArray:
    """Return `values` as a contiguous float64 array of shape (n,), without a copy where it is one already.

    Raises
    ------
    ValueError
        If it has not exactly one dimension.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(
            f"{name}: values must be an array of one dimension, found shape {array.shape}; "
            "pass one column, such as bars.close"
        )
    return np.ascontiguousarray(array)


def whole(value: SupportsIndex, *, name: str, minimum: int = 2) -> int:
    """Return a period as an int.

    Raises
    ------
    ValueError
        If it is not a whole number of `minimum` or more.

    Examples
    --------
    >>> whole(1, name="sma: period")
    Traceback (most recent call last):
    ...
    ValueError: sma: period must be a whole number of 2 or more, was 1; choose a longer one
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < minimum:
        advice = "write it without a fraction" if number is None else "choose a longer one"
        raise ValueError(f"{name} must be a whole number of {minimum} or more, was {value!r}; {advice}")
    return number


def positive(value: float, *, name: str) -> float:
    """Return `value` as a float, or raise ValueError unless it is finite and above 0."""
    number = float(value)
    if not 0.0 < number < np.inf:
        raise ValueError(f"{name} must be a number above 0, was {value!r}; choose a positive one")
    return number


def empty(length: int) -> FloatArray:
    """Return an array of shape (length,) full of NaN."""
    return np.full(length, np.nan)


def lines_by_run(compute: Callable[[FloatArray], tuple[FloatArray, ...]], values: FloatArray) -> tuple[FloatArray, ...]:
    """Apply `compute` to each unbroken run of finite numbers on its own; gaps and warm-ups are NaN.

    A gap (NaN or infinity) thus starts the warm-up anew: it neither reaches the values after it, as it would
    in a recursion, nor is it bridged.

    Parameters
    ----------
    compute
        Takes an array of shape (m,) without gaps, m >= 0, and returns one array of shape (m,) a line.
    values
        float64 of shape (n,).
    """
    finite = np.isfinite(values)
    if finite.all():
        return compute(values)
    edges = np.flatnonzero(np.diff(finite, prepend=False, append=False))
    outputs = tuple(empty(len(values)) for _ in compute(values[:0]))
    for start, stop in edges.reshape(-1, 2).tolist():
        for output, line in zip(outputs, compute(values[start:stop]), strict=True):
            output[start:stop] = line
    return outputs


def by_run(compute: Callable[[FloatArray], FloatArray], values: FloatArray) -> FloatArray:
    """Do as `lines_by_run` does, for an indicator of one line."""
    return lines_by_run(lambda run: (compute(run),), values)[0]
