"""Look whether this machine and this folder have what btbot needs."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import btbot

Row = dict[str, Any]

_NEEDED = ("backtrader", "numpy", "pandas", "pydantic", "PyYAML", "typer", "rich", "pyarrow")
_REPORTS = ("matplotlib", "plotly", "quantstats")
_LIVE = ("ccxt",)
_LOW_BYTES = 1_000_000_000
_OLD_SECONDS = 7 * 86_400
_OK, _WARNING, _ERROR = "ok", "warning", "error"


def version(package: str) -> str:
    """Return the version of an installed package, or ``missing``; btbot itself need not be installed."""
    if package == "btbot":
        return str(getattr(btbot, "__version__", "unknown"))
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def examine(folder: Path, *, database: str | None = None) -> list[Row]:
    """Return one row for each check: what, state (ok, warning, error), what was found, what to do.

    Parameters
    ----------
    folder
        Where btbot is used.
    database
        Address; by default that of the environment, or the folder's own file.
    """
    rows = [_python(), _row("btbot", _OK, version("btbot"))]
    rows += [_package(name, _ERROR, "nothing runs without it") for name in _NEEDED]
    rows += [_package(name, _WARNING, "reports need it") for name in _REPORTS]
    rows += [_package(name, _WARNING, "downloads and live trading need it") for name in _LIVE]
    rows += [_talib(), *(_writable(folder / name) for name in ("results", "var")), _disk(folder)]
    return [*rows, *_database(database or os.environ.get("BTBOT__DATABASE") or f"sqlite:///{folder / 'var/btbot.db'}")]


def exit_code(rows: list[Row]) -> int:
    """Return 1 if any check found an error, else 0."""
    return int(any(row["state"] == _ERROR for row in rows))


def _database(url: str) -> list[Row]:
    """Return what is to be said of the database; it is neither made nor changed."""
    from btbot.cli.databases import last_backup, size
    from btbot.data.store import Database
    from btbot.data.store.status import status
    from btbot.data.store.upgrade import HEAD
    from btbot.errors import BtbotError

    try:
        place = Database(url)
        found = status(place)
        place.close()
    except BtbotError as error:
        return [_row("database", _ERROR, "cannot be used", str(error))]
    if found is None:
        return [_row("database", _OK, f"{place.shown}: not there yet, it is made when data comes in")]
    wal = f", of it {size(found.wal_bytes)} WAL" if found.wal_bytes else ""
    said = f"{found.shown} ({found.kind}): {size(found.bytes)}{wal}, {found.candles:,} candles"
    rows = [_row("database", _OK, said)]
    older = "btbot db upgrade brings it to " + HEAD
    rows.append(_row("database schema", _OK if found.schema == HEAD else _WARNING, found.schema or "no tables", older))
    if found.free_bytes is not None:
        tight = found.free_bytes < max(_LOW_BYTES, found.bytes)
        advice = "less than 1 GB, or than the database needs for a backup: remove old files"
        rows.append(_row("database disk", _WARNING if tight else _OK, f"{size(found.free_bytes)} free", advice))
    return [*rows, _backup(found.candles, found.backup, last_backup(found))]


def _backup(candles: int, backup: tuple[int, Row] | None, said: str) -> Row:
    age = None if backup is None else time.time() - backup[0] / 1_000
    kept = backup is not None and Path(backup[1]["file"]).is_file()
    good = not candles or (kept and age is not None and age < _OLD_SECONDS)
    return _row("database backup", _OK if good else _WARNING, said, "older than a week or gone: btbot db backup")


def _row(check: str, state: str, found: str, advice: str = "") -> Row:
    return {"check": check, "state": state, "found": found, "advice": "" if state == _OK else advice}


def _python() -> Row:
    state = _OK if sys.version_info >= (3, 11) else _ERROR
    return _row("python", state, platform.python_version(), "btbot needs Python 3.11 or newer")


def _package(name: str, severity: str, why: str) -> Row:
    found = version(name)
    return _row(name, severity if found == "missing" else _OK, found, f"{why}: pip install {name}")


def _talib() -> Row:
    try:
        talib = importlib.import_module("talib")
    except ImportError as error:
        advice = "indicators use numpy, slower and with the same values: pip install TA-Lib"
        return _row("TA-Lib", _WARNING, str(error), advice)
    return _row("TA-Lib", _OK, str(talib.__version__))


def _writable(folder: Path) -> Row:
    nearest = folder
    while not nearest.exists():
        nearest = nearest.parent
    good = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    return _row(f"{folder.name}/", _OK if good else _ERROR, str(folder), f"cannot be written: look at {nearest}")


def _disk(folder: Path) -> Row:
    free = shutil.disk_usage(folder).free
    state = _OK if free > _LOW_BYTES else _WARNING
    return _row("disk", state, f"{free / 1e9:.1f} GB free", "less than 1 GB: remove old runs from results/")
