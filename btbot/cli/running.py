"""Run a configuration and say what came of it."""

from __future__ import annotations

import contextlib
import logging
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from btbot.cli import logs
from btbot.cli.progress import progress_bar
from btbot.config import load_config
from btbot.errors import ConfigError, did_you_mean

log = logging.getLogger(__name__)


def start(*, verbose: bool = False, quiet: bool = False, log_json: bool = False) -> None:
    """Set the log up; a command that runs something begins with it."""
    if verbose and quiet:
        raise ConfigError("--verbose and --quiet exclude each other; choose one")
    logs.set_up(verbose=verbose, quiet=quiet, as_json=log_json)


def run(
    path: Path,
    overrides: Sequence[str],
    *,
    out: Path | None,
    force: bool,
    as_json: bool,
    show: bool,
    quiet: bool,
) -> None:
    """Run a configuration, write its folder and print the report, or with `as_json` the metrics alone."""
    from btbot import runner
    from btbot.report import text
    from btbot.report.folder import default_folder

    config = load_config(path, overrides=overrides)
    folder = out or default_folder(config.name or Path(config.source).stem, datetime.now(UTC))
    show_report = None if as_json or quiet else lambda result: typer.echo(text.render(result))
    # What a strategy prints must not spoil the JSON.
    aside = contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext()
    with progress_bar() as progress, aside:
        result = runner.run(config, out=folder, force=force, progress=progress, show=show_report)
    if as_json:
        typer.echo((folder / "metrics.json").read_text("utf-8"), nl=False)
    elif not quiet:
        typer.echo("\n".join([*written(folder), took(result.timings)]))
    if show:
        open_tearsheet(folder)


def written(folder: Path) -> list[str]:
    """Return where the run's folder is, and its pages."""
    pages = [folder / name for name in ("tearsheet.html", "trades.html") if (folder / name).is_file()]
    return [f"folder     {folder}", *(f"{page.stem:<10} {page}" for page in pages)]


def took(timings: Mapping[str, float]) -> str:
    """Return where the seconds went, in one line.

    Examples
    --------
    >>> took({"data": 0.25, "engine": 1.0, "total": 1.5})
    'took       1.50 s: data 0.25, engine 1.00'
    """
    parts = {name: seconds for name, seconds in timings.items() if name != "total"}
    total = timings.get("total", sum(parts.values()))
    return f"took       {total:.2f} s: {', '.join(f'{name} {seconds:.2f}' for name, seconds in parts.items())}"


def rebuild(name: str, *, results: Path, show: bool) -> None:
    """Write the reports of a finished run again."""
    from btbot.report.folder import rebuild as rebuild_folder

    folder = find_run(name, results)
    rebuild_folder(folder)
    typer.echo("\n".join(written(folder)))
    if show:
        open_tearsheet(folder)


def find_run(name: str, results: Path) -> Path:
    """Return the folder of a run by its path or its name.

    Raises
    ------
    ConfigError
        If there is no such folder.
    """
    for folder in (Path(name), results / name):
        if folder.is_dir():
            return folder
    known = sorted(folder.name for folder in results.iterdir() if folder.is_dir()) if results.is_dir() else []
    raise ConfigError(
        f"there is no run {name!r}, neither as a folder nor in {results}; "
        f"'btbot runs' lists them{did_you_mean(name, known)}"
    )


def open_tearsheet(folder: Path) -> None:
    """Show the tearsheet, or the trades if there is none, in the browser."""
    for page in (folder / "tearsheet.html", folder / "trades.html"):
        if page.is_file():
            webbrowser.open(page.resolve().as_uri())
            return
    log.warning("%s has no page to open; add tearsheet or plots to report:", folder)
