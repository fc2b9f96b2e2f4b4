"""From which bar on every indicator that was computed has a value: measured, not guessed."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from functools import wraps
from typing import Any

import numpy as np

from btbot.bars import FloatArray

_seen: ContextVar[list[tuple[int, int]] | None] = ContextVar("_seen", default=None)


class watch:  # noqa: N801 - a context manager, cheaper than `contextlib`'s, as in `memo.sharing`
    """Collect, while the block runs, length and first index with a value of every line that indicators return."""

    __slots__ = ("_found", "_token")

    def __enter__(self) -> list[tuple[int, int]]:
        self._found: list[tuple[int, int]] = []
        self._token: Token[list[tuple[int, int]] | None] = _seen.set(self._found)
        return self._found

    def __exit__(self, *_: object) -> None:
        _seen.reset(self._token)


def watched(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let `watch` see what an indicator returns."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if _seen.get() is not None:
            lines = result if isinstance(result, tuple) else (result,)
            report([(len(line), first_number(line)) for line in lines])
        return result

    return call


def report(lines: list[tuple[int, int]]) -> None:
    """Let `watch` see length and first index with a value of some lines."""
    found = _seen.get()
    if found is not None:
        found.extend(lines)


def first_number(line: FloatArray) -> int:
    """Return the first index that is not NaN, or the length of the line if there is none.

    Examples
    --------
    >>> first_number(np.array([np.nan, np.nan, 3.0, np.nan]))
    2
    """
    start, stop = 0, 256  # most lines are warm soon: look no further than needed
    while start < len(line):
        known = ~np.isnan(line[start:stop])
        at = int(known.argmax())
        if known[at]:
            return start + at
        start, stop = stop, 4 * stop
    return len(line)


def warm_from(found: list[tuple[int, int]], n: int) -> int:
    """Return the first index at which all lines of length `n` have a value; lines of other bars do not count.

    Examples
    --------
    >>> warm_from([(100, 19), (100, 49), (25, 20)], 100)
    49
    """
    return max((first for length, first in found if length == n), default=0)
