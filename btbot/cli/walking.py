"""Walk a configuration forward and say what came of it."""

from __future__ import annotations

import contextlib
import sys
import webbrowser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from btbot.cli.optimizing import interruptible
from btbot.cli.progress import walk_bar
from btbot.cli.running import took, written
from btbot.config import load_config


def walkforward(
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
    """Walk forward, write the folder and print the report, or with `as_json` the content of walkforward.json alone."""
    from btbot import runner
    from btbot.report import text
    from btbot.report.folder import default_folder

    config = load_config(path, overrides=overrides)
    name = f"{config.name or Path(config.source).stem}_walkforward"
    folder = out or default_folder(name, datetime.now(UTC))
    show_report = None if as_json or quiet else lambda run: typer.echo(text.render(run))
    # What a strategy prints must not spoil the JSON.
    aside = contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext()
    with interruptible(), walk_bar() as progress, aside:
        result = runner.walkforward(config, folder, force=force, fresh=fresh, progress=progress, show=show_report)
    page = folder / "walkforward.html"
    if as_json:
        typer.echo((folder / "walkforward.json").read_text("utf-8"), nl=False)
    elif not quiet:
        typer.echo("\n".join([*written(folder), f"walk       {page}", took(result.run.timings)]))
    if show:
        webbrowser.open(page.resolve().as_uri())
