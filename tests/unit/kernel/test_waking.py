"""The next flag that is set is found whatever lies around it."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from btbot.kernel.reading import address
from btbot.kernel.waking import next_flag


@numba.njit
def found(one, other, length, start, stop):
    return next_flag(one, other, length, start, stop)


def _expected(flags: np.ndarray, start: int, stop: int) -> int:
    later = np.flatnonzero(flags[start:stop])
    return start + int(later[0]) if later.size else stop


@pytest.mark.parametrize("length", [1, 7, 8, 31, 32, 33, 64, 100, 263])
def test_a_single_flag_is_found_from_everywhere(length: int) -> None:
    nothing = np.zeros(length, dtype=bool)
    for at in range(length):
        flags = nothing.copy()
        flags[at] = True
        rows = [(flags, nothing), (nothing, flags)][at % 2]
        for start in {0, at // 2, max(at - 33, 0), at, min(at + 1, length)}:
            for stop in {length, at, at + 1, min(at + 40, length)}:
                if start <= stop:
                    wanted = _expected(flags, start, stop)
                    assert found(address(rows[0]), address(rows[1]), length, start, stop) == wanted


@pytest.mark.parametrize("share", [0.0, 0.002, 0.02, 0.3])
def test_the_first_of_many_is_found(share: float) -> None:
    rng = np.random.default_rng(7)
    for _ in range(300):
        length = int(rng.integers(1, 400))
        one, other = rng.random((2, length)) < share
        one, other = one.copy(), other.copy()
        start, stop = np.sort(rng.integers(0, length + 1, size=2)).tolist()
        assert found(address(one), address(other), length, start, stop) == _expected(one | other, start, stop)
