"""How results of a command look on the console."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 10_000  # away from a terminal a row is for grep: never break it
_BELOW = ("reason", "note")  # columns of sentences
_LONG = 40  # characters of a sentence that has a line of its own below the table
_PROSE = 24  # characters of a text with blanks that may be broken at them, down to this width
_GAP = 3  # blanks between two columns, and at both edges
_FULL_MINUTE = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):00Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
Cells = list[dict[str, str]]


def json_text(value: object) -> str:
    """Return indented JSON; what JSON has no form for is shown as text."""
    return json.dumps(value, indent=2, default=str, ensure_ascii=False)


def table(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str, console: Console | None = None) -> None:
    """Print rows of equal keys as JSON or as a table without empty columns; `empty` if there is no row.

    Long reasons and notes are lines below the table. A table that is wider than the terminal has shorter times, then
    what all rows share above it, and if that is not enough a line for each value: no number and no name is broken.
    """
    console = console or Console()
    if as_json:
        console.print_json(json_text(rows)) if console.is_terminal else console.out(json_text(rows))
        return
    if not rows:
        console.out(empty)
        return
    keys = [key for key in rows[0] if any(cell(row[key]) for row in rows)]
    cells, sentences = _numbered([{key: cell(row[key]) for key in keys} for row in rows])
    if not console.is_terminal:
        console.width = _WIDE
        console.print(_grid(cells))
    else:
        _fit(console, cells)
    for number, sentence in enumerate(sentences, 1):
        console.print(Text(f"[{number}] {sentence}"), soft_wrap=not console.is_terminal)


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


def _numbered(cells: Cells) -> tuple[Cells, list[str]]:
    """Put numbers in the place of long sentences, which are returned, each once."""
    sentences: dict[str, str] = {}
    for row in cells:
        for key in _BELOW:
            if len(text := row.get(key, "")) > _LONG:
                row[key] = sentences.setdefault(text, f"[{len(sentences) + 1}]")
    return cells, list(sentences)


def _fit(console: Console, cells: Cells) -> None:
    """Print cells within the width of a terminal."""
    if _width(cells) > console.width:
        cells = [{key: _FULL_MINUTE.sub(r"\1 \2", text) for key, text in row.items()} for row in cells]
    shared, cells = _shared(cells, console.width)
    if shared:
        console.print()
        console.print("\n".join(_lines(shared, console.width)), markup=False, highlight=False)
    if sum(_least(cells, key) for key in cells[0]) + _GAP * len(cells[0]) <= console.width:
        console.print(_grid(cells))
        return
    wide = max(map(len, cells[0]))
    for row in cells:
        console.print()
        for key, text in row.items():
            console.print(Text(f"{key + ':':<{wide + 1}} {text}"), overflow="fold")
    console.print()


def _shared(cells: Cells, width: int) -> tuple[list[str], Cells]:
    """Take out what all rows share, column after column, until the others fit a width; one column stays."""
    shared: list[str] = []
    for key, text in cells[0].items() if len(cells) > 1 else ():
        if _width(cells) <= width or len(cells[0]) == 1:
            break
        if all(row[key] == text for row in cells):
            shared.append(f"{key}: {text}")
            cells = [{other: found for other, found in row.items() if other != key} for row in cells]
    return shared, cells


def _lines(parts: Sequence[str], width: int) -> list[str]:
    """Join parts by commas into lines; none is broken."""
    lines = [parts[0]]
    for part in parts[1:]:
        if cell_len(f"{lines[-1]}, {part},") <= width:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    return lines


def _grid(cells: Cells) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for key in cells[0]:
        least = _least(cells, key)
        grid.add_column(key, overflow="fold", no_wrap=least == _most(cells, key), min_width=least)
    for row in cells:
        grid.add_row(*map(Text, row.values()))
    return grid


def _width(cells: Cells) -> int:
    return sum(_most(cells, key) for key in cells[0]) + _GAP * len(cells[0])


def _most(cells: Cells, key: str) -> int:
    return max(cell_len(key), *(cell_len(row[key]) for row in cells))


def _least(cells: Cells, key: str) -> int:
    """Return how narrow a column may be: sentences may be broken between words."""
    wide = _most(cells, key)
    longest = max((row[key] for row in cells), key=cell_len)
    if wide <= _PROSE or " " not in longest or _MOMENT.fullmatch(longest):
        return wide
    words = max(cell_len(word) for row in cells for word in row[key].split(" "))
    return min(max(words, cell_len(key), _PROSE), wide)
