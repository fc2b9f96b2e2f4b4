"""Compare configurations and finished runs, and show the ranking."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from btbot.cli.progress import progress_bar


def compare(sources: Sequence[str], *, sort: str, out: Path | None, force: bool, as_json: bool) -> None:
    """Rank configurations and runs by a metric, print the table, and write it with its page to `out`."""
    from btbot import runner
    from btbot.report import comparison as report
    from btbot.report.plain import to_json

    # What a strategy prints must not spoil the JSON.
    aside = contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext()
    with progress_bar() as progress, aside:
        found = runner.compare(sources, out, sort=sort, force=force, begun=_begun, progress=progress)
    if as_json:
        typer.echo(to_json(report.content(found), sort_keys=False), nl=False)
        return
    typer.echo(report.render(found), nl=False)
    if found.folder is not None:
        typer.echo(f"\nfolder     {found.folder}\ncomparison {Path(found.folder) / 'comparison.html'}")


def _begun(number: int, count: int, name: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"{number} of {count}: {name}", err=True)
