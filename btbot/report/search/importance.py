"""Which parameters decide: shares of the variance of an objective over the trials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from btbot.bars import FloatArray
from btbot.report.search.finished import Finished
from btbot.report.search.surface import Codes, levels

_GROUPS = 32  # of one parameter
_COARSE = 8  # of each of two
_FEWEST = 4  # trials in a group
_TRIALS = 100_000
_NEGLIGIBLE = 0.005
METHOD = (
    "Share of the variance of the objective between these settings: blue, what a parameter explains alone; grey, what "
    "two explain together beyond that. (Effects of first and second order of a functional analysis of variance, Sobol' "
    "1993 and Hutter et al. 2014, over groups of values and corrected for chance; values beyond the 1st and 99th "
    "percentile are drawn in. Where constraints or the sampler tie parameters together, shares need not add up to 1.)"
)


@dataclass(frozen=True, slots=True)
class Importance:
    """What decides an objective.

    Parameters
    ----------
    names
        Short name of each parameter, p of them.
    alone
        float64 of shape (p,): the share of the variance that each explains alone.
    together
        float64 of shape (p, p): what two explain beyond that.
    """

    names: tuple[str, ...]
    alone: FloatArray
    together: FloatArray

    def ranked(self) -> list[tuple[str, float]]:
        """Return name and share of each parameter, the largest first."""
        return [(self.names[at], float(self.alone[at])) for at in np.argsort(-self.alone, kind="stable")]

    def pairs(self, most: int) -> list[tuple[str, float]]:
        """Return names and share of the pairs that explain most, the largest first, none that is negligible."""
        rows, columns = np.triu_indices(len(self.names), 1)
        shares = np.nan_to_num(self.together[rows, columns])
        order = np.argsort(-shares, kind="stable")[:most]
        return [
            (f"{self.names[rows[at]]} with {self.names[columns[at]]}", float(shares[at]))
            for at in order
            if shares[at] >= _NEGLIGIBLE
        ]


def importance(finished: Finished, objective: int) -> Importance | None:
    """Return what decides an objective; None where too few trials differ for that to be told.

    Parameters
    ----------
    finished
        Complete trials; of more than `_TRIALS` so many, evenly over the ranks.
    objective
        Position of the objective.
    """
    chosen = finished.spread(_TRIALS)
    values = finished.values[objective][chosen]
    dimensions = finished.trials.dimensions
    most = min(_GROUPS, len(values) // _FEWEST)
    if most < 2:
        return None
    values = np.clip(values, *np.percentile(values, [1, 99]))
    codes = [levels(one, finished.column(one.label)[chosen], most=most).codes for one in dimensions]
    alone = main_effects(codes, values)
    if np.isnan(alone).any():
        return None
    return Importance(tuple(one.label for one in dimensions), alone, interactions(codes, values))


def main_effects(codes: Sequence[Codes], values: FloatArray) -> FloatArray:
    """Return for each parameter the share of the variance that its groups of values explain.

    This is the first-order Sobol' index, Var(E[y | x]) / Var(y), with groups of values in the place of x, and with
    epsilon squared in the place of the plain ratio, which is never 0 by chance.

    Parameters
    ----------
    codes
        For each parameter the group of each trial, integers >= 0 of shape (n,).
    values
        Objective of each trial, finite, shape (n,).

    Returns
    -------
    float64 of shape (number of parameters,), 0 to 1; NaN where there are no more trials than groups, or the
    objective never changes.

    References
    ----------
    Sobol' (1993), Sensitivity estimates for nonlinear mathematical models. Hutter, Hoos and Leyton-Brown (2014), An
    efficient approach for assessing hyperparameter importance. Kelley (1935), An unbiased correlation ratio measure.

    Examples
    --------
    >>> first, second = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> main_effects([first, second], np.array([1.0, 1.0, 5.0, 5.0])).tolist()
    [1.0, 0.0]
    """
    spread = _standardised(values)
    return np.array([_explained(one, spread) for one in codes])


def interactions(codes: Sequence[Codes], values: FloatArray) -> FloatArray:
    """Return the share of the variance that two parameters explain together beyond what each explains alone.

    Parameters
    ----------
    codes, values
        As for `main_effects`.

    Returns
    -------
    float64 of shape (p, p), symmetric, NaN on the diagonal and where it cannot be told.

    Examples
    --------
    >>> first, second = np.array([0, 0, 1, 1] * 2), np.array([0, 1, 0, 1] * 2)
    >>> interactions([first, second], np.array([1.0, -1.0, -1.0, 1.0] * 2)).round(9).tolist()[0]
    [nan, 1.0]
    """
    coarse = [grouped(one, _COARSE) for one in codes]
    alone = main_effects(coarse, values)
    spread = _standardised(values)
    shares = np.full((len(codes), len(codes)), np.nan)
    for i, first in enumerate(coarse):
        for j, second in enumerate(coarse[:i]):
            both = _explained(first.astype(np.int64) * _COARSE + second, spread) - alone[i] - alone[j]
            shares[i, j] = shares[j, i] = np.maximum(both, 0.0)
    return shares


def grouped(codes: Codes, most: int) -> Codes:
    """Return codes with neighbouring groups put together until there are at most `most`."""
    size = int(codes.max(initial=0)) + 1
    return codes if size <= most else codes.astype(np.int64) * most // size


def _standardised(values: FloatArray) -> FloatArray:
    """Return values with mean 0 and a sum of squares of 1; NaN where they never change."""
    centred = values - values.mean() if len(values) else values
    size = math.sqrt(float(np.sum(centred**2)))
    changes = size > 1e-12 * math.sqrt(float(np.sum(values**2)))
    return centred / size if changes else np.full(len(values), np.nan)


def _explained(codes: Codes, spread: FloatArray) -> float:
    """Return epsilon squared of groups over standardised values."""
    counts = np.bincount(codes)
    groups = int(np.count_nonzero(counts))
    if len(spread) <= groups:
        return math.nan
    sums = np.bincount(codes, weights=spread)
    within = 1.0 - float(np.sum(sums[counts > 0] ** 2 / counts[counts > 0]))
    share = 1.0 - within * (len(spread) - 1) / (len(spread) - groups)
    return share if math.isnan(share) else min(max(share, 0.0), 1.0)
