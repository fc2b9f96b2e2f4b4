"""The one switch between TA-Lib and numpy."""

from __future__ import annotations

from functools import cache
from typing import Any

OLDEST = (0, 8)
"""Release 0.6 writes beyond an empty array (OBV) and returns 0 for standard deviations below 1e-7."""


@cache
def talib() -> Any:
    """Return the TA-Lib module, or None where it cannot be imported or is older than `OLDEST`.

    It is imported at the first indicator, not with the package. Every function that uses TA-Lib asks here, so
    replacing this function by ``lambda: None`` makes the whole package compute in numpy.
    """
    try:
        import talib as module
    except (ImportError, ValueError):  # ValueError: a wheel built against another numpy
        return None
    return module if recent(module.__version__) else None


def recent(version: str) -> bool:
    """Return whether a release of TA-Lib is `OLDEST` or later.

    Examples
    --------
    >>> recent("0.8.2"), recent("0.10.0"), recent("1.0"), recent("0.6.8")
    (True, True, True, False)
    """
    major, minor = version.split(".")[:2]
    return (int(major), int(minor)) >= OLDEST
