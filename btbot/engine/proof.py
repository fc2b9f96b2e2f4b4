"""The proof that signals do not look ahead: cut the future off, and nothing in the past may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from btbot.bars import Bars
from btbot.errors import StrategyError
from btbot.signals import Signals, Targets

_CUTS = {"none": (), "panel": (0.55, 0.93), "full": tuple(np.linspace(0.1, 0.99, 24))}
_TOLERANCE = 1e-9


def check_no_lookahead(
    compute: Callable[[Bars], Signals | Targets],
    whole: Signals | Targets,
    bars: Bars,
    *,
    strategy: str,
    proof: str,
) -> int:
    """Compute the signals again on the beginnings of the bars and compare.

    Parameters
    ----------
    compute
        Gives checked signals for bars.
    whole
        Its answer for all of `bars`.
    proof
        ``none``, ``panel`` (2 cuts) or ``full`` (24 cuts).

    Returns
    -------
    Number of cuts that were tried.

    Raises
    ------
    StrategyError
        Naming the array and the first bar that changed.
    """
    cuts = sorted({int(len(bars) * share) for share in _CUTS[proof]} - {0, len(bars)})
    for cut in cuts:
        part = compute(bars.slice(0, cut))
        changed = _first_change(part, whole, cut)
        if changed:
            name, at = changed
            raise StrategyError(
                f"strategy {strategy}, {bars.symbol}: {name} at {bars.stamp(at)} changes when the bars from "
                f"{bars.stamp(cut)} on are cut off, so it looks ahead; let the value at i depend on bars 0..i only"
            )
    return len(cuts)


def _first_change(part: Any, whole: Any, cut: int) -> tuple[str, int] | None:
    if type(part) is not type(whole):
        return "the kind of answer", 0
    for item in fields(part):
        left, right = getattr(part, item.name), getattr(whole, item.name)
        if not isinstance(left, np.ndarray) or not isinstance(right, np.ndarray):
            continue
        right = right[:cut]
        same = (
            left == right if left.dtype == bool else np.isclose(left, right, rtol=_TOLERANCE, atol=0.0, equal_nan=True)
        )
        if not same.all():
            return item.name, int(np.flatnonzero(~same)[0])
    return None
