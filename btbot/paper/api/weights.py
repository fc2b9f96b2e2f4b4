"""Weights that depend on what is asked for."""

from __future__ import annotations

import json

from btbot.paper.api.endpoint import Raw, Weight

_DEPTHS = ((100, 5), (500, 25), (1000, 50))
_DEEPEST = 250


def depth(raw: Raw) -> int:
    """Weigh a book by how many levels are wanted."""
    limit = raw.get("limit", "100")
    levels = int(limit) if limit.isdecimal() else 100
    return next((weight for most, weight in _DEPTHS if levels <= most), _DEEPEST)


def day_ticker(raw: Raw) -> int:
    """Weigh the 24-hour figures by the number of symbols."""
    if "symbol" in raw:
        return 2
    count = _count(raw)
    if count is None or count > 100:
        return 80
    return 2 if count <= 20 else 40


def window_ticker(raw: Raw) -> int:
    """Weigh the figures of another window: 4 for each symbol, at most 200."""
    return 4 if "symbol" in raw else min(200, 4 * max(1, _count(raw) or 1))


def execution_rules(raw: Raw) -> int:
    """Weigh rules: 2 for each symbol, 40 for all."""
    count = 1 if "symbol" in raw else _count(raw)
    return 40 if count is None else min(40, 2 * count)


def unless(name: str, *, weight: int, otherwise: int) -> Weight:
    """Make a weight for calls without a parameter, and another one for those with it."""

    def weigh(raw: Raw) -> int:
        return otherwise if name in raw else weight

    return weigh


def asked(name: str, *, weight: int, otherwise: int) -> Weight:
    """Make a weight for calls in which a flag is true, and another one for the rest."""

    def weigh(raw: Raw) -> int:
        return weight if raw.get(name) == "true" else otherwise

    return weigh


def _count(raw: Raw) -> int | None:
    """Give the number of symbols, None for all of them."""
    try:
        listed = json.loads(raw["symbols"]) if "symbols" in raw else None
    except ValueError:
        return 1
    return len(listed) if isinstance(listed, list) else None
