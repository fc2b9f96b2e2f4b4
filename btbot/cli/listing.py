"""What there is: strategies, indicators, runs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from btbot.plugins import available, describe, load, search_folders

Row = dict[str, Any]
_FIGURES = ("total_return", "sharpe", "max_drawdown", "total_trades")


def strategies(folders: Sequence[Path] | None = None) -> list[Row]:
    """Return name, first docstring line, parameters with defaults and file of every strategy.

    A file that cannot be loaded has its error there, in one line.
    """
    from btbot.cli.bases import BASES

    base = BASES["strategies"]
    folders = search_folders("strategies") if folders is None else folders
    rows: list[Row] = []
    for name, found in available("strategies", folders).items():
        try:
            seen = describe(load("strategies", name, base=base, folders=folders), base=base)
            rows.append(_row(name, seen.summary, seen.params, found.where))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a stranger's file raises is its own line
            text = f"{type(error).__name__}: {' '.join(str(error).split())}"
            rows.append(_row(name, "cannot be loaded", {}, found.where, error=text))
    return rows


def _row(name: str, summary: str, params: dict[str, Any], where: str, *, error: str | None = None) -> Row:
    here = Path.cwd()
    where = str(Path(where).relative_to(here)) if Path(where).is_relative_to(here) else where
    return {"name": name, "summary": summary, "params": params, "where": where, "error": error}


def indicators() -> list[Row]:
    """Return name, arguments and first docstring line of every function of ``btbot.ta``."""
    from btbot import indicators as ta

    functions = {name: getattr(ta, name) for name in sorted(ta.__all__)}
    return [
        {"name": name, "arguments": _arguments(function), "summary": _summary(function)}
        for name, function in functions.items()
        if inspect.isfunction(function)
    ]


def _arguments(function: Any) -> str:
    found = inspect.signature(function).parameters.values()
    return ", ".join(one.name if one.default is one.empty else f"{one.name}={one.default!r}" for one in found)


def _summary(thing: Any) -> str:
    return next(iter((inspect.getdoc(thing) or "").splitlines()), "")


def runs(results: Path) -> list[Row]:
    """Return the runs in a folder with their main figures, the oldest first.

    A folder without readable ``metrics.json`` is no run and is left out.
    """
    rows: list[Row] = []
    for path in results.glob("*/metrics.json"):
        metrics, manifest = _read(path), _read(path.with_name("manifest.json"))
        if metrics:
            figures = {name: metrics.get(name) for name in _FIGURES}
            rows.append({"run": path.parent.name, "started": manifest.get("started"), **figures})
    return sorted(rows, key=lambda row: (row["started"] or "", row["run"]))


def _read(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file, or nothing if it cannot be read."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
