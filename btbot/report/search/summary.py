"""``search.json``: what a search found, for programs."""

from __future__ import annotations

from typing import Any

import numpy as np

from btbot.report.plain import plain
from btbot.report.search.finished import rank
from btbot.report.search.given import Overfit, SearchResult

IN_FRONT = 1000


def build(result: SearchResult, overfit: Overfit | None) -> dict[str, Any]:
    """Return the content of ``search.json`` as plain values: no time of day, no duration, no path of its own.

    Of a Pareto front the first `IN_FRONT` settings are named; all of them stand first in ``trials.parquet``.
    """
    trial = result.best_trial
    front = [] if trial is None else [int(one) for one in result.front[:IN_FRONT]]
    content = {
        "name": result.name,
        "objectives": [{"name": name, "direction": direction} for name, direction in result.objectives],
        "sampler": result.sampler,
        "seed": result.seed,
        "space": [_space(one) for one in result.trials.dimensions],
        "requested": result.requested,
        "trials": len(result.trials),
        "counts": result.counts,
        "best": None if trial is None else _trial(result, trial),
        "front": [_trial(result, one) for one in front],
        "front_size": 0 if trial is None else len(result.front),
        "overfit": None if overfit is None else overfit.figures(),
        "verification": [_checked(one) for one in result.verification],
        "failures": [{"trial": number, "text": text} for number, text in result.failures],
        "compiled": not result.obstacle,
        "obstacle": result.obstacle,
        "data_fingerprint": result.data_fingerprint,
        "synthetic": bool(result.evaluator.market.synthetic),
        "notes": list(result.notes),
    }
    return {name: plain(value) for name, value in content.items()}


def _space(dimension: Any) -> dict[str, Any]:
    own = ("choices",) if dimension.kind == "choice" else ("low", "high", "step", "log")
    return {name: getattr(dimension, name) for name in ("key", "label", "kind", *own)}


def _trial(result: SearchResult, number: int) -> dict[str, Any]:
    trials = result.trials
    row = trials.frame(np.array([number])).iloc[0]
    return {
        "trial": number,
        "rank": rank(result, number),
        "setting": dict(trials.setting(number)),
        "objectives": {name: float(row[name]) for name, _ in result.objectives},
        "figures": {name: float(row[name]) for name in trials.figures},
    }


def _checked(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("trial", "rank", "worst_difference", "fills", "ok", "text")}
