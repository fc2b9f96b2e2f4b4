"""``manifest.json``: with what, on what and when a run was made, and what its data looked like."""

from __future__ import annotations

import platform
from datetime import datetime
from importlib import metadata
from typing import Any

import btbot
from btbot.records import Finding, RunResult
from btbot.report.plain import plain

_PACKAGES = [
    "backtrader",
    "ccxt",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "plotly",
    "pyarrow",
    "pydantic",
    "pyyaml",
    "quantstats",
    "TA-Lib",
]


def build(result: RunResult, *, finished: datetime | None, command: str | None) -> dict[str, Any]:
    """Return the content of ``manifest.json`` as plain values.

    Parameters
    ----------
    result
        A finished run.
    finished
        When the folder was complete, an aware datetime; None while it is not.
    command
        The command line that made the run, None for the one that repeats it from the folder's own config.
    """
    again = f"python -m btbot {result.command} config.yaml"
    content = {
        "name": result.name,
        "versions": {"btbot": btbot.__version__, "python": platform.python_version(), **_versions()},
        "platform": platform.platform(),
        "started": _moment(result.started),
        "finished": _moment(finished),
        "made_by": result.command,
        "command": command or again,
        "reproduce": again,
        "preface": result.preface,
        "config": result.config,
        "data": {symbol: _data(bars) for symbol, bars in result.bars.items()},
        "findings": [
            {
                "symbol": one.symbol,
                "kind": one.kind,
                "severity": one.severity,
                "count": one.count,
                "places": list(one.places),
                "text": one.text,
            }
            for one in result.findings
        ],
        "notes": result.notes,
        "figures": result.figures,
        "labels": result.labels,
        "timings": result.timings,
    }
    return {name: plain(value) for name, value in content.items()}


def findings(content: dict[str, Any]) -> list[Finding]:
    """Return the findings of a manifest that was read back."""
    return [Finding(**{**one, "places": tuple(one["places"])}) for one in content["findings"]]


def _data(bars: Any) -> dict[str, Any]:
    span = {"first": bars.stamp(0), "last": bars.stamp(-1)} if len(bars) else {}
    return {
        "timeframe": str(bars.timeframe),
        "bars": len(bars),
        **span,
        "fingerprint": bars.fingerprint,
    }


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _moment(when: datetime | None) -> str | None:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z") if when else None
