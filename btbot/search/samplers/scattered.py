"""Samplers that choose settings without looking at what others gave: grid, random, Latin hypercube, Sobol.

Each is a function of the seed and of a number, so that a search that goes on and one that is spread over many
processes need no state. Where every dimension is counted, no setting comes twice.
"""

from __future__ import annotations

import math

import numpy as np

from btbot.errors import ConfigError
from btbot.search.dimension import FloatArray, IntArray
from btbot.search.samplers.candidates import BLOCK, Block, Listed, Numbered, distinct
from btbot.search.samplers.permutation import mixed, shuffled
from btbot.search.space import Columns, Space

MOST_OF_A_GRID = 10_000_000
# Beyond this share of a grid, scattered points meet it again so often that its shuffled order is the better sample.
_SCATTERED_SHARE = 0.25


def grid(space: Space, trials: int | None) -> Numbered:
    """Return every allowed setting, the last dimension changing fastest.

    Raises
    ------
    ConfigError
        If there are none, too many, or more than `trials`.
    """
    if space.size is None or space.size > MOST_OF_A_GRID:
        count = f"{space.size:,}" if space.size else "no end of"
        raise ConfigError(
            f"optimize.space: the grid has {count} settings, more than {MOST_OF_A_GRID:,}; widen the steps, or draw "
            "some of them with sampler: random and trials: 10000"
        )
    settings = Numbered(space, _grid_block(space, space.size, None), space.size, None)
    _refuse_empty(space, settings.total)
    if trials is not None and settings.total > trials:
        raise ConfigError(
            f"optimize.trials: the grid has {settings.total:,} settings, more than trials: {trials:,}; raise or remove "
            "trials, widen the steps, or write sampler: random"
        )
    return settings


def random(space: Space, trials: int, seed: int) -> Numbered:
    """Return settings drawn at random: without repetition from a grid, else from everything in between.

    Raises
    ------
    ConfigError
        If hardly any setting is allowed.
    """
    if space.size is None:
        return Numbered(space, _spread_block(space, seed), None, trials)
    settings = Numbered(space, _grid_block(space, space.size, seed), space.size, trials)
    _refuse_empty(space, settings.total)
    return settings


def latin_hypercube(space: Space, trials: int, seed: int) -> Numbered | Listed:
    """Return settings of which each slice of each dimension, one for each trial, has exactly one.

    Where constraints or a coarse grid take some of them away, those of further hypercubes of the same size follow.

    References
    ----------
    McKay, M. D., Beckman, R. J. and Conover, W. J. (1979), A Comparison of Three Methods for Selecting Values of Input
    Variables in the Analysis of Output from a Computer Code, Technometrics 21(2).
    """
    return _scattered(space, _hypercube_block(space, trials, seed), trials, seed)


def sobol(space: Space, trials: int, seed: int) -> Numbered | Listed:
    """Return settings of a scrambled Sobol sequence, which leaves smaller gaps than chance does.

    Points that break a constraint or meet a setting of a coarse grid again are left out.

    References
    ----------
    Owen, A. B. (1998), Scrambling Sobol' and Niederreiter-Xing Points, Journal of Complexity 14(4); computed by SciPy.
    """
    return _scattered(space, _SobolBlocks(space, seed), trials, seed)


def _scattered(space: Space, block: Block, trials: int, seed: int) -> Numbered | Listed:
    if space.size is None:
        return Numbered(space, block, None, trials)
    shuffled_grid = random(space, min(space.size, math.ceil(trials / _SCATTERED_SHARE)), seed)
    if trials > _SCATTERED_SHARE * shuffled_grid.total:
        return random(space, trials, seed)
    return Listed(space, distinct(space, block, trials))


def _refuse_empty(space: Space, total: int) -> None:
    if not total:
        texts = ", ".join(constraint.text for constraint in space.constraints)
        raise ConfigError(f"optimize.constraints: no setting of the space meets them ({texts}); widen the ranges")


def _positions(number: int) -> IntArray:
    return np.arange(number * BLOCK, (number + 1) * BLOCK, dtype=np.int64)


def _grid_block(space: Space, size: int, seed: int | None) -> Block:
    def block(number: int) -> Columns:
        positions = _positions(number)
        positions = positions[positions < size]
        return space.grid(positions if seed is None else shuffled(positions, size, seed))

    return block


def _uniform(seed: int, number: int, width: int) -> FloatArray:
    """Return shares in [0, 1), float64 of shape (BLOCK, width), from the seed and the number of a block alone."""
    key, counter = np.array([seed, 0], dtype=np.uint64), np.array([0, 0, 0, number], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter)).random((BLOCK, width))


def _spread_block(space: Space, seed: int) -> Block:
    return lambda number: space.spread(_uniform(seed, number, len(space.dimensions)))


def _hypercube_block(space: Space, trials: int, seed: int) -> Block:
    def block(number: int) -> Columns:
        cube, row = np.divmod(_positions(number), trials)
        shares = _uniform(seed, number, len(space.dimensions))
        for column in range(len(space.dimensions)):
            keys = mixed(mixed(cube + seed) + np.uint64(column)).astype(np.int64)
            shares[:, column] = (shuffled(row, trials, keys) + shares[:, column]) / trials
        return space.spread(np.minimum(shares, np.nextafter(1.0, 0.0)))

    return block


class _SobolBlocks:
    """Blocks of a Sobol sequence; one after the other they come fast, others are reached by walking there."""

    def __init__(self, space: Space, seed: int) -> None:
        # SciPy's statistics take a second to load.
        from scipy.stats.qmc import Sobol

        self._space, self._next = space, 0
        self._sequence = Sobol(len(space.dimensions), scramble=True, seed=np.random.default_rng(seed))

    def __call__(self, number: int) -> Columns:
        if number < self._next:
            self._sequence.reset()
            self._next = 0
        if number > self._next:
            self._sequence.fast_forward((number - self._next) * BLOCK)
        self._next = number + 1
        return self._space.spread(self._sequence.random(BLOCK))
