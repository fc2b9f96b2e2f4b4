"""From which bar on every indicator that was computed has a value: measured, not guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import numpy as np

_seen: ContextVar[list[tuple[int, int]] | None] = ContextVar("_seen", default=None)


@contextmanager
def watch() -> Iterator[list[tuple[int, int]]]:
    """Collect, while the block runs, length and first index with a value of every line that indicators return."""
    found: list[tuple[int, int]] = []
    token = _seen.set(found)
    try:
        yield found
    finally:
        _seen.reset(token)


def watched(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let `watch` see what an indicator returns."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        found = _seen.get()
        if found is not None:
            for line in result if isinstance(result, tuple) else (result,):
                known = ~np.isnan(line)
                found.append((len(line), int(known.argmax()) if known.any() else len(line)))
        return result

    return call


def warm_from(found: list[tuple[int, int]], n: int) -> int:
    """Return the first index at which all lines of length `n` have a value; lines of other bars do not count.

    Examples
    --------
    >>> warm_from([(100, 19), (100, 49), (25, 20)], 100)
    49
    """
    return max((first for length, first in found if length == n), default=0)
