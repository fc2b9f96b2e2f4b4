"""Search for the best setting of a configuration and say what came of it."""

from __future__ import annotations

import contextlib
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from btbot.cli.progress import search_bar
from btbot.cli.running import took
from btbot.config import load_config


def optimize(
    path: Path,
    overrides: Sequence[str],
    *,
    out: Path | None,
    force: bool,
    fresh: bool,
    as_json: bool,
    show: bool,
    quiet: bool,
) -> None:
    """Search, write the folder and print the report, or with `as_json` the content of search.json alone."""
    from btbot import runner
    from btbot.report.folder import default_folder
    from btbot.report.search import text

    config = load_config(path, overrides=overrides)
    folder = out or default_folder(f"{config.name or Path(config.source).stem}_optimize", datetime.now(UTC))
    # What a strategy prints must not spoil the JSON.
    aside = contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext()
    with interruptible(), search_bar() as progress, aside:
        result = runner.optimize(config, folder, force=force, fresh=fresh, progress=progress)
    page = folder / "search.html"
    if as_json:
        typer.echo((folder / "search.json").read_text("utf-8"), nl=False)
    elif not quiet:
        typer.echo(text.render(result, result.overfit, folder=folder), nl=False)
        seconds = {name: value for name, value in result.timings.items() if name != "evaluated"}
        speed = [f"speed      {found}"] if (found := text.speed(result)) else []
        typer.echo("\n".join(["", f"folder     {folder}", f"search     {page}", *speed, took(seconds)]))
    if show:
        webbrowser.open(page.resolve().as_uri())


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Say with an interruption what has been kept of the work."""
    try:
        yield
    except KeyboardInterrupt as stop:
        for note in getattr(stop, "__notes__", ()):
            typer.echo(f"interrupted: {note}", err=True)
        raise
