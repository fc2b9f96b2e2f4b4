"""The surface of an objective over the space: levels of the parameters, and what was found at each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import FloatArray, IntArray
from btbot.report.search.given import Dimension
from btbot.report.search.words import word

Codes = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Levels:
    """The values of a parameter, or groups of neighbouring ones, in their order.

    Parameters
    ----------
    texts
        Name of each level.
    ticks
        The same as short as an axis needs it.
    codes
        uint16 of shape (n,): the level of each trial.
    """

    texts: tuple[str, ...]
    ticks: tuple[str, ...]
    codes: Codes


def levels(dimension: Dimension, values: FloatArray, *, most: int) -> Levels:
    """Return the levels of one parameter: each value where they are few, else groups.

    Parameters
    ----------
    dimension
        Values on a step and choices keep their order; a continuous range is cut into equal parts, on a logarithmic
        scale into equal ratios.
    values
        float64 of shape (n,), of each trial; for choices their positions.
    most
        Largest number of levels, at least 1.
    """
    low, step = dimension.low, dimension.step
    count = round((dimension.high - low) / step) + 1 if step else 0
    if not step or (dimension.log and count > most):
        return _cut(low, dimension.high, values, most, log=dimension.log)
    kept = min(count, most)
    first = [-(-at * count // kept) for at in range(kept + 1)]

    def text(position: int) -> str:
        return word(dimension.choices[position] if dimension.choices else low + position * float(step))

    spans = zip(first[:-1], (after - 1 for after in first[1:]), strict=True)
    texts = tuple(text(a) if a == b else f"{text(a)} to {text(b)}" for a, b in spans)
    return Levels(texts, tuple(map(text, first[:-1])), _codes(np.rint((values - low) / step) * kept // count))


def _cut(low: float, high: float, values: FloatArray, most: int, *, log: bool) -> Levels:
    edges = np.linspace(math.log(low) if log else low, math.log(high) if log else high, most + 1)
    codes = np.clip(np.searchsorted(edges, np.log(values) if log else values, side="right") - 1, 0, most - 1)
    shown = (np.exp(edges) if log else edges).tolist()
    texts = tuple(f"{a:.4g} to {b:.4g}" for a, b in pairwise(shown))
    return Levels(texts, tuple(f"{a:.3g}" for a in shown[:-1]), _codes(codes))


def _codes(values: npt.NDArray[Any]) -> Codes:
    return values.astype(np.uint16)  # numpy sorts 16 bits by radix, ten times as fast


@dataclass(frozen=True, slots=True)
class Spread:
    """Best, median and worst value of an objective at each level, NaN where nothing was tried, and the trials."""

    best: FloatArray
    median: FloatArray
    worst: FloatArray
    count: IntArray


class Surface:
    """Trials sorted by one objective, best first, each with the level of every parameter.

    Parameters
    ----------
    values
        Objective, finite, shape (n,).
    parameters
        `Levels` of each parameter over the same trials.
    minimize
        True if less is better.
    """

    def __init__(self, values: FloatArray, parameters: Sequence[Levels], *, minimize: bool) -> None:
        order = np.argsort(values if minimize else -values, kind="stable")
        self.values = values[order]
        self._codes = [one.codes[order] for one in parameters]
        self._sizes = [len(one.texts) for one in parameters]

    def over(self, parameter: int) -> Spread:
        """Return the spread at each level of one parameter, shape (levels,)."""
        return self._spread(self._codes[parameter], self._sizes[parameter])

    def across(self, row: int, column: int) -> Spread:
        """Return the spread at each pair of levels, shape (levels of `row`, levels of `column`)."""
        width = self._sizes[column]
        cells = self._codes[row].astype(np.uint32) * width + self._codes[column]
        size = self._sizes[row] * width
        found = self._spread(cells.astype(np.uint16) if size < 65_536 else cells, size)
        shape = (self._sizes[row], width)
        best, median, worst = (one.reshape(shape) for one in (found.best, found.median, found.worst))
        return Spread(best, median, worst, found.count.reshape(shape))

    def _spread(self, cells: Codes, size: int) -> Spread:
        """Return what stands first, in the middle and last of each cell; the values are sorted already."""
        sorted_by_cell = self.values[np.argsort(cells, kind="stable")]
        count = np.bincount(cells, minlength=size)
        filled = count > 0
        first = (np.cumsum(count) - count)[filled]
        some = count[filled]
        best, median, worst = (np.full(size, np.nan) for _ in range(3))
        best[filled] = sorted_by_cell[first]
        worst[filled] = sorted_by_cell[first + some - 1]
        median[filled] = (sorted_by_cell[first + (some - 1) // 2] + sorted_by_cell[first + some // 2]) / 2
        return Spread(best, median, worst, count)


def distances(dimensions: Sequence[Dimension], columns: Sequence[FloatArray], at: int) -> list[FloatArray]:
    """Return for each parameter how far every trial is from trial `at`, as a share of the parameter's range.

    Choices are 0 (equal) or 1 (different) apart.
    """
    apart = []
    for dimension, values in zip(dimensions, columns, strict=True):
        if dimension.kind == "choice":
            apart.append((values != values[at]).astype(np.float64))
            continue
        scale = np.log if dimension.log else np.asarray
        width = float(scale(dimension.high) - scale(dimension.low))
        apart.append(np.abs(scale(values) - scale(values[at])) / (width or 1.0))
    return apart


def nearest(codes: Codes, size: int, elsewhere: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return at each level the trial that differs least from the best one in everything else.

    Parameters
    ----------
    codes
        Level of each trial, shape (n,).
    size
        Number of levels.
    elsewhere
        Distance of each trial in all other parameters, shape (n,).

    Returns
    -------
    tuple
        Position of the trial (-1 where there is none) and its distance (NaN), each of shape (size,).
    """
    found = pd.Series(elsewhere).groupby(codes).idxmin()
    position, distance = np.full(size, -1, np.int64), np.full(size, np.nan)
    position[found.index] = found.to_numpy()
    distance[found.index] = elsewhere[found.to_numpy()]
    return position, distance
