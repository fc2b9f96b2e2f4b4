"""Settings by number: those of a long row of candidates that meet the constraints, counted from the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np

from btbot.errors import ConfigError
from btbot.search.dimension import IntArray
from btbot.search.space import Columns, Space

BLOCK = 1 << 14
"""Candidates that are made at a time."""
Block = Callable[[int], Columns]
_MOST_TRIED, _MOST_TRIED_FOR_ONE = 10_000_000, 100


class Numbered:
    """Allowed candidates, numbered. Only their count in each block is held; a block is made again when it is asked for.

    Parameters
    ----------
    space
        Whose constraints count.
    block
        Number of a block to its candidates: `BLOCK` of them, fewer in the last.
    size
        How many candidates there are; None if they never end.
    wanted
        So many settings are enough; None: all.

    Attributes
    ----------
    total
        How many settings there are.

    Raises
    ------
    ConfigError
        If a row without end has hardly any allowed candidates.
    """

    adaptive: Literal[False] = False

    def __init__(self, space: Space, block: Block, size: int | None, wanted: int | None) -> None:
        self._space, self._block = space, block
        self._held: tuple[int, Columns] = (-1, {})
        self._before = np.array([0])
        if space.constraints:
            self._count(size, wanted)
        else:
            enough = min(one for one in (size, wanted) if one is not None)
            self._before = np.append(np.arange(0, enough, BLOCK), enough)
        found = int(self._before[-1])
        self.total = found if wanted is None else min(wanted, found)

    def _count(self, size: int | None, wanted: int | None) -> None:
        """Count the allowed candidates before each block, until there are enough of them."""
        before, tried = [0], 0
        while tried != size and (wanted is None or before[-1] < wanted):
            allowed = self._space.allowed(self._block(len(before) - 1))
            tried += len(allowed)
            before.append(before[-1] + int(np.count_nonzero(allowed)))
            refuse_too_rare(before[-1], tried, wanted)
        self._before = np.array(before)

    def batch(self, start: int, stop: int) -> Columns:
        """Return settings ``start`` to ``stop - 1`` as arrays, always the same ones."""
        first = int(np.searchsorted(self._before, start, side="right")) - 1
        last = int(np.searchsorted(self._before, stop, side="left"))
        parts = [self._allowed(number) for number in range(first, last)]
        begin = start - int(self._before[first])
        return {
            one.label: np.concatenate([part[one.label] for part in parts])[begin : begin + stop - start]
            for one in self._space.dimensions
        }

    def _allowed(self, number: int) -> Columns:
        """Return the allowed candidates of a block; the last one is held, since neighbours ask for it again."""
        if self._held[0] != number:
            columns = self._block(number)
            allowed = self._space.allowed(columns)
            self._held = number, {label: values[allowed] for label, values in columns.items()}
        return self._held[1]


class Listed:
    """Settings of a grid in an order of its own, none of them twice; eight bytes are held for each.

    Parameters
    ----------
    space
        Whose grid it is.
    numbers
        int64 of shape (n,): numbers of the settings in the grid.
    """

    adaptive: Literal[False] = False

    def __init__(self, space: Space, numbers: IntArray) -> None:
        self._space, self._numbers = space, numbers
        self.total = len(numbers)

    def batch(self, start: int, stop: int) -> Columns:
        """Return settings ``start`` to ``stop - 1`` as arrays."""
        return self._space.grid(self._numbers[start:stop])


def distinct(space: Space, block: Block, wanted: int) -> IntArray:
    """Return the first `wanted` different allowed candidates of an endless row, as numbers in the grid."""
    blocks = _allowed_numbers(space, block)
    found = np.empty(0, dtype=np.int64)
    tried = 0
    while len(found) < wanted:
        more = []
        for numbers, candidates in blocks:
            more.append(numbers)
            tried += candidates
            if sum(map(len, more)) >= wanted - len(found):
                break
            refuse_too_rare(len(found) + sum(map(len, more)), tried, wanted)
        found = _first_occurrences(np.concatenate([found, *more]))
        refuse_too_rare(len(found), tried, wanted)
    return found[:wanted]


def _allowed_numbers(space: Space, block: Block) -> Iterator[tuple[IntArray, int]]:
    number = 0
    while True:
        columns = block(number)
        allowed = space.allowed(columns)
        yield space.numbers(columns)[allowed], len(allowed)
        number += 1


def _first_occurrences(numbers: IntArray) -> IntArray:
    _, first = np.unique(numbers, return_index=True)
    return numbers[np.sort(first)]


def refuse_too_rare(found: int, tried: int, wanted: int | None) -> None:
    """Raise `ConfigError` where the search for allowed settings would take for ever."""
    if wanted is None or found >= wanted or tried <= _MOST_TRIED + _MOST_TRIED_FOR_ONE * wanted:
        return
    raise ConfigError(
        f"optimize.constraints: only {found:,} of {tried:,} settings drawn at random meet them, too few for "
        f"trials: {wanted}; narrow the ranges to where they can be met, or lower trials"
    )
