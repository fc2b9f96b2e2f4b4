"""How the report of a search names and shows parameters, objectives and figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from btbot.metrics.labels import LABELS, Kind
from btbot.report.layout import printable, show


def word(value: Any) -> str:
    """Return a parameter's value as it would stand in a configuration, with six digits at most.

    Examples
    --------
    >>> [word(one) for one in (True, 3.0, 0.1 + 0.2, "fast", None)]
    ['true', '3', '0.3', 'fast', 'null']
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    return printable(str(value))


def settings(setting: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return a setting in one line, by the short names of its parameters.

    Examples
    --------
    >>> settings({"strategies.0.params.ma_fast": 20}, {"strategies.0.params.ma_fast": "ma_fast"})
    'ma_fast 20'
    """
    return ", ".join(f"{printable(labels.get(key, key))} {word(value)}" for key, value in setting.items())


def label(name: str) -> str:
    """Return what a reader sees for a metric or an analyzer.

    Examples
    --------
    >>> label("sharpe"), label("my_figure")
    ('Sharpe ratio', 'my figure')
    """
    known = LABELS.get(name)
    return known.text if known else printable(name.replace("_", " "))


def kind(name: str) -> Kind | None:
    """Return what a figure's number means; None for what only an analyzer knows."""
    known = LABELS.get(name)
    return known.kind if known else None


def shown(name: str, value: Any) -> str:
    """Return a figure as a reader wants it; counts come as floats from the table of trials."""
    what = kind(name)
    if what == "count" and isinstance(value, float) and math.isfinite(value):
        return show(round(value))
    return show(value, what)
