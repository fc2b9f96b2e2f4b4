"""Plain text in columns: headings, pairs, tables and the way a value is shown."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from btbot.metrics.labels import Kind

WIDTH = 100
NOTHING = "-"


def show(value: Any, kind: Kind | None = None) -> str:
    """Return a value as a reader wants it: percent signs, thousands separators, ``-`` where there is none.

    Parameters
    ----------
    value
        A number, text, boolean or None; NaN and infinity count as None.
    kind
        What the number means, see `btbot.metrics.labels.Label`; None shows it by its own type.

    Examples
    --------
    >>> show(0.1234, "percent"), show(12345.678, "money"), show(None, "ratio"), show(True)
    ('12.34 %', '12,345.68', '-', 'yes')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return minutes(str(value)) if kind == "time" else printable(str(value))
    if kind == "percent":
        return f"{value * 100:,.2f} %"
    if kind == "days":
        return f"{value:,.1f} days"
    return _number(value)


def _number(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,d}"
    if value == 0 or 0.1 <= abs(value) < 1e12:
        return f"{value:,.2f}"
    return f"{value:.4g}"


def minutes(iso: str) -> str:
    """Return an ISO 8601 UTC time as ``2024-01-31 08:00``, seconds only where there are any."""
    text = iso.removesuffix("Z").replace("T", " ")
    return text.removesuffix(":00") if text.count(":") == 2 else text


def printable(text: str) -> str:
    """Return the text with every control character replaced, so that names cannot steer a terminal."""
    return "".join(one if one.isprintable() else "?" for one in text)


def heading(text: str) -> list[str]:
    """Return an empty line, the heading and its underline."""
    return ["", text, "-" * len(text)]


def wrapped(text: str, *, indent: int = 2) -> list[str]:
    """Return the text on lines of at most `WIDTH`, the second and later ones indented further."""
    lead = " " * indent
    lines = textwrap.wrap(printable(text), WIDTH, initial_indent=lead, subsequent_indent=lead + "  ")
    return lines or [""]


def pairs(items: Sequence[tuple[str, str]]) -> list[str]:
    """Return label and value pairs in two columns, read downwards; one column where two do not fit."""
    half = -(-len(items) // 2) if len(items) > 3 else len(items)
    left, right = _aligned(items[:half]), [*_aligned(items[half:]), ""]
    both = [f"  {one}    {other}".rstrip() for one, other in zip(left, right, strict=False)]
    if len(items) > 3 and max(map(len, both)) <= WIDTH:
        return both
    lines = [f"  {one}" for one in _aligned(items)]
    return [part for line in lines for part in ([line] if len(line) <= WIDTH else wrapped(line.strip()))]


def _aligned(items: Sequence[tuple[str, str]]) -> list[str]:
    label = max((len(one) for one, _ in items), default=0)
    value = max((len(one) for _, one in items), default=0)
    return [f"{name:<{label}}  {text:>{value}}" for name, text in items]


def facts(items: Sequence[tuple[str, str]]) -> list[str]:
    """Return label and text pairs in one column, long texts wrapped under themselves."""
    label = max((len(one) for one, _ in items), default=0)
    lines: list[str] = []
    for name, text in items:
        lead = f"  {name:<{label}}  "
        body = textwrap.wrap(printable(text), max(WIDTH - len(lead), 20)) or [NOTHING]
        lines += [lead + body[0], *(" " * len(lead) + more for more in body[1:])]
    return lines


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows under their column names: texts left, everything that starts like a number right.

    Columns that do not fit in `WIDTH` are left out, and a last line says how many.
    """
    clean = [[printable(cell)[:40] for cell in row] for row in rows]
    names = [printable(name)[:40] for name in columns]
    widths = [max(len(row[at]) for row in [names, *clean]) for at in range(len(names))]
    shown = 0
    while shown < len(names) and 2 + sum(widths[: shown + 1]) + 2 * shown <= WIDTH:
        shown += 1
    right = [all(_numeric(row[at]) for row in clean) for at in range(shown)]
    lines = [_row(row, widths[:shown], right) for row in [names, *clean]]
    left_out = len(names) - shown
    return [*lines, f"  ({left_out} more columns do not fit)"] if left_out else lines


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    aligned = [
        f"{cell:>{width}}" if to_right else f"{cell:<{width}}"
        for cell, width, to_right in zip(cells, widths, right, strict=False)
    ]
    return ("  " + "  ".join(aligned)).rstrip()


def _numeric(cell: str) -> bool:
    return cell == NOTHING or cell.lstrip("-")[:1].isdigit()
