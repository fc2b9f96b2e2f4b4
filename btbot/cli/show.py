"""How results of a command look on the console."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 10_000  # away from a terminal a row is for grep: never break it


def json_text(value: object) -> str:
    """Return indented JSON; what JSON has no form for is shown as text."""
    return json.dumps(value, indent=2, default=str, ensure_ascii=False)


def table(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """Print rows of equal keys as JSON or as a table without empty columns; `empty` if there is no row."""
    console = Console()
    if as_json:
        console.print_json(json_text(rows)) if console.is_terminal else console.out(json_text(rows))
        return
    if not rows:
        console.out(empty)
        return
    if not console.is_terminal:
        console.width = _WIDE
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    keys = [key for key in rows[0] if any(cell(row[key]) for row in rows)]
    for key in keys:
        grid.add_column(key, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell(row[key])) for key in keys))
    console.print(grid)


def cell(value: object) -> str:
    """Return a value as a table shows it.

    Examples
    --------
    >>> cell({"fast": 20, "slow": 50}), cell(0.123456), cell(None)
    ('fast=20 slow=50', '0.1235', '')
    """
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return " ".join(f"{key}={entry}" for key, entry in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)
