"""How steady the chosen parameters of a walk-forward are, and how much of the in-sample return is left afterwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of one parameter from window to window.

    Parameters
    ----------
    label
        Short name of the parameter.
    chosen
        Its value in each window; None where no setting was chosen.
    counts
        How many windows chose each value, the most frequent first, of equals the smallest.
    kept
        Share of windows, from the second on, that kept the value of the window before, in [0, 1]; NaN without one.
    mean_change, largest_change
        Distance between neighbouring windows as a share of the parameter's range, in [0, 1]; a choice that is not a
        number has moved by 0 or 1. NaN without two windows.
    """

    label: str
    chosen: tuple[Any, ...]
    counts: tuple[tuple[Any, int], ...]
    kept: float
    mean_change: float
    largest_change: float


def drift(label: str, values: Sequence[Any], allowed: Sequence[Any]) -> Drift:
    """Return how a parameter moved from window to window.

    Parameters
    ----------
    label
        Short name of the parameter.
    values
        Its value in each window, in the order of time; None where no setting was chosen, which neighbours skip.
    allowed
        The lowest and the highest value of a range, or every choice.

    Examples
    --------
    >>> moved = drift("fast", [10, 10, 30, None, 20], [10, 50])
    >>> moved.counts, round(moved.kept, 6), moved.mean_change, moved.largest_change
    (((10, 2), (20, 1), (30, 1)), 0.333333, 0.25, 0.5)
    """
    known = [value for value in values if value is not None]
    pairs = list(pairwise(known))
    moves = [_move(before, after, allowed) for before, after in pairs]
    return Drift(
        label=label,
        chosen=tuple(values),
        counts=_counts(known),
        kept=sum(before == after for before, after in pairs) / len(pairs) if pairs else math.nan,
        mean_change=sum(moves) / len(moves) if moves else math.nan,
        largest_change=max(moves, default=math.nan),
    )


def _counts(known: list[Any]) -> tuple[tuple[Any, int], ...]:
    distinct = list(dict.fromkeys(known))
    if all(_is_number(value) for value in distinct):
        distinct.sort()
    return tuple(sorted(((value, known.count(value)) for value in distinct), key=lambda pair: -pair[1]))


def _move(before: Any, after: Any, allowed: Sequence[Any]) -> float:
    if before == after:
        return 0.0
    if not all(_is_number(value) for value in allowed):
        return 1.0
    return abs(float(after) - float(before)) / float(max(allowed) - min(allowed))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def efficiency(out_of_sample: float, in_sample: float) -> float:
    """Return the walk-forward efficiency: what of the in-sample return was left when the setting was traded.

    Parameters
    ----------
    out_of_sample, in_sample
        Annual returns of equal kind, as fractions. Give the arithmetic ones (mean daily return times the days of a
        year): compounded, the return of a short window grows beyond all measure.

    Returns
    -------
    Their ratio: 1 if nothing was lost, NaN unless the in-sample return is positive. Pardo asks for at least 0.5.

    References
    ----------
    Pardo, R. (2008), The Evaluation and Optimization of Trading Strategies, 2nd ed., Wiley, chapter 11: walk-forward
    efficiency as the ratio of annualised out-of-sample and in-sample profit.

    Examples
    --------
    >>> efficiency(0.1, 0.4), efficiency(0.1, -0.2)
    (0.25, nan)
    """
    return out_of_sample / in_sample if in_sample > 0.0 else math.nan
