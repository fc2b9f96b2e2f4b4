"""The data files of a run's folder, and the run read back from them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from btbot.config import as_yaml
from btbot.errors import ConfigError
from btbot.records import RunResult
from btbot.report import manifest
from btbot.report.candles import read_candles, write_candles
from btbot.report.plain import to_json
from btbot.report.tables import ORDER_TIMES, TRADE_TIMES, read_equity, read_table, write_equity, write_table

FILES = (
    "config.yaml",
    "manifest.json",
    "metrics.json",
    "trades.csv",
    "orders.csv",
    "equity_curve.csv",
    "chart.parquet",
)


def save(result: RunResult, folder: Path, *, command: str | None = None) -> None:
    """Write every data file into an existing folder.

    Equal runs give byte-identical files, but for the manifest: no time of day, duration or path is in them.
    """
    (folder / "config.yaml").write_text(as_yaml(result.config), encoding="utf-8")
    (folder / "metrics.json").write_text(to_json(result.metrics), encoding="utf-8")
    write_table(result.trades, folder / "trades.csv", TRADE_TIMES)
    write_table(result.orders, folder / "orders.csv", ORDER_TIMES)
    write_equity(result.equity, folder / "equity_curve.csv")
    write_candles(result.bars, result.overlays, folder / "chart.parquet")
    save_manifest(result, folder, command=command)


def save_manifest(
    result: RunResult,
    folder: Path,
    *,
    command: str | None,
    finished: datetime | None = None,
) -> None:
    """Write ``manifest.json``, the one file that holds times and durations; its order is the report's."""
    content = manifest.build(result, finished=finished, command=command)
    (folder / "manifest.json").write_text(to_json(content, sort_keys=False), encoding="utf-8")


def load(folder: Path) -> RunResult:
    """Read a run back from its folder.

    Analyzer figures come back as plain values (a table as ``{"table": ...}``); everything else as it was.

    Raises
    ------
    ConfigError
        If the folder is not one that a run wrote.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ConfigError(
            f"{folder} is not a run's folder: {', '.join(missing)} not found there; "
            "give a folder that `run` wrote, with all its files"
        )
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    bars, overlays = read_candles(folder / "chart.parquet")
    return RunResult(
        name=content["name"],
        config=content["config"],
        metrics=json.loads((folder / "metrics.json").read_text(encoding="utf-8")),
        trades=read_table(folder / "trades.csv", TRADE_TIMES),
        orders=read_table(folder / "orders.csv", ORDER_TIMES),
        equity=read_equity(folder / "equity_curve.csv"),
        bars=bars,
        overlays=overlays,
        findings=manifest.findings(content),
        figures=content["figures"],
        labels=content["labels"],
        notes=content["notes"],
        timings=content["timings"],
        command=content.get("made_by", "run"),  # folders of older versions have neither
        preface=content.get("preface", []),
    )
