"""How often the best setting of one half of the data disappoints in the other half."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from btbot.bars import FloatArray

_AT_ONCE = 2**20  # ratios computed at a time: bounds the memory, changes no result
_LEAST_DAYS = 2  # of a block


@dataclass(frozen=True, slots=True, eq=False)
class CrossValidation:
    """What became of the best setting of each half in the other half.

    Parameters
    ----------
    logits
        float64 of shape (c,), one for each choice of half the blocks: the logarithm of the odds of the chosen
        setting's relative rank in the other half; negative in the worse half of all settings.
    sharpes
        float64 of shape (c, 2), the chosen setting's Sharpe ratio of one period in its half and in the other one.
    """

    logits: FloatArray
    sharpes: FloatArray

    @property
    def probability(self) -> float:
        """Probability of backtest overfitting: share of choices that end up at or below the median, in [0, 1]."""
        return float(np.mean(self.logits <= 0.0))

    @property
    def probability_of_loss(self) -> float:
        """Share of choices that lose in the other half, in [0, 1]."""
        return float(np.mean(self.sharpes[:, 1] < 0.0))

    @property
    def degradation(self) -> float:
        """Slope of the ratio in the other half on the ratio in the own half; NaN if the latter does not vary."""
        deviations = self.sharpes - self.sharpes.mean(axis=0)
        spread = float(deviations[:, 0] @ deviations[:, 0])
        return float(deviations[:, 0] @ deviations[:, 1]) / spread if spread > 0.0 else math.nan


def cross_validate(returns: FloatArray, *, blocks: int = 16) -> CrossValidation:
    """Choose the best setting on every half of the blocks of days and look at it in the other half.

    Combinatorially symmetric cross-validation by the Sharpe ratio.

    Parameters
    ----------
    returns
        float64 of shape (d, n), one column a setting, at least two of them, in the order of time.
    blocks
        Number of blocks of equal length (up to one day), even, at least 2 and at most half of d.

    Raises
    ------
    ValueError
        If there are too few days or settings, or `blocks` is odd.

    References
    ----------
    Bailey, D. H., Borwein, J., Lopez de Prado, M. and Zhu, Q. J. (2017), The Probability of Backtest Overfitting,
    Journal of Computational Finance 20(4).
    """
    days, settings = returns.shape
    if settings < 2 or blocks < 2 or blocks % 2 or days < _LEAST_DAYS * blocks:
        raise ValueError(f"{days} days of {settings} settings cannot be split into {blocks} blocks")
    edges = np.linspace(0, days, blocks + 1).astype(np.int64)
    lengths = np.diff(edges).astype(np.float64)
    means = returns.mean(axis=0)
    centred = returns - means
    sums = np.add.reduceat(centred, edges[:-1], axis=0)
    squares = np.add.reduceat(centred**2, edges[:-1], axis=0)
    halves = _halves(blocks)
    step = max(1, _AT_ONCE // settings)
    parts = []
    for first in range(0, len(halves), step):
        half = halves[first : first + step]
        one = _ratios(half, lengths, sums, squares, means)
        other = _ratios(1.0 - half, lengths, sums, squares, means)
        parts += [_chosen(one, other), _chosen(other, one)]
    found = np.concatenate(parts)
    return CrossValidation(logits=np.log(found[:, 2] / (1.0 - found[:, 2])), sharpes=found[:, :2])


def _halves(blocks: int) -> FloatArray:
    """Return a row of 0 and 1 for each half that holds the first block; the complements are the other halves."""
    chosen = list(combinations(range(1, blocks), blocks // 2 - 1))
    halves = np.zeros((len(chosen), blocks))
    for half, others in zip(halves, chosen, strict=True):
        half[[0, *others]] = 1.0
    return halves


def _ratios(
    half: FloatArray, lengths: FloatArray, sums: FloatArray, squares: FloatArray, means: FloatArray
) -> FloatArray:
    """Return the Sharpe ratio of each setting in each half, 0 where its returns do not vary."""
    days = (half @ lengths)[:, None]
    ratios = half @ sums
    ratios /= days
    variance = ratios**2
    variance *= -days
    variance += half @ squares
    variance /= days - 1.0
    flat = variance <= np.maximum(1e-12 * squares.sum(axis=0) / lengths.sum(), 1e-30)
    variance[flat] = 1.0
    ratios += means
    ratios /= np.sqrt(variance, out=variance)
    ratios[flat] = 0.0
    return ratios


def _chosen(own: FloatArray, other: FloatArray) -> npt.NDArray[np.float64]:
    """Return of the best setting of each half: its ratio there, in the other half, its relative rank there.

    A rank counts the settings that are not better, those of equal ratio by half, out of their number and one.
    """
    row = np.arange(len(own))
    best = own.argmax(axis=1)
    seen = other[row, best]
    below = np.count_nonzero(other < seen[:, None], axis=1)
    equal = np.count_nonzero(other == seen[:, None], axis=1)
    rank = below + (equal + 1) / 2.0
    return np.column_stack((own[row, best], seen, rank / (other.shape[1] + 1.0)))
