"""The files of a walk-forward: those of its stitched run, its windows as a table and as JSON, and a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btbot.report.folder import EVERYTHING, fill, whole
from btbot.report.plain import plain, to_json
from btbot.report.process import TearsheetProcess
from btbot.report.search import walk_page, walk_text
from btbot.report.search.walk_given import Step, WalkForward
from btbot.report.tables import iso_texts

_FIGURES = ("total_return", "annual_return", "sharpe", "max_drawdown", "total_trades")


def write(
    result: WalkForward,
    folder: Path,
    *,
    wanted: Collection[str] = EVERYTHING,
    force: bool = False,
    child: TearsheetProcess | None = None,
) -> Path:
    """Write everything that a walk-forward leaves behind, under a temporary name that is changed at the end.

    The stitched run is written as any other: ``python -m btbot report`` draws it again and ``compare`` reads it.

    Parameters
    ----------
    wanted, force, child
        As in `btbot.report.folder.write`.

    Raises
    ------
    ConfigError
        If the folder is not empty, is a file, or cannot be written.
    """
    walk_text.introduce(result)
    with whole(folder, force=force) as partial:
        fill(result.run, partial, wanted=wanted, child=child)
        windows(result).to_csv(partial / "windows.csv", index=False, lineterminator="\n")
        (partial / "walkforward.json").write_text(to_json(content(result), sort_keys=False), encoding="utf-8")
        (partial / "walkforward.html").write_text(walk_page.render(result), encoding="utf-8")
    return folder


def windows(result: WalkForward) -> pd.DataFrame:
    """Return one row a window: dates (ISO 8601 UTC, ends excluded), chosen parameters, figures of both parts."""
    return pd.DataFrame([_row(result, step) for step in result.steps])


def _row(result: WalkForward, step: Step) -> dict[str, Any]:
    times = [*step.fold.train, *step.fold.test]
    names = ("train_start", "train_end", "test_start", "test_end")
    row: dict[str, Any] = {"window": step.fold.number, **dict(zip(names, iso_texts(np.array(times)), strict=True))}
    setting = step.choice.setting or {}
    row |= {one.label if one.label not in row else one.key: setting.get(one.key) for one in result.dimensions}
    row["trials"] = step.choice.trials
    for name in _FIGURES:
        row[f"in_sample_{name}"] = step.in_sample.get(name)
        row[f"out_of_sample_{name}"] = step.out_of_sample.get(name)
    return row | {"efficiency": step.efficiency}


def content(result: WalkForward) -> dict[str, Any]:
    """Return the walk-forward as plain values, as it stands in ``walkforward.json``: no clock time in it."""
    shown = {
        "name": result.run.name,
        "metrics": result.run.metrics,
        "in_sample_annual_return": result.in_sample_return,
        "out_of_sample_annual_return": result.out_of_sample_return,
        "efficiency": result.efficiency,
        "profitable_windows": result.profitable,
        "trials": result.trials,
        "rivals": [
            {"name": one.name, "text": one.text, "setting": one.setting, "metrics": one.metrics}
            for one in result.rivals
        ],
        "parameters": [
            {
                "parameter": dimension.key,
                "chosen": one.chosen,
                "counts": [{"value": value, "windows": count} for value, count in one.counts],
                "kept": one.kept,
                "mean_change": one.mean_change,
                "largest_change": one.largest_change,
            }
            for dimension, one in zip(result.dimensions, result.drifts, strict=True)
        ],
        "windows": [_window(step) for step in result.steps],
        "notes": result.notes,
    }
    return {name: plain(value) for name, value in shown.items()}


def _window(step: Step) -> Mapping[str, Any]:
    def texts(span: tuple[int, int]) -> list[str]:
        return [str(one) for one in iso_texts(np.array(span))]

    return {
        "window": step.fold.number,
        "train": texts(step.fold.train),
        "test": texts(step.fold.test),
        "embargoed": [texts(part) for part in step.fold.embargoed],
        "setting": step.choice.setting,
        "trials": step.choice.trials,
        "in_sample": step.in_sample,
        "out_of_sample": step.out_of_sample,
        "efficiency": step.efficiency,
    }
