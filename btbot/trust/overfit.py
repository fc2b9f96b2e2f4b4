"""What is known about how far the best setting of a search can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from btbot.bars import FloatArray, IntArray
from btbot.trust.sentences import explain

UNKNOWN = (
    "effective_trials", "sharpe", "probabilistic_sharpe", "deflated_sharpe", "expected_max_sharpe", "luck_probability",
    "spa_pvalue", "reality_check_pvalue", "pbo", "pbo_loss", "pbo_slope", "splits", "minimum_backtest_days",
    "minimum_track_days", "plateau_ratio", "plateau_neighbours", "holding_sharpe",
)  # fmt: skip
"""Figures that are not defined for every search."""


@dataclass(frozen=True, slots=True, eq=False)
class Overfit:
    """How far the best setting of a search can be trusted.

    Parameters
    ----------
    values
        Every figure by name, NaN and infinity where it is not defined; see `figures`.
    logits, is_oos
        Of the cross-validation: float64 of shape (c,), and of shape (c, 2) the annual Sharpe ratios of the best setting
        of one half of the days in that half and in the other; empty where there are too few days or trials.
    neighbours
        int64 of shape (k,), positions of the trials around the best one, the nearest first.
    notes
        Sentences about how the trials were looked at.
    """

    values: Mapping[str, float | int | str]
    logits: FloatArray = field(default_factory=lambda: np.empty(0))
    is_oos: FloatArray = field(default_factory=lambda: np.empty((0, 2)))
    neighbours: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """``skill``, ``unproven`` or ``luck``."""
        return str(self.values["verdict"])

    def figures(self) -> dict[str, Any]:
        """Return every figure as a plain value, None where it is not defined.

        ``trials`` of this search and ``trials_before`` in earlier ones; ``effective_trials``: to how many independent
        ones all of them amount; ``days`` of returns; ``sharpe`` (annual), ``probabilistic_sharpe``,
        ``deflated_sharpe``, ``expected_max_sharpe`` (annual); ``luck_probability``, on which the ``verdict`` rests;
        ``spa_pvalue``, ``reality_check_pvalue``; of the cross-validation ``pbo``, ``pbo_loss`` (share of losses),
        ``pbo_slope`` (performance degradation) and the number of ``splits``; ``minimum_backtest_days``,
        ``minimum_track_days``; ``plateau_ratio``, ``plateau_neighbours``; ``holding_sharpe`` (annual).
        """
        return {name: _plain(value) for name, value in self.values.items()}

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was measured and what it means, the verdict first."""
        return (*explain(self.figures()), *self.notes)


def _plain(value: float | int | str) -> float | int | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value
