"""A shuffled order of the numbers below a bound, computed number by number: no list of them is ever held."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
_Bits = npt.NDArray[np.uint64]
_ROUNDS = 8
_STRIDE = 0x9E3779B97F4A7C15


def shuffled(positions: IntArray, size: int, key: int | IntArray) -> IntArray:
    """Return what stands at some positions of a random order of ``0, 1, ..., size - 1``.

    A Feistel network of eight rounds permutes the numbers of the next even number of bits; what falls outside is
    permuted again until it falls inside.

    Parameters
    ----------
    positions
        int64 of shape (n,), 0 to ``size - 1``.
    size
        How many numbers there are, 1 to 2**62.
    key
        Which order; one for all, or one for each position.

    References
    ----------
    Black, J. and Rogaway, P. (2002), Ciphers with Arbitrary Finite Domains, CT-RSA: cycle walking. The mixing function
    is that of Steele, Lea and Flood (2014), Fast Splittable Pseudorandom Number Generators, OOPSLA.

    Examples
    --------
    >>> sorted(shuffled(np.arange(5), 5, key=1).tolist())
    [0, 1, 2, 3, 4]
    """
    half = np.uint64(max(1, ((size - 1).bit_length() + 1) // 2))
    keys = np.atleast_1d(np.asarray(key, dtype=np.int64)).astype(np.uint64)
    rounds = [mixed(keys + np.uint64(_STRIDE * turn % 2**64)) for turn in range(1, _ROUNDS + 1)]
    result = _network(positions.astype(np.uint64), half, rounds)
    outside = np.flatnonzero(result >= size)
    while len(outside):
        own = rounds if len(keys) == 1 else [one[outside] for one in rounds]
        result[outside] = _network(result[outside], half, own)
        outside = outside[result[outside] >= size]
    return result.astype(np.int64)


def _network(numbers: _Bits, half: np.uint64, rounds: list[_Bits]) -> _Bits:
    mask = (np.uint64(1) << half) - np.uint64(1)
    left, right = numbers >> half, numbers & mask
    for key in rounds:
        left, right = right, left ^ (mixed(right + key) & mask)
    return (left << half) | right


def mixed(numbers: npt.NDArray[Any]) -> _Bits:
    """Return for each number 64 bits that look random, uint64 of the same shape; equal numbers give equal bits."""
    bits = numbers.astype(np.uint64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
