"""Runs side by side: a table, a page with their equity on one axis, and the same as CSV and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from btbot.metrics.labels import LABELS
from btbot.records import RunResult
from btbot.report import page
from btbot.report.folder import whole
from btbot.report.layout import NOTHING, WIDTH, heading, show, table, wrapped
from btbot.report.plain import plain, to_json
from btbot.report.series import curves, thin
from btbot.report.text import SYNTHETIC

POINTS = 4_000
_SHOWN = ("total_return", "cagr", "sharpe", "sortino", "max_drawdown", "total_trades", "win_rate", "profit_factor")
_SHORT = {
    "total_return": "return", "cagr": "CAGR", "max_drawdown": "drawdown", "total_trades": "trades", "win_rate": "won",
    "sharpe": "Sharpe", "sortino": "Sortino", "profit_factor": "profit factor",
}  # fmt: skip


class Comparison(Protocol):
    """What is shown: runs by name, the best first."""

    @property
    def runs(self) -> Sequence[tuple[str, RunResult]]: ...
    @property
    def sort(self) -> str: ...
    @property
    def direction(self) -> str: ...
    @property
    def table(self) -> pd.DataFrame: ...
    @property
    def correlation(self) -> pd.DataFrame: ...
    @property
    def warnings(self) -> Sequence[str]: ...


def render(found: Comparison) -> str:
    """Return ranking, correlation and warnings as plain text of at most 100 columns."""
    title = f"btbot comparison of {len(found.runs)} runs by {_label(found.sort)}"
    lines = [*_synthetic(found), *wrapped(title, indent=0), "=" * WIDTH]
    lines += [line for text in found.warnings for line in ["", *wrapped(f"warning: {text}")]]
    names = _columns(found)
    rows = [[str(row["rank"]), str(row["name"]), *(_cell(row, name) for name in names)] for row in _rows(found)]
    lines += ["", *table(["", "run", *(_SHORT.get(name, _label(name)) for name in names)], rows)]
    lines += heading("Correlation of daily returns")
    numbered = [f"{rank}" for rank in found.table["rank"]]
    lines += table(["", "run", *numbered], [[rank, *row] for rank, row in zip(numbered, _matrix(found), strict=True)])
    return "\n".join(lines) + "\n"


def content(found: Comparison) -> dict[str, Any]:
    """Return the comparison as plain values, as it stands in ``comparison.json``."""
    return {
        "sort": found.sort,
        "direction": found.direction,
        "warnings": list(found.warnings),
        "runs": [
            {"rank": row["rank"], "name": row["name"], "source": row["source"], "metrics": plain(result.metrics)}
            for row, (_, result) in zip(_rows(found), found.runs, strict=True)
        ],
        "correlation": {name: plain(values) for name, values in found.correlation.to_dict().items()},
    }


def write(found: Comparison, folder: Path, *, force: bool = False) -> Path:
    """Write ``comparison.csv``, ``comparison.json``, ``comparison.html`` and ``report.txt``, all or nothing.

    Raises
    ------
    ConfigError
        If the folder is not empty (`force` replaces it), is a file, or cannot be written.
    """
    with whole(folder, force=force) as partial:
        found.table.to_csv(partial / "comparison.csv", index=False, lineterminator="\n")
        (partial / "comparison.json").write_text(to_json(content(found), sort_keys=False), encoding="utf-8")
        (partial / "comparison.html").write_text(html(found), encoding="utf-8")
        (partial / "report.txt").write_text(render(found), encoding="utf-8")
    return folder


def html(found: Comparison) -> str:
    """Return one page that fetches nothing: equity on one axis, ranking, correlation."""
    names = _columns(found)
    ranking: list[list[page.Cell | str]] = [
        [page.Cell(str(row["rank"]), row["rank"]), row["name"], *_cells(row, names)] for row in _rows(found)
    ]
    matrix: list[list[page.Cell | str]] = [[name, *map(_correlated, values)] for name, values in _correlations(found)]
    warned = [page.section("Warnings", page.bullets(found.warnings))] if found.warnings else []
    scale = page.controls(page.chooser("scale", "Scale", ["linear", "logarithmic"]))
    body = [
        *warned,
        page.section(
            "Equity",
            page.paragraph("Account value after costs, each divided by its own capital at the start."),
            scale,
            page.chart("equity", "Equity of every run, divided by its starting capital"),
        ),
        page.section("Ranking", page.table(["", "Run", *map(_label, names)], ranking, sortable=True)),
        page.section("Correlation of daily returns", page.table(["", *found.correlation.columns], matrix)),
    ]
    return page.page(
        title=f"Comparison by {_label(found.sort)}",
        lead=", ".join(name for name, _ in found.runs),
        body=body,
        data={"runs": [_curve(name, result) for name, result in found.runs]},
        script=page.read(Path(__file__).with_suffix(".js")),
        synthetic=bool(_synthetic(found)),
    )


def _curve(name: str, result: RunResult) -> dict[str, str]:
    curve = curves(result)
    growth = curve.equity / curve.capital
    at = thin(growth, POINTS)
    return {"name": name, "time": page.packed(curve.time[at]), "growth": page.packed(growth[at])}


def _synthetic(found: Comparison) -> list[str]:
    return [SYNTHETIC, ""] if any(result.metrics.get("synthetic") for _, result in found.runs) else []


def _rows(found: Comparison) -> list[dict[str, Any]]:
    return [plain(row) for row in found.table.to_dict("records")]


def _columns(found: Comparison) -> list[str]:
    """Return the metrics of the table, the one that decides the order first."""
    return [found.sort, *(name for name in _SHOWN if name != found.sort)]


def _label(name: str) -> str:
    return LABELS[name].text


def _cell(row: dict[str, Any], name: str) -> str:
    value = row[name]
    return show(round(value) if LABELS[name].kind == "count" and value is not None else value, LABELS[name].kind)


def _cells(row: dict[str, Any], names: Sequence[str]) -> list[page.Cell]:
    return [page.Cell(_cell(row, name), row[name]) for name in names]


def _correlations(found: Comparison) -> list[tuple[str, list[float]]]:
    values = found.correlation.to_numpy(np.float64)
    return [(str(name), row.tolist()) for name, row in zip(found.correlation.index, values, strict=True)]


def _matrix(found: Comparison) -> list[list[str]]:
    return [[name, *(_correlated(value).text for value in values)] for name, values in _correlations(found)]


def _correlated(value: float) -> page.Cell:
    return page.Cell(NOTHING if np.isnan(value) else f"{value:.2f}", None if np.isnan(value) else value)
