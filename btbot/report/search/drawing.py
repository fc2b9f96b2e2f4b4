"""What the charts of a search page are drawn from: few enough numbers for a page, taken from all trials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from btbot.bars import FloatArray, IntArray
from btbot.report.page import packed
from btbot.report.search.finished import Finished, labels
from btbot.report.search.given import Overfit, SearchResult
from btbot.report.search.importance import importance
from btbot.report.search.surface import Levels, Spread, Surface, distances, levels, nearest
from btbot.report.search.words import kind, label, settings, word

MAPPED = 12  # parameters that get heat maps with each other
LINES = 1000  # of the best settings, and as many of all, in parallel coordinates
POINTS = 4000  # of a scatter plot
BINS = 60  # of a histogram
NEIGHBOURS = 60
_LEVELS_ALONE, _LEVELS = 1000, 60
_CELLS = 400_000  # numbers in all heat maps together
_PAIRS = 6


def drawing(result: SearchResult, overfit: Overfit | None) -> dict[str, Any]:
    """Return the page's data; parts that cannot be drawn are None or empty.

    Heat maps, slices and importance rest on every complete trial; lines and points are a part of them that is
    spread evenly over the ranks.
    """
    finished = Finished.of(result)
    content: dict[str, Any] = {
        "objectives": [_objective(name, direction) for name, direction in result.objectives],
        "dimensions": [one.label for one in finished.trials.dimensions],
    }
    if finished.best is None:
        return content
    shares = [importance(finished, at) for at in range(len(result.objectives))]
    order = _by_importance(len(finished.trials.dimensions), shares[0].alone if shares[0] else None)
    content["importance"] = [_importance(one) for one in shares]
    content["order"] = order
    content |= _surfaces(result, finished, order)
    content["parallel"] = _parallel(finished, order)
    content["front"] = _front(result, finished) if len(result.objectives) > 1 else None
    content["luck"] = _luck(overfit, finished)
    return content


def _objective(name: str, direction: str) -> dict[str, Any]:
    return {"text": label(name), "minimize": direction == "minimize", "percent": kind(name) == "percent"}


def _by_importance(count: int, alone: FloatArray | None) -> list[int]:
    """Return the positions of the parameters, what decides most first."""
    return list(range(count)) if alone is None else [int(one) for one in np.argsort(-alone, kind="stable")]


def _importance(found: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    alone, pairs = found.ranked(), found.pairs(_PAIRS)
    return {
        "names": [one for one, _ in alone + pairs],
        "shares": [one for _, one in alone + pairs],
        "alone": len(alone),
    }


def _most_levels(result: SearchResult, trials: int) -> int:
    """Return into how many levels a parameter is cut: a grid's own, else so that some trials are in each cell."""
    count = len(result.trials.dimensions)
    pairs = math.comb(min(count, MAPPED), 2)
    numbers = pairs * (1 + 2 * len(result.objectives))
    highest = min(_LEVELS, math.isqrt(_CELLS // numbers)) if pairs else _LEVELS_ALONE
    if result.sampler == "grid":
        return highest
    return min(max(math.isqrt(trials // 4) if pairs else trials // 4, 4), highest)


def _surfaces(result: SearchResult, finished: Finished, order: Sequence[int]) -> dict[str, Any]:
    most = _most_levels(result, len(finished))
    columns = [finished.column(one.label) for one in finished.trials.dimensions]
    cut = [levels(one, values, most=most) for one, values in zip(finished.trials.dimensions, columns, strict=True)]
    surfaces = [
        Surface(values, cut, minimize=direction == "minimize")
        for values, (_, direction) in zip(finished.values, result.objectives, strict=True)
    ]
    slices, bounds = _slices(finished, columns, cut, surfaces)
    return {
        "levels": [{"texts": one.texts, "ticks": one.ticks, "best": int(one.codes[finished.best])} for one in cut],
        "heat": _heat(surfaces, sorted(order[:MAPPED])),
        "slices": slices,
        "bounds": bounds,
    }


def _heat(surfaces: Sequence[Surface], chosen: Sequence[int]) -> list[dict[str, Any]]:
    """Return a map for each pair of the chosen parameters: rows are levels of the first, columns of the second."""
    maps = []
    for at, row in enumerate(chosen):
        for column in chosen[at + 1 :]:
            found = [one.across(row, column) for one in surfaces]
            values = [{"best": packed(one.best), "median": packed(one.median)} for one in found]
            maps.append({"row": row, "column": column, "count": packed(found[0].count), "values": values})
    return maps


def _slices(
    finished: Finished, columns: Sequence[FloatArray], cut: Sequence[Levels], surfaces: Sequence[Surface]
) -> tuple[list[dict[str, Any]], list[list[float]]]:
    """Return a slice for each parameter, and for each objective the range in which all of them are drawn."""
    apart = distances(finished.trials.dimensions, columns, finished.best or 0)
    whole = np.sum(apart, axis=0)
    slices, lines = [], []
    for at, one in enumerate(cut):
        position, distance = nearest(one.codes, len(one.texts), whole - apart[at])
        through = [_at(values, position) for values in finished.values]
        lines.append(through)
        spreads = [surface.over(at) for surface in surfaces]
        found = [_spread(spread) | {"through": packed(line)} for spread, line in zip(spreads, through, strict=True)]
        slices.append({"exact": packed(distance < 1e-9), "values": found})
    bounds = [_bounds(surface.values, [line[at] for line in lines]) for at, surface in enumerate(surfaces)]
    return slices, bounds


def _bounds(best_first: FloatArray, lines: Sequence[FloatArray]) -> list[float]:
    """Return a range that holds every line and all values but the worst twentieth, which may be far off."""
    most = best_first[: max(-(-len(best_first) * 19 // 20), 1)]
    ends = np.concatenate([most[[0, -1]], *lines])
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return [low - room, high + room]


def _at(values: FloatArray, position: IntArray) -> FloatArray:
    return np.where(position >= 0, values[position], np.nan)


def _spread(found: Spread) -> dict[str, str]:
    return {name: packed(getattr(found, name)) for name in ("best", "median", "worst")}


def _parallel(finished: Finished, order: Sequence[int]) -> dict[str, Any]:
    even = finished.spread(LINES)
    chosen = np.union1d(np.arange(min(LINES, len(finished))), even)
    axes = []
    for at in order:
        dimension = finished.trials.dimensions[at]
        scale = np.log if dimension.log else np.asarray
        low, high = float(scale(dimension.low)), float(scale(dimension.high))
        share = (scale(finished.column(dimension.label)[chosen]) - low) / ((high - low) or 1.0)
        axes.append({"ends": _ends(dimension), "share": packed(share)})
    values = [packed(one[chosen]) for one in finished.values]
    return {"axes": axes, "rank": packed(chosen), "even": np.searchsorted(chosen, even).tolist(), "values": values}


def _ends(dimension: Any) -> list[str]:
    if dimension.kind == "choice":
        return [word(dimension.choices[0]), word(dimension.choices[-1])]
    return [word(float(dimension.low)), word(float(dimension.high))]


def _front(result: SearchResult, finished: Finished) -> dict[str, Any]:
    some = finished.spread(POINTS)
    at = np.flatnonzero(np.isin(finished.numbers, result.front))
    at = at[np.unique(np.linspace(0, len(at) - 1, min(len(at), POINTS // 4)).astype(np.int64))] if len(at) else at
    names = labels(finished.trials.dimensions)
    return {
        "all": [packed(values[some]) for values in finished.values],
        "front": [packed(values[at]) for values in finished.values],
        "settings": [settings(finished.trials.setting(int(one)), names) for one in finished.numbers[at]],
    }


def _luck(overfit: Overfit | None, finished: Finished) -> dict[str, Any] | None:
    if overfit is None:
        return None
    figures = overfit.figures()
    sharpes = finished.column("sharpe") if "sharpe" in finished.trials.figures else np.zeros(0)
    pairs = np.asarray(overfit.is_oos, np.float64).reshape(-1, 2)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    pairs = pairs[:: max(len(pairs) // POINTS, 1)]
    return {
        "neighbours": _neighbours(overfit, finished),
        "sharpes": _histogram(sharpes),
        "best": _finite(figures.get("sharpe")),
        "expected": _finite(figures.get("expected_max_sharpe")),
        "logits": _histogram(np.asarray(overfit.logits, np.float64)),
        "halves": {"inside": packed(pairs[:, 0]), "outside": packed(pairs[:, 1])} if len(pairs) else None,
    }


def _neighbours(overfit: Overfit, finished: Finished) -> dict[str, Any] | None:
    """Return the first objective of the trials around the best one, the nearest first."""
    near = [int(at) for one in overfit.neighbours[:NEIGHBOURS] for at in np.flatnonzero(finished.numbers == one)]
    if not near or finished.best is None:
        return None
    names, values = labels(finished.trials.dimensions), finished.values[0]
    told = [settings(finished.trials.setting(int(finished.numbers[at])), names) for at in near]
    best, middle = float(values[finished.best]), float(np.median(values))
    return {"values": packed(values[near]), "settings": told, "best": best, "median": middle}


def _histogram(values: FloatArray) -> dict[str, str] | None:
    """Return edges and counts; None without a finite value."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    counts, edges = np.histogram(known, bins=BINS)
    return {"edges": packed(edges), "counts": packed(counts)}


def _finite(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
